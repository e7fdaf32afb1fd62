// FramePayload.swift: what an event in the log does to a store, read back from its bytes.
//
// The same for recovery, for rebuilding an index and for history: the log is the only truth, so
// whatever is needed later must be found here.
import ATSyntax
import DAGCBOR
import MST

/// An event of the log, decoded as far as the store needs it.
struct FramePayload {
  var event: StreamEvent
  /// The commit that the event brought, if it brought one.
  var commit: Commit?
  /// The sections of its CAR: CIDs with offsets in the payload.
  var sections: [CARSection]

  var rev: TID? { commit?.unsigned.rev }

  init(_ payload: [UInt8]) throws(FieldFault) {
    let frame = try translate({ () throws(StreamFrameError) in try StreamFrame(payload) }) {
      FieldFault(field: "\($0)")
    }
    guard case .message(_, _, let event) = frame else { throw FieldFault(field: "op") }
    self.event = event
    sections = []
    guard
      let range = payload.withUnsafeBytes({ StreamFrame.blocksRange(inFrame: $0) })
    else { return }
    sections = try CARSection.all(in: payload, range)
    let named: CID? =
      switch event {
      case .commit(let event): event.commit
      case .sync: try CARSection.root(in: payload, range)
      case .identity, .account: nil
      }
    guard let named else { return }
    guard let section = sections.last(where: { $0.cid == named }) else {
      throw FieldFault(field: "commit \(named)")
    }
    commit = try FramePayload.commit(Array(payload[section.block]))
  }

  static func commit(_ block: [UInt8]) throws(FieldFault) -> Commit {
    let block = try translate({ () throws(CommitError) in try CommitBlock(block) }) {
      FieldFault(field: "\($0)")
    }
    guard case .current(let commit) = block else { throw FieldFault(field: "commit version") }
    return commit
  }

  func change(of repo: RepoID) -> StoreState.Change {
    switch event {
    case .commit, .sync:
      commit.map {
        .head(repo, commit: $0.cid, data: $0.unsigned.data, rev: $0.unsigned.rev)
      } ?? .none
    case .identity(let event): .handle(repo, event.handle)
    case .account(let event): .status(repo, event.status)
    }
  }
}

/// One block in a CAR that lies in something larger.
struct CARSection: Hashable, Sendable {
  var cid: CID
  /// Of the CID's first byte.
  var offset: Int
  /// Of CID and block.
  var byteCount: Int

  var block: Range<Int> { offset + CID.byteCount..<offset + byteCount }

  /// The sections of the CAR in `range` of `bytes`, unhashed, in order.
  static func all(in bytes: [UInt8], _ range: Range<Int>) throws(FieldFault) -> [CARSection] {
    try sections(in: bytes, range, hasHeader: true)
  }

  static func sections(
    in bytes: [UInt8], _ range: Range<Int>, hasHeader: Bool
  ) throws(FieldFault) -> [CARSection] {
    var sections: [CARSection] = []
    var isWhole = true
    bytes.withUnsafeBytes { bytes in
      let car = UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound])
      var offset = range.lowerBound
      var isHeader = hasHeader
      while offset < range.upperBound && isWhole {
        guard let byteCount = sectionByteCount(car, at: &offset) else {
          isWhole = false
          return
        }
        if !isHeader {
          if let cid = name(of: car, at: offset, byteCount) {
            sections.append(CARSection(cid: cid, offset: offset, byteCount: byteCount))
          } else {
            isWhole = false
          }
        }
        isHeader = false
        offset += byteCount
      }
    }
    guard isWhole else { throw FieldFault(field: "blocks") }
    return sections
  }

  private static func sectionByteCount(
    _ car: UnsafeRawBufferPointer, at offset: inout Int
  ) -> Int? {
    guard case .value(let count) = Varint.read(car, at: &offset),
      count <= UInt64(car.count - offset)
    else { return nil }
    return Int(count)
  }

  private static func name(
    of car: UnsafeRawBufferPointer, at offset: Int, _ byteCount: Int
  ) -> CID? {
    guard byteCount >= CID.byteCount else { return nil }
    return CID(binary: UnsafeRawBufferPointer(rebasing: car[offset..<offset + CID.byteCount]))
  }

  /// The one root that the CAR's header names.
  static func root(in bytes: [UInt8], _ range: Range<Int>) throws(FieldFault) -> CID {
    var reader = CARReader()
    reader.append(Array(bytes[range]))
    let item = try translate({ () throws(CARError) in try reader.next() }) {
      FieldFault(field: "blocks: \($0)")
    }
    guard case .header(let roots)? = item, roots.count == 1 else {
      throw FieldFault(field: "roots")
    }
    return roots[0]
  }
}
