// IndexContractTests.swift: what both indexes promise, and that a store can do without.
import ATSyntax
import DAGCBOR
import Glibc
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("An index")
struct IndexContractTests {
  enum Kind: CaseIterable {
    case memory, disk

    func make(in scratch: Scratch) throws -> any BlockIndex {
      switch self {
      case .memory: MemoryIndex()
      case .disk: try DiskIndex(scratch.path + "/index")
      }
    }
  }

  static let identity = StoreIdentity(store: (1, 2), epoch: 3)

  private func block(_ seed: String, repo: UInt32 = 1) -> BlockKey {
    BlockKey(repo: RepoID(rawValue: repo), digest: Digest(of: Array(seed.utf8)))
  }

  private func contents(
    _ number: UInt32, from first: UInt64, entries count: Int, _ seeds: [String]
  ) -> SegmentContents {
    var contents = SegmentContents(number: number, firstLSN: LSN(rawValue: first))
    contents.lastChecksum = count == 0 ? 0 : UInt64(number) << 40 | first
    for index in 0..<count {
      contents.entries.append(
        EntrySummary(
          offset: 4_096 * (index + 1), payloadByteCount: 100 + index, seq: first + UInt64(index),
          repo: RepoID(rawValue: 1), rev: .max - UInt64(index), kind: 1, stream: 1))
    }
    for (index, seed) in seeds.enumerated() {
      contents.blocks[block(seed)] = BlockLocation(
        file: .segment(number), offset: (1 << 33) + index, byteCount: 36 + index)
    }
    return contents
  }

  @Test("starts empty", arguments: Kind.allCases)
  func empty(_ kind: Kind) throws {
    let scratch = Scratch()
    let index = try kind.make(in: scratch)
    #expect(try index.applied == nil)
    #expect(try index.files().isEmpty)
    #expect(try index.location(of: block("a")) == nil)
    #expect(try index.entries(ofSegment: 1) == nil)
    try index.remove([.segment(1)])
    try index.remove([.pack(1)])
  }

  @Test("finds the newest copy of a block, by repo", arguments: Kind.allCases)
  func newest(_ kind: Kind) throws {
    let scratch = Scratch()
    let index = try kind.make(in: scratch)
    let (first, second) = (
      contents(1, from: 1, entries: 3, ["a", "b"]), contents(2, from: 4, entries: 2, ["b", "c"])
    )
    try index.add(first, identity: IndexContractTests.identity)
    try index.add(second, identity: IndexContractTests.identity)
    #expect(try index.location(of: block("a")) == first.blocks[block("a")])
    #expect(try index.location(of: block("b")) == second.blocks[block("b")])
    #expect(try index.location(of: block("c")) == second.blocks[block("c")])
    #expect(try index.location(of: block("a", repo: 2)) == nil)
    #expect(try index.entries(ofSegment: 1) == first.entries)
    #expect(try index.entries(ofSegment: 2) == second.entries)
    #expect(try index.entries(ofSegment: 3) == nil)
    #expect(try index.files() == [1, 2])
    #expect(try index.applied?.lsn == second.lastLSN)
    #expect(try index.applied?.checksum == second.lastChecksum)
    #expect(try index.applied?.identity == IndexContractTests.identity)
  }

  @Test("takes a segment in twice without a difference", arguments: Kind.allCases)
  func twice(_ kind: Kind) throws {
    let scratch = Scratch()
    let index = try kind.make(in: scratch)
    let first = contents(1, from: 1, entries: 3, ["a", "b"])
    for _ in 0..<2 { try index.add(first, identity: IndexContractTests.identity) }
    #expect(try index.files() == [1])
    #expect(try index.entries(ofSegment: 1) == first.entries)
    #expect(try index.location(of: block("a")) == first.blocks[block("a")])
  }

  @Test(
    "is moved on by entries alone: a segment without any is a file like others",
    arguments: Kind.allCases)
  func withoutEntries(_ kind: Kind) throws {
    let scratch = Scratch()
    let index = try kind.make(in: scratch)
    try index.add(contents(1, from: 1, entries: 3, ["a"]), identity: IndexContractTests.identity)
    let applied = try index.applied
    try index.add(contents(2, from: 4, entries: 0, []), identity: IndexContractTests.identity)
    #expect(try index.applied == applied)
    #expect(try index.files() == [1, 2])
    #expect(try index.entries(ofSegment: 2) == [])
  }

  @Test("takes packs in and forgets files", arguments: Kind.allCases)
  func packs(_ kind: Kind) throws {
    let scratch = Scratch()
    let index = try kind.make(in: scratch)
    let location = BlockLocation(file: .pack(7), offset: 4_096, byteCount: 40)
    try index.add(contents(1, from: 1, entries: 3, ["a"]), identity: IndexContractTests.identity)
    let applied = try index.applied
    #expect(
      try !index.add(
        [IndexedBlock(key: block("p"), location: location)], ofPack: 7, isLast: true, leaving: []))
    #expect(try index.location(of: block("p")) == location)
    #expect(try index.files() == [1, BlockFile.pack(7).code])
    #expect(try index.applied == applied)
    try index.remove([.segment(1)])
    #expect(try index.location(of: block("a")) == nil)
    #expect(try index.entries(ofSegment: 1) == nil)
    #expect(try index.location(of: block("p")) == location)
    try index.remove([.pack(7)])
    #expect(try index.location(of: block("p")) == nil)
    #expect(try index.files().isEmpty)
  }

  @Test(
    "keeps a block where it is when a pack that holds it too comes and goes",
    arguments: Kind.allCases)
  func passingPack(_ kind: Kind) throws {
    let scratch = Scratch()
    let index = try kind.make(in: scratch)
    let first = contents(1, from: 1, entries: 1, ["a"])
    let second = contents(2, from: 2, entries: 1, ["b"])
    for segment in [first, second] {
      try index.add(segment, identity: IndexContractTests.identity)
    }
    let there = ["a", "b", "p"].map {
      IndexedBlock(
        key: block($0), location: BlockLocation(file: .pack(7), offset: 4_096, byteCount: 40))
    }
    #expect(try index.add(there, ofPack: 7, isLast: true, leaving: [.segment(2)]))
    #expect(try index.location(of: block("a")) == first.blocks[block("a")])
    #expect(try index.location(of: block("b")) == there[1].location)
    try index.remove([.pack(7)])
    #expect(try index.location(of: block("a")) == first.blocks[block("a")])
    #expect(try index.location(of: block("b")) == nil)
  }

  @Test("is moved on by the newest entries, whatever is taken in later", arguments: Kind.allCases)
  func older(_ kind: Kind) throws {
    let scratch = Scratch()
    let index = try kind.make(in: scratch)
    let (first, second) = (
      contents(1, from: 1, entries: 3, ["a", "c"]), contents(2, from: 4, entries: 2, ["b", "c"])
    )
    try index.add(second, identity: IndexContractTests.identity)
    try index.add(first, identity: IndexContractTests.identity, leaving: [])
    #expect(try index.applied?.lsn == second.lastLSN)
    #expect(try index.files() == [1, 2])
    #expect(try index.location(of: block("c")) == second.blocks[block("c")])
    #expect(try index.location(of: block("a")) == first.blocks[block("a")])
  }

  @Test("takes less address space where a process may not have as much, and works")
  func addressSpace() throws {
    let scratch = Scratch()
    _ = try Kind.disk.make(in: scratch)
    let full = try IndexDatabase(scratch.path + "/index")
    #expect(full.mapByteCount == IndexDatabase.mapByteCountMax)
    let other = Scratch()
    _ = try Kind.disk.make(in: other)
    let small = try IndexDatabase(other.path + "/index", addressByteCount: 1 << 30)
    #expect(small.mapByteCount == 256 << 20)
    let key = block("a")
    let location = BlockLocation(file: .segment(1), offset: 7, byteCount: 40)
    try small.add([IndexedBlock(key: key, location: location)], file: .segment(1), mark: nil)
    #expect(try small.location(of: key) == location)
  }

  @Test("on a disk is the same after it was opened again")
  func reopened() throws {
    let scratch = Scratch()
    let first = contents(1, from: 1, entries: 300, (0..<500).map { "\($0)" })
    try Kind.disk.make(in: scratch).add(first, identity: IndexContractTests.identity)
    let index = try Kind.disk.make(in: scratch)
    #expect(try index.entries(ofSegment: 1) == first.entries)
    for (key, location) in first.blocks { #expect(try index.location(of: key) == location) }
    #expect(try index.applied?.lsn == first.lastLSN)
  }

  @Test("both kinds answer alike whatever is done to them")
  func alike() throws {
    var random = SplitMix64.printed("two indexes")
    let scratch = Scratch()
    let kinds = try Kind.allCases.map { try $0.make(in: scratch) }
    var nextLSN: UInt64 = 1
    for number in 1...UInt32(scaled(30)) {
      let count = Int.random(in: 0..<20, using: &random)
      let seeds = (0..<count).map { _ in "\(Int.random(in: 0..<60, using: &random))" }
      let new = contents(number, from: nextLSN, entries: count, Array(Set(seeds)))
      nextLSN += UInt64(count)
      for index in kinds { try index.add(new, identity: IndexContractTests.identity) }
      if Int.random(in: 0..<6, using: &random) == 0 {
        let gone = UInt32.random(in: 1...number, using: &random)
        for index in kinds { try index.remove([.segment(gone)]) }
      }
      #expect(try kinds[0].files() == kinds[1].files())
      #expect(try kinds[0].applied == kinds[1].applied)
      for seed in 0..<60 {
        #expect(
          try kinds[0].location(of: block("\(seed)")) == kinds[1].location(of: block("\(seed)")))
      }
      for segment in 1...number {
        #expect(
          try kinds[0].entries(ofSegment: segment) == kinds[1].entries(ofSegment: segment))
      }
    }
  }
}
