// DraftedFrame.swift: an event encoded once, before its place in the stream is known.
//
//   header   A2 "t" type "op" 01
//   #commit  AC|AB ops rev seq• repo time• blobs since blocks• commit rebase tooBig prevData
//   #sync    A5 did rev seq• time• blocks•
//   #identity, #account   did seq• time• …
//
// A draft holds everything but what stands at •: `seq` and `time` come with the append, and the CAR
// stays in the event's own array, so that numbering a frame is copying it and nothing else.
// Not here: reading (StreamFrame), or the limits of frames, which the drafter of the event keeps.
// Spec: https://atproto.com/specs/event-stream
import ATSyntax
import DAGCBOR

/// A frame (CBOR header ‖ payload) in pieces around the two fields that are known last.
public struct DraftedFrame: Sendable {
  /// `YYYY-MM-DDTHH:MM:SS.mmmZ`.
  public static let timeByteCount = 24

  /// The frame without `seq`, `time` and the content of `blocks`.
  private let frame: [UInt8]
  private let cuts: FrameCuts
  /// The CAR; nil where the event carries none.
  private let blocks: [UInt8]?

  /// Encodes all that is known now. Costs one pass over the operations; the CAR is not copied.
  public init(_ event: StreamEvent) {
    var sink = CBORSink(capacity: event.frameByteCountMax)
    sink.appendFrameHeader(event.type)
    switch event {
    case .commit(let event):
      cuts = sink.appendPayload(event)
      blocks = event.blocks
    case .sync(let event):
      cuts = sink.appendPayload(event)
      blocks = event.blocks
    case .identity(let event):
      cuts = sink.appendPayload(event)
      blocks = nil
    case .account(let event):
      cuts = sink.appendPayload(event)
      blocks = nil
    }
    frame = sink.bytes
  }

  /// The bytes that `append` adds for this `seq`, exactly.
  public func byteCount(seq: UInt64) -> Int {
    frame.count + CBORHead.byteCount(seq) + DraftedFrame.timeByteCount + blocksByteCount
  }

  /// Bytes of the CAR; 0 where the event carries none.
  public var blocksByteCount: Int { blocks?.count ?? 0 }

  /// Where the CAR begins, counted from the frame's first byte; nil where the event carries none.
  public func blocksOffset(seq: UInt64) -> Int? {
    guard blocks != nil else { return nil }
    return cuts.blocks + CBORHead.byteCount(seq) + DraftedFrame.timeByteCount
  }

  /// Appends header and payload: copies, of which the CAR is one.
  ///
  /// `time`: `YYYY-MM-DDTHH:MM:SS.mmmZ`, as `Datetime` writes it.
  /// - Precondition: INV-F1: `seq` fits a signed integer, and `time` has 24 bytes.
  public func append(seq: UInt64, time: String, to buffer: inout [UInt8]) {
    precondition(seq <= UInt64(Int64.max), "INV-F1: seq \(seq) is no integer of the data model")
    precondition(
      time.utf8.count == DraftedFrame.timeByteCount, "INV-F1: time \(time) has another length")
    // Safe: the cuts ascend within the frame, and each piece is copied before the next is made.
    frame.withUnsafeBytes { frame in
      buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: frame[..<cuts.seq]))
      DraftedFrame.append(seq, to: &buffer)
      buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: frame[cuts.seq..<cuts.time]))
      buffer.append(contentsOf: time.utf8)
      buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: frame[cuts.time..<cuts.blocks]))
      if let blocks { buffer.append(contentsOf: blocks) }
      buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: frame[cuts.blocks...]))
    }
  }

  /// The whole frame in an array of its own; as `append`.
  public func bytes(seq: UInt64, time: String) -> [UInt8] {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(byteCount(seq: seq))
    append(seq: seq, time: time, to: &buffer)
    return buffer
  }

  /// The shortest head of an unsigned integer.
  private static func append(_ seq: UInt64, to buffer: inout [UInt8]) {
    let byteCount = CBORHead.byteCount(seq)
    guard byteCount > 1 else { return buffer.append(UInt8(truncatingIfNeeded: seq)) }
    // 1, 2, 4 and 8 bytes are announced by 24, 25, 26 and 27.
    buffer.append(24 + UInt8(truncatingIfNeeded: (byteCount - 1).trailingZeroBitCount))
    for index in (0..<byteCount - 1).reversed() {
      buffer.append(UInt8(truncatingIfNeeded: seq >> UInt64(8 * index)))
    }
  }
}

/// Where in a drafted frame the missing pieces go: ascending, the last at its end if there is none.
private struct FrameCuts: Sendable {
  var seq: Int
  var time: Int
  var blocks: Int
}

extension StreamEvent {
  /// No fewer bytes than the draft of this event has.
  fileprivate var frameByteCountMax: Int {
    // All keys and heads are below 160 bytes; rev and since 28, two links 82.
    let fixed = 288 + did.description.utf8.count
    switch self {
    case .commit(let event):
      // An operation: 32 bytes of keys and heads, an action of 6, two links of 41.
      return event.ops.reduce(fixed) { $0 + $1.key.bytes.count + 120 }
    case .sync: return fixed
    case .identity(let event): return fixed + (event.handle?.description.utf8.count ?? 0)
    case .account(let event): return fixed + (event.status.name?.utf8.count ?? 0)
    }
  }
}

// MARK: Payloads, in canonical order of their keys

extension CBORSink {
  fileprivate mutating func appendFrameHeader(_ type: StreamEventType) {
    appendMap(count: 2)
    appendKey("t")
    appendText(type.rawValue)
    appendKey("op")
    appendInteger(1)
  }

  fileprivate mutating func appendPayload(_ event: CommitEvent) -> FrameCuts {
    appendMap(count: event.prevData == nil ? 11 : 12)
    appendKey("ops")
    appendArray(count: event.ops.count)
    for op in event.ops { append(op) }
    append("rev", event.rev.description)
    let seq = cutAfterSeq()
    append("repo", event.did.description)
    let time = cutInTime()
    appendKey("blobs")
    appendArray(count: 0)
    appendKey("since")
    if let since = event.since { appendText(since.description) } else { appendNull() }
    let blocks = cutInBlocks(event.blocks)
    appendKey("commit")
    appendLink(event.commit)
    appendKey("rebase")
    appendBool(false)
    appendKey("tooBig")
    appendBool(false)
    if let prevData = event.prevData {
      appendKey("prevData")
      appendLink(prevData)
    }
    return FrameCuts(seq: seq, time: time, blocks: blocks)
  }

  /// `{cid, path, prev, action}`; a created record has no `prev`.
  private mutating func append(_ op: RepoOp) {
    appendMap(count: op.previous == nil ? 3 : 4)
    appendKey("cid")
    appendLinkOrNull(op.value)
    appendKey("path")
    appendHead(.text, UInt64(op.key.bytes.count))
    op.key.bytes.withUnsafeBytes { appendRaw($0) }
    if let previous = op.previous {
      appendKey("prev")
      appendLink(previous)
    }
    appendKey("action")
    switch op.action {
    case .create: appendKey("create")
    case .update: appendKey("update")
    case .delete: appendKey("delete")
    }
  }

  fileprivate mutating func appendPayload(_ event: SyncEvent) -> FrameCuts {
    appendMap(count: 5)
    append("did", event.did.description)
    append("rev", event.rev.description)
    let seq = cutAfterSeq()
    let time = cutInTime()
    return FrameCuts(seq: seq, time: time, blocks: cutInBlocks(event.blocks))
  }

  fileprivate mutating func appendPayload(_ event: IdentityEvent) -> FrameCuts {
    appendMap(count: event.handle == nil ? 3 : 4)
    append("did", event.did.description)
    let seq = cutAfterSeq()
    let time = cutInTime()
    if let handle = event.handle { append("handle", handle.description) }
    return FrameCuts(seq: seq, time: time, blocks: count)
  }

  fileprivate mutating func appendPayload(_ event: AccountEvent) -> FrameCuts {
    appendMap(count: event.status.name == nil ? 4 : 5)
    append("did", event.did.description)
    let seq = cutAfterSeq()
    let time = cutInTime()
    appendKey("active")
    appendBool(event.isActive)
    if let status = event.status.name { append("status", status) }
    return FrameCuts(seq: seq, time: time, blocks: count)
  }

  private mutating func append(_ key: StaticString, _ text: String) {
    appendKey(key)
    appendText(text)
  }

  private mutating func cutAfterSeq() -> Int {
    appendKey("seq")
    return count
  }

  private mutating func cutInTime() -> Int {
    appendKey("time")
    appendHead(.text, UInt64(DraftedFrame.timeByteCount))
    return count
  }

  private mutating func cutInBlocks(_ blocks: [UInt8]) -> Int {
    appendKey("blocks")
    appendHead(.bytes, UInt64(blocks.count))
    return count
  }
}
