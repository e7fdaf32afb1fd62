// CARExport.swift: a repo as a CAR in the making: the next piece whenever its reader wants one.
//
// Preorder, so that a reader can follow with one path in memory: the commit, then each node and its
// records slot by slot. Between two pieces nothing is held but that path, so a slow reader costs
// nothing but its snapshot. Spec: https://atproto.com/specs/repository
import DAGCBOR
import MST

extension RepoSnapshot {
  /// The repo as a CAR.
  ///
  /// A record that stands under several paths is sent once. Memory: one path of nodes, and a digest
  /// for each record CID.
  /// `since`: only what is reachable from here and not from the tree of this earlier
  ///   snapshot; nil for everything.
  public func car(since earlier: RepoSnapshot? = nil) throws(StoreError) -> CARExport {
    guard let earlier else { return CARExport(of: self, nodes: nil, records: nil) }
    let news = try news(since: earlier)
    return CARExport(of: self, nodes: news.nodes, records: news.records)
  }

  /// What this snapshot has and the earlier one has not.
  ///
  /// Cost: the difference, and one walk along the earlier tree where records came or changed: one
  /// of the same content may stand there under another path.
  private func news(
    since earlier: RepoSnapshot
  ) throws(StoreError) -> (nodes: Set<CID>, records: Set<CID>) {
    let (from, to) = (earlier.tree, tree)
    let diff = try inTree { () throws(MSTError) in try from.diff(to: to) }
    var records = Set(diff.changes.compactMap(\.new))
    if !records.isEmpty {
      var walk = from.walk()
      while let entry = try inTree({ () throws(MSTError) in try walk.next() }) {
        records.remove(entry.value)
      }
    }
    return (Set(diff.newNodes), records)
  }
}

/// A CAR that is made as it is read.
public struct CARExport: Sendable {
  /// The pieces' size, about: sections are whole within one.
  private static let pieceByteCount = 64 << 10

  private let snapshot: RepoSnapshot
  private let blocks: ReadAhead
  private var walk: MSTBlockWalk
  /// The records to send; nil for all.
  private let records: Set<CID>?
  private var sent: Set<Digest> = []
  private var hasEnded = false
  /// Blocks in the pieces so far.
  public private(set) var blockCount = 0

  init(of snapshot: RepoSnapshot, nodes: Set<CID>?, records: Set<CID>?) {
    self.snapshot = snapshot
    self.records = records
    blocks = ReadAhead(snapshot.blocks)
    walk = MST(root: snapshot.head.data, in: blocks).blockWalk(only: nodes)
  }

  /// The next piece, about 64 KiB; nil after the last.
  ///
  /// - Throws: `.tree`, `.blockMissing`, `.corrupt`, `.disk`: what has been read so far is no whole
  ///   CAR and becomes none.
  public mutating func next() throws(StoreError) -> [UInt8]? {
    if hasEnded { return nil }
    snapshot.lease.renew()
    var piece: [UInt8] = []
    piece.reserveCapacity(CARExport.pieceByteCount + 4_096)
    if blockCount == 0 {
      piece += CARWriter.header(roots: [snapshot.head.commit])
      append(snapshot.head.commit, try snapshot.commitBlock(), to: &piece)
    }
    while piece.count < CARExport.pieceByteCount {
      guard let block = try nextBlock() else {
        hasEnded = true
        return piece.isEmpty ? nil : piece
      }
      switch block {
      case .node(let cid, let bytes): append(cid, bytes, to: &piece)
      case .record(_, let cid):
        guard records?.contains(cid) ?? true, sent.insert(cid.digest).inserted else { continue }
        guard try blocks.appendSection(of: cid, to: &piece) else {
          throw snapshot.missing(cid)
        }
        blockCount += 1
      }
    }
    return piece
  }

  private mutating func nextBlock() throws(StoreError) -> TreeBlock? {
    try snapshot.inTree { () throws(MSTError) in try walk.next() }
  }

  private mutating func append(_ cid: CID, _ block: [UInt8], to piece: inout [UInt8]) {
    CARWriter.appendSection(cid: cid, block: block, to: &piece)
    blockCount += 1
  }
}
