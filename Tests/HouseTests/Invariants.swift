// Invariants.swift: INVARIANTS.md and the code name the same invariants.

enum Invariants {
  /// The invariants named in `text`, with the line of their first mention: `INV-` and what follows
  /// of letters and digits.
  static func cited(in text: String) -> [String: Int] {
    var cited: [String: Int] = [:]
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (offset, line) in lines.enumerated() {
      for range in line.ranges(of: "INV-") {
        let name = line[range.upperBound...].prefix { $0.isLetter || $0.isNumber }
        if !name.isEmpty && cited["INV-\(name)"] == nil { cited["INV-\(name)"] = offset + 1 }
      }
    }
    return cited
  }

  /// Complaints, each naming a place.
  static func differences(document: String, code: [(path: String, text: String)]) -> [String] {
    let stated = cited(in: document)
    var complaints: [String] = []
    var used: Set<String> = []
    for (path, text) in code {
      let here = cited(in: text)
      used.formUnion(here.keys)
      complaints += here.filter { stated[$0.key] == nil }.map {
        "\(path):\($0.value): cites \($0.key), which INVARIANTS.md does not state: add it there"
      }
    }
    complaints += stated.filter { !used.contains($0.key) }.map {
      "INVARIANTS.md:\($0.value): no code cites \($0.key): cite it where it is checked"
    }
    return complaints.sorted()
  }
}
