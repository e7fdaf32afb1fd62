// BenchSubject.swift: what a user can have measured by name, and what it is compared with.
//
// The workloads are those of the reports; here they are picked. Not here: taking time (Run), how
// results look (the command).
import World

/// A part of the product whose speed is of interest by itself.
public enum BenchSubject: String, CaseIterable, Sendable {
  case mst, commit, `import`, export, read, firehose
}

/// How a subject is measured.
public struct BenchPlan: Sendable {
  /// What is measured.
  public var subject: BenchSubject
  /// Records in the repo, from 1 000 on.
  public var records: Int
  /// Who commit at a time: up to 16, or a multiple of 16.
  public var writers: Int
  /// Whether commits are on the disk when they are acknowledged.
  public var isDurable: Bool

  /// A plan; nothing is measured yet.
  public init(_ subject: BenchSubject, records: Int, writers: Int, isDurable: Bool) {
    self.subject = subject
    self.records = records
    self.writers = writers
    self.isDurable = isDurable
  }

  /// What the machine can do at all, which the results are told as fractions of.
  public var primitives: [Workload] {
    let all = Workload.primitives(sorting: records) + Workload.diskPrimitives()
    return all.filter { workload in
      primitiveNames.contains { workload.name.hasPrefix($0) }
    }
  }

  private var primitiveNames: [String] {
    switch subject {
    case .mst: ["hash/sha256/34", "hash/sha256/300", "sort/key-arena"]
    case .commit:
      ["hash/sha256/300", "sign", "append/memory"] + (isDurable ? ["disk/append-zeroed"] : [])
    case .import: ["hash/sha256/300", "verify", "disk/append-growing"]
    case .export: ["hash/sha256/300", "append/memory"]
    case .read: ["hash/sha256/300", "verify"]
    case .firehose: ["hash/sha256/300", "verify"]
    }
  }

  /// The workloads, and those of the same run that they are compared with.
  public var workloads: [Workload] {
    switch subject {
    case .mst:
      Workload.building(records)
        + Workload.committing(records).filter { !$0.name.hasPrefix("draft") }
    case .commit: commits
    case .import: Workload.storeCARs(records).filter { $0.name.contains("import") }
    case .export: Workload.storeCARs(records).filter { $0.name.contains("export") }
    case .read: Workload.storeReads(records)
    case .firehose: Workload.inverting(records)
    }
  }

  private var commits: [Workload] {
    let place = isDurable ? "/durable/" : "/memory/"
    let inMemory = Workload.storeCommits(records).filter { $0.name.contains("-checked") }
    let batches = Workload.storeBatches(records).filter { $0.name.contains(place) }
    guard isDurable else { return inMemory + batches }
    return inMemory + Workload.storeDurableCommits(records)
      + [Workload.writers(count: writers, records)] + batches
  }

  /// What is said of each workload: those that are only there to be compared with are not asked.
  public var questions: [Question] {
    let names = Set((primitives + workloads).map(\.name))
    var questions = Question.all(of: records).filter { names.contains($0.name) }
    let size = Question.sizeName(records)
    let many = "store/commit-\(writers)-writers/durable/\(size)"
    if names.contains(many), !questions.contains(where: { $0.name == many && !$0.floor.isEmpty }) {
      questions.removeAll { $0.name == many }
      questions.append(
        Question(
          name: many, guess: 0, limit: "",
          floor: ["store/commit-pipelined-checked/memory/\(size)"], floorName: "one in memory"))
    }
    // What has no floor of its own is set beside what every block costs at least.
    let hash = "hash/sha256/300-bytes"
    let isPrimitive = Set(primitives.map(\.name))
    for index in questions.indices
    where questions[index].floor.isEmpty && !isPrimitive.contains(questions[index].name) {
      questions[index].floor = [hash]
      questions[index].floorName = "hashing 300 B"
    }
    return questions
  }

  /// Bytes of tree nodes for each record, of a repo built at once.
  public func nodeBytesPerRecord(_ worlds: Worlds) throws -> Double {
    let blocks = try worlds.repo(records).blocks.blocks
    return Double(blocks.reduce(0) { $0 + $1.1.count }) / Double(records)
  }
}
