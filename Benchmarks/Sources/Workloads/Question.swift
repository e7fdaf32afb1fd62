// Question.swift: what is asked of each workload: a guess made before it was first measured, the
// floor that it is compared with, and the goal.
//
// Guesses are never corrected afterwards: a wrong one is a finding.

public struct Question: Sendable {
  /// What it should reach.
  public enum Goal: Sendable {
    /// At least this share of the floor's rate.
    case share(Double)
    /// At least this many operations a second.
    case rate(Double)
  }

  public var name: String
  /// Operations a second.
  public var guess: Double
  /// What it guessed the limit to be.
  public var limit: String
  /// Workloads of the same run whose times, added up, are the floor.
  public var floor: [String] = []
  /// How the floor is called in the table.
  public var floorName = ""
  public var goal: Goal?

  /// A question of which what is not said is left open.
  public init(
    name: String, guess: Double, limit: String, floor: [String] = [], floorName: String = "",
    goal: Goal? = nil
  ) {
    self.name = name
    self.guess = guess
    self.limit = limit
    self.floor = floor
    self.floorName = floorName
    self.goal = goal
  }
}

extension Question {
  /// Every question for one repo of so many records, the durable ones included.
  static func all(of records: Int) -> [Question] {
    let size = sizeName(records)
    return primitives(size) + building(size) + committing(size) + signing([size]) + reading(size)
      + inverting(size) + storing([size], size)
  }

  /// All questions for repos of these numbers of records.
  public static func all(sizes: [Int]) -> [Question] {
    let names = sizes.map(sizeName)
    let largest = names.last ?? ""
    let middle = sizes.last.map { sizeName(min(100_000, $0)) } ?? ""
    let small = sizes.last.map { sizeName(min(10_000, $0)) } ?? ""
    return primitives(largest) + building(largest) + growing(small) + codec + validating
      + names.flatMap(committing) + signing(names)
      + reading(middle) + (largest == middle ? [] : looking(largest)) + inverting(middle)
      + storing(sizes.filter { $0 >= 10_000 }.map(sizeName), middle)
  }

  /// `100k-records`.
  public static func sizeName(_ records: Int) -> String {
    records >= 1_000_000 ? "\(records / 1_000_000)m-records" : "\(records / 1_000)k-records"
  }

  private static func primitives(_ size: String) -> [Question] {
    [
      Question(name: "hash/sha256/34-bytes", guess: 22e6, limit: "SHA block function"),
      Question(name: "hash/sha256/300-bytes", guess: 5.5e6, limit: "SHA block function"),
      Question(name: "hash/sha256/1024-bytes", guess: 1.9e6, limit: "SHA block function"),
      Question(name: "sign/k256/digest", guess: 50e3, limit: "libsecp256k1"),
      Question(name: "verify/k256/digest", guess: 38e3, limit: "libsecp256k1"),
      Question(name: "append/memory/300-bytes", guess: 40e6, limit: "memory"),
      Question(name: "sort/key-arena/\(size)", guess: 5e6, limit: "cache misses"),
      Question(
        name: "sort/mst-keys/\(size)", guess: 0.8e6, limit: "cache misses, reference counts",
        floor: ["sort/key-arena/\(size)"], floorName: "sort in an arena"),
    ]
  }

  private static func building(_ size: String) -> [Question] {
    let hashes = ["hash/keys/\(size)", "hash/nodes/\(size)"]
    return [
      Question(
        name: "build/sorted/\(size)", guess: 8e6, limit: "SHA, 65 % of it", floor: hashes,
        floorName: "its hashes", goal: .share(0.70)),
      Question(
        name: "build/unsorted/\(size)", guess: 2.6e6, limit: "cache misses of the sort",
        floor: ["sort/key-arena/\(size)"] + hashes, floorName: "sort + its hashes",
        goal: .share(1 / 1.35)),
    ]
  }

  private static func growing(_ size: String) -> [Question] {
    [
      Question(
        name: "grow/one-by-one/\(size)", guess: 220e3, limit: "SHA of the path",
        floor: ["insert/in-time-order/\(size)"], floorName: "the same at full size")
    ]
  }

  private static let codec = [
    Question(
      name: "validate/record/256-bytes", guess: 12e6, limit: "branches", goal: .rate(8e6)),
    Question(
      name: "decode/record/256-bytes", guess: 1e6, limit: "a dozen allocations", goal: .rate(3e6)),
    Question(
      name: "encode/record/256-bytes", guess: 3e6, limit: "reference counts", goal: .rate(4e6)),
    Question(
      name: "decode/node/4-entries", guess: 3e6, limit: "four allocations", goal: .rate(4.5e6)),
  ]

  private static func committing(_ size: String) -> [Question] {
    /// Guesses by size: one record anywhere, one in time order, 200 of each, and with the proof.
    let guesses: [String: [Double]] = [
      "1k-records": [250e3, 300e3, 0.9e6, 1.5e6, 170e3],
      "10k-records": [170e3, 200e3, 0.6e6, 1.4e6, 120e3],
      "100k-records": [130e3, 160e3, 0.4e6, 1.2e6, 95e3],
      "1m-records": [90e3, 130e3, 0.25e6, 1.1e6, 65e3],
    ]
    let guess = guesses[size] ?? [90e3, 130e3, 0.25e6, 1.1e6, 65e3]
    let limit = "SHA of the path; at 1m cache misses"
    func insert(_ shape: String, _ index: Int, _ goal: Question.Goal?) -> Question {
      Question(
        name: "insert/\(shape)/\(size)", guess: guess[index], limit: limit,
        floor: ["hash/\(shape)/\(size)"], floorName: "its hashes", goal: goal)
    }
    return [
      // The probe made 104 k/s: within 1.5 times of it.
      insert("random", 0, size == "1m-records" ? .rate(104e3 / 1.5) : nil),
      insert("in-time-order", 1, nil),
      insert("random-by-200", 2, nil),
      insert("in-time-order-by-200", 3, .rate(1.2e6)),
      Question(
        name: "draft/insert-and-proof/\(size)", guess: guess[4], limit: "encoding the path twice",
        floor: ["insert/random/\(size)"], floorName: "insert alone"),
    ]
  }

  private static func signing(_ sizes: [String]) -> [Question] {
    sizes.flatMap { size in
      let name = "commit/insert-proof-sign/\(size)"
      var questions = [
        Question(
          name: name, guess: size == "1m-records" ? 27e3 : 31e3, limit: "the signature",
          floor: ["sign/k256/digest"], floorName: "sign", goal: .share(0.65))
      ]
      if size == "1m-records" {
        questions.append(
          Question(
            name: name, guess: 27e3, limit: "cache misses",
            floor: ["commit/insert-proof-sign/10k-records"], floorName: "the same at 10k",
            goal: .share(0.85)))
      }
      return questions
    }
  }

  private static func looking(_ size: String) -> [Question] {
    [
      Question(
        name: "lookup/in-memory/\(size)", guess: size == "1m-records" ? 0.7e6 : 1.5e6,
        limit: "cache misses, three a node", goal: .rate(1e6)),
      Question(
        name: "lookup/from-bytes/\(size)", guess: size == "1m-records" ? 90e3 : 150e3,
        limit: "decoding nine nodes", goal: .rate(120e3)),
    ]
  }

  private static func reading(_ size: String) -> [Question] {
    looking(size) + [
      Question(
        name: "prove/from-memory/\(size)", guess: 250e3, limit: "encoding nine nodes",
        goal: .rate(60e3)),
      Question(
        name: "prove/from-bytes/\(size)", guess: 120e3, limit: "decoding nine nodes",
        goal: .rate(60e3)),
      Question(
        name: "verify/proof/\(size)", guess: 50e3, limit: "a hash per key and node",
        goal: .rate(25e3)),
    ]
  }

  private static func inverting(_ size: String) -> [Question] {
    [
      Question(
        name: "invert/one-create/\(size)", guess: 45e3, limit: "a hash per key and node"),
      Question(
        name: "verify/commit-event/\(size)", guess: 21e3, limit: "the signature",
        floor: ["verify/k256/digest"], floorName: "verify", goal: .share(0.70)),
    ]
  }
}
