// ImportRules.swift: every import is in the table, and pure rooms stay pure.

extension Rule {
  static let importRules = [
    Rule(
      name: "a room imports what the table allows",
      advice:
        "use another room's door, or change ARCHITECTURE.md and ImportTable.swift and say why",
      scope: .sources,
      broken: [
        "import Foundation", "@_exported import Crypto", "import struct MST.Node\nimport Identity",
        "package import RepoStore",
      ],
      kept: ["import ATSyntax\npublic import DAGCBOR", "let text = \"import Foundation\""],
      spots: { file in
        guard let name = file.room, let room = Room.byName[name] else { return [] }
        return file.imports
          .filter { !room.ours.contains($0.what) && !room.outside.contains($0.what) }
          .filter { $0.what != name && $0.what != "Swift" }
          .map { Spot(line: $0.line, what: "\(name) imports \($0.what)") }
      })
  ]

  static let purityRules = [
    purity(
      "no async, no lock in a pure room", rooms: [.pure, .pureButRandom],
      advice: "return a value and let the rim wait, lock and schedule",
      [
        ["async"], ["await"], ["Mutex"], ["NSLock"], ["Atomic"], ["Task", "{"], ["Task", "."],
        ["pthread_mutex_t"], ["DispatchQueue"],
      ],
      kept: ["let actor: DID", "func f(for actor: DID) {}"]),
    purity(
      "no clock in a pure room", rooms: [.pure, .pureButRandom],
      advice: "take the time as a parameter, with its unit in the name",
      [
        ["Date", "("], ["ContinuousClock"], ["SuspendingClock"], ["clock_gettime"],
        ["gettimeofday"], ["time", "(", "nil", ")"], ["DispatchTime"],
      ],
      kept: ["func Date(of day: Int) {}", "let a = log.time"]),
    purity(
      "no randomness in a pure room", rooms: [.pure],
      advice: "take the random bytes or the generator as a parameter",
      [["SystemRandomNumberGenerator"], ["getrandom"], ["arc4random"], ["random", "("]],
      kept: ["func f(using random: inout some RandomNumberGenerator) {}"]),
    Rule(
      name: "no actor in a pure room", advice: "make it a struct and let the rim order its calls",
      scope: .sources, broken: ["public actor Tree {}"], kept: ["let actor: DID", "case actor"],
      spots: { file in
        guard let room = file.room.flatMap({ Room.byName[$0] }), room.habits != .rim else {
          return []
        }
        return file.tokens.indices
          .filter { file.text($0) == "actor" && file.tokens[$0].kind == .word }
          .filter { file.tokens.indices.contains($0 + 1) && file.tokens[$0 + 1].kind == .word }
          .filter { file.tokens[$0 + 1].line == file.tokens[$0].line }
          .map { Spot(line: file.tokens[$0].line, what: "actor \(file.text($0 + 1))") }
      }),
  ]

  private static func purity(
    _ name: String, rooms: [Room.Habits], advice: String, _ patterns: [[String]], kept: [String]
  ) -> Rule {
    Rule(
      name: name, advice: advice, scope: .sources,
      broken: patterns.map { $0.joined() }, kept: kept,
      spots: { file in
        guard let room = file.room.flatMap({ Room.byName[$0] }), rooms.contains(room.habits)
        else { return [] }
        return patterns.flatMap { pattern in
          file.tokens.indices
            .filter { file.matches(pattern, at: $0) && file.text($0 - 1) != "func" }
            .map { Spot(line: file.tokens[$0].line, what: pattern.joined()) }
        }
      })
  }
}

extension SourceFile {
  /// The imported modules, whatever the form of the import.
  var imports: [Spot] {
    let kinds: Set = [
      "struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor",
    ]
    return tokens.indices
      .filter { tokens[$0].text == "import" && text($0 - 1) != "." }
      .map { index in
        let next = text(index + 1)
        return Spot(line: tokens[index].line, what: kinds.contains(next) ? text(index + 2) : next)
      }
  }
}
