// Options.swift: what the command line asks for.

struct Options {
  enum Task { case report, gate, help }

  struct Refused: Error, CustomStringConvertible {
    let description: String
  }

  static let usage = """
    usage: Report [--records N] [--rounds N] [--only PREFIX]… [--json] [--plot FILE] [--into FILE]
           Report --quick
      --records N    the largest repo, 1000...10000000; 1000000 unless given
      --rounds N     passes over everything, 1...1000; 7 unless given
      --only PREFIX  only the workloads and probes whose names begin with PREFIX; may be repeated
      --json         every round's nanoseconds per operation, not the table
      --plot FILE    writes the plot of write throughput against repo size, as SVG
      --into FILE    writes the table between the marks in FILE
      --quick        counts nodes and bytes, takes no time, and says which count is off
    """

  var task = Task.report
  var records = 1_000_000
  var rounds = 7
  var only: [String] = []
  var isJSON = false
  var plotPath: String?
  var resultsPath: String?

  /// The sizes of repos: powers of ten up to the largest.
  var sizes: [Int] {
    let powers = [1_000, 10_000, 100_000, 1_000_000].filter { $0 < records }
    return powers + [records]
  }

  init(_ arguments: some Sequence<String>) throws {
    var arguments = arguments.makeIterator()
    func value(of option: String) throws -> String {
      guard let value = arguments.next() else {
        throw Refused(description: "\(option) needs a value")
      }
      return value
    }
    while let argument = arguments.next() {
      switch argument {
      case "--quick": task = .gate
      case "--help", "-h": task = .help
      case "--json": isJSON = true
      case "--records": records = try Options.number(value(of: argument), in: 1_000...10_000_000)
      case "--rounds": rounds = try Options.number(value(of: argument), in: 1...1_000)
      case "--only": only.append(try value(of: argument))
      case "--plot": plotPath = try value(of: argument)
      case "--into": resultsPath = try value(of: argument)
      default: throw Refused(description: "\(argument) is not an option\n\(Options.usage)")
      }
    }
  }

  /// Whether something of this name is to run.
  func wants(_ name: String) -> Bool {
    only.isEmpty || only.contains { name.hasPrefix($0) }
  }

  private static func number(_ text: String, in range: ClosedRange<Int>) throws -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw Refused(description: "expected a number in \(range), found \(text)")
    }
    return number
  }
}
