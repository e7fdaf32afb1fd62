// Question+Store.swift: what is asked of the store: W2 to W5 and W10, with the disk in it.
//
// The guesses are for a machine that signs 50 k/s and appends 10.6 k/s.

extension Question {
  static func storing(_ names: [String], _ middle: String) -> [Question] {
    disk + names.flatMap { committing(inMemory: $0) } + durable(middle) + writers(middle)
      + batches(middle) + cars(middle) + reads(middle)
  }

  private static let disk = [
    Question(name: "disk/append-zeroed/6-KB", guess: 10.6e3, limit: "the flush"),
    Question(
      name: "disk/append-growing/6-KB", guess: 6.2e3, limit: "the journal",
      floor: ["disk/append-zeroed/6-KB"], floorName: "into zeros"),
  ]

  private static func committing(inMemory size: String) -> [Question] {
    /// Guesses by size: checked, unchecked, and both with two cores.
    let guesses: [String: [Double]] = [
      "10k-records": [15e3, 25e3, 20e3, 32e3], "100k-records": [14e3, 22e3, 20e3, 30e3],
      "1m-records": [12e3, 18e3, 18e3, 26e3],
    ]
    let guess = guesses[size] ?? [12e3, 18e3, 18e3, 26e3]
    let one = "store/commit-checked/memory/\(size)"
    return [
      Question(
        name: one, guess: guess[0], limit: "the signature and the inversion",
        floor: ["sign/k256/digest"], floorName: "sign", goal: .share(0.65)),
      Question(
        name: "store/commit-unchecked/memory/\(size)", guess: guess[1], limit: "the signature",
        floor: ["sign/k256/digest"], floorName: "sign", goal: .share(0.65)),
      Question(
        name: "store/commit-pipelined-checked/memory/\(size)", guess: guess[2],
        limit: "signing and checking beside", floor: [one], floorName: "one core",
        goal: .share(1.2)),
      Question(
        name: "store/commit-pipelined-unchecked/memory/\(size)", guess: guess[3],
        limit: "drafting", floor: ["store/commit-unchecked/memory/\(size)"],
        floorName: "one core", goal: .share(1.2)),
    ]
  }

  private static func durable(_ size: String) -> [Question] {
    [
      Question(
        name: "store/commit-checked/durable/\(size)", guess: 5.5e3, limit: "the flush",
        floor: ["disk/append-zeroed/6-KB", "store/commit-checked/memory/\(size)"],
        floorName: "append + memory", goal: .share(0.85))
    ]
  }

  private static func batches(_ size: String) -> [Question] {
    func question(_ order: String, _ place: String, _ guess: Double, _ goal: Goal) -> Question {
      Question(
        name: "store/commit-by-200-\(order)/\(place)/\(size)", guess: guess,
        limit: "finding places, encoding records", goal: goal)
    }
    return [
      question("random", "memory", 120e3, .rate(1.2e6)),
      question("in-time-order", "memory", 300e3, .rate(1.2e6)),
      question("random", "durable", 110e3, .rate(0.6e6)),
      question("in-time-order", "durable", 250e3, .rate(0.6e6)),
    ]
  }

  private static func cars(_ size: String) -> [Question] {
    // 310 bytes a record: 500, 150 and 300 MB/s.
    [
      Question(
        name: "store/export-pack/\(size)", guess: 330e3, limit: "a read and a hash per block",
        goal: .rate(1.6e6)),
      Question(
        name: "store/export-commits/\(size)", guess: 300e3, limit: "a read and a hash per block",
        goal: .rate(480e3)),
      Question(
        name: "store/import/\(size)", guess: 150e3, limit: "three reads of every block",
        goal: .rate(970e3)),
    ]
  }

  private static func writers(_ size: String) -> [Question] {
    [
      Question(
        name: "store/commit-64-writers/durable/\(size)", guess: 14e3,
        limit: "two cores sign, check and draft",
        floor: ["store/commit-pipelined-checked/memory/\(size)"], floorName: "W2m on two cores",
        goal: .share(0.7)),
      Question(name: "store/commit-4-writers/durable/\(size)", guess: 7e3, limit: "the flush"),
    ]
  }

  private static func reads(_ size: String) -> [Question] {
    [
      Question(
        name: "store/read-cached/\(size)", guess: 80e3, limit: "decoding nine nodes",
        goal: .rate(120e3)),
      Question(
        name: "store/read-cold/\(size)", guess: 30e3, limit: "index and file, five times",
        goal: .rate(40e3)),
      Question(
        name: "store/prove/\(size)", guess: 50e3, limit: "decoding nine nodes, copies",
        goal: .rate(60e3)),
      Question(
        name: "store/verify-proof/\(size)", guess: 14e3, limit: "the signature",
        floor: ["verify/k256/digest"], floorName: "verify"),
    ]
  }
}
