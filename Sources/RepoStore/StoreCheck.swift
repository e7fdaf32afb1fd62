// StoreCheck.swift: whether every byte of a store is what it should be.
//
// The log is read from front to back as recovery would, and beyond: padding must be zero, every
// entry's checksums right, every LSN there. Packs must be as attached, the index must agree with
// both in both directions, and every head's repo must be whole. What is found is listed.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST

/// What a check of a store found.
public struct CheckReport: Sendable {
  public var segmentCount = 0
  public var entryCount = 0
  public var packCount = 0
  public var blockCount = 0
  /// By repo.
  public var repos: [(name: RepoName, report: VerifyReport)] = []
  public var problems: [Corruption] = []

  public var isClean: Bool { problems.isEmpty && repos.allSatisfy { $0.report.isClean } }
}

extension RepoStore {
  /// Reads and checks everything. Cost: every file once, every block hashed.
  ///
  /// - Parameters:
  ///   - progress: called with what is being read.
  ///   - recordProgress: called with the number of records of a repo so far, at each.
  /// - Throws: only what the disk says.
  public func check(
    _ progress: (String) -> Void = { _ in }, recordProgress: (Int) -> Void = { _ in }
  ) throws(StoreError) -> CheckReport {
    var report = CheckReport()
    if let damage { report.problems.append(damage) }
    let state = log.state
    for mark in state.sealed {
      progress("segment \(mark.number)")
      try check(segment: mark, &report)
    }
    progress("segment \(log.read { $0.active.number })")
    try checkActive(&report)
    for pack in state.packs {
      progress("pack \(pack.number)")
      try check(pack: pack, &report)
    }
    for repo in repos {
      progress("\(repo.did) (\(repo.space.rawValue))")
      report.repos.append((repo.name, try verify(repo, recordProgress)))
    }
    return report
  }

  private func verify(
    _ repo: RepoStatus, _ progress: (Int) -> Void
  ) throws(StoreError) -> VerifyReport {
    var signer: PublicKey?
    if let name = repo.signingKey {
      signer = try translate({ () throws(KeyError) in try PublicKey(multikey: name) }) {
        StoreError.policy("signing key \(name): \($0)")
      }
    }
    return try self.repo(repo.did, repo.space).snapshot().verify(signer: signer, progress)
  }

  private func check(
    segment mark: StoreState.SegmentMark, _ report: inout CheckReport
  ) throws(StoreError) {
    report.segmentCount += 1
    let contents: SegmentContents
    do throws(StoreError) {
      contents = try log.contents(of: mark)
    } catch .corrupt(let corruption) {
      report.problems.append(corruption)
      return
    }
    report.entryCount += contents.entries.count
    try checkPadding(contents, end: mark.end, &report)
    let path = log.files.layout.path(of: .segment(mark.file))
    if let indexed = try log.index.entries(ofSegment: mark.file), indexed != contents.entries {
      report.problems.append(Corruption(.entry, path, "the index tells other entries"))
    }
    try checkIndexed(contents.allBlocks.map { ($0.key, $0.value) }, &report)
  }

  private func checkActive(_ report: inout CheckReport) throws(StoreError) {
    let active = log.read { $0.active }
    report.segmentCount += 1
    report.entryCount += active.entries.count
    for entry in active.entries {
      do throws(StoreError) {
        _ = try log.read(entry, in: active.number)
      } catch .corrupt(let corruption) {
        report.problems.append(corruption)
      }
    }
    try checkIndexed(active.allBlocks.map { ($0.key, $0.value) }, &report)
  }

  private func check(
    pack mark: StoreState.PackMark, _ report: inout CheckReport
  ) throws(StoreError) {
    report.packCount += 1
    var blocks: [(BlockKey, BlockLocation)] = []
    do throws(StoreError) {
      try PackReader(mark, in: log.files).forEachBlock { blocks.append(($0.key, $0.location)) }
    } catch .corrupt(let corruption) {
      report.problems.append(corruption)
    }
    try checkIndexed(blocks, &report)
  }

  /// Every block that a file holds must be found, there or in another file.
  private func checkIndexed(
    _ blocks: [(BlockKey, BlockLocation)], _ report: inout CheckReport
  ) throws(StoreError) {
    for (key, location) in blocks {
      report.blockCount += 1
      if log.read({ $0.state.repos[key.repo] == nil }) { continue }
      guard try log.location(of: key) == nil else { continue }
      report.problems.append(
        Corruption(
          .block, log.files.layout.path(of: location.file), at: location.offset,
          "\(CID(digest: key.digest)) is not in the index"))
    }
  }

  /// What is between and behind entries must be zero.
  private func checkPadding(
    _ contents: SegmentContents, end: Int, _ report: inout CheckReport
  ) throws(StoreError) {
    let file = try onDisk { () throws(DiskError) in
      try log.files.file(.segment(contents.number))
    }
    var position = LogFormat.pageByteCount
    for entry in contents.entries {
      try checkZero(file, position..<entry.offset, &report)
      position = entry.offset + LogFormat.entryHeaderByteCount + entry.payloadByteCount
    }
    try checkZero(file, position..<max(position, end), &report)
  }

  private func checkZero(
    _ file: any DiskFile, _ range: Range<Int>, _ report: inout CheckReport
  ) throws(StoreError) {
    guard !range.isEmpty else { return }
    let bytes = try onDisk { () throws(DiskError) in
      try file.bytes(at: range.lowerBound, byteCount: range.count)
    }
    guard let offset = bytes.firstIndex(where: { $0 != 0 }) else { return }
    report.problems.append(
      Corruption(
        .entry, file.path, at: range.lowerBound + offset, "padding that is not zero"))
  }
}
