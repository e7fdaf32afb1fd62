// StreamFrame.swift: what a frame from outside says.
//
// A frame is two items of DAG-CBOR and nothing else: a header that names the kind of the message or
// says that this is an error, and the message. Kinds and fields that are not known are ignored.
// Not here: the fields of each message (StreamFrame+Read), writing of messages (DraftedFrame), or
// whether a commit is true (CommitEvent+Check).
// Spec: https://atproto.com/specs/event-stream
import ATSyntax
import DAGCBOR

/// A frame of com.atproto.sync.subscribeRepos.
public enum StreamFrame: Hashable, Sendable {
  /// An event at its place in the stream; `time` as received.
  case message(seq: Int64, time: Datetime, event: StreamEvent)
  /// A remark about the stream, such as OutdatedCursor.
  case info(name: String, message: String?)
  /// The stream ends for this reason, such as FutureCursor or ConsumerTooSlow.
  case error(name: String, message: String?)
  /// A message of another kind, or none (empty) of another operation: to be ignored.
  case unknown(type: String)

  /// Reads a frame strictly: canonical DAG-CBOR throughout, all fields that the message must have,
  /// at most `StreamLimits.frameByteCountMax` bytes. What CARs hold is not looked at.
  ///
  /// Cost: one pass to validate and one to read; the CAR is copied, not searched.
  /// - Throws: the first violation with its offset, and whose event it was where that is readable.
  public init(_ bytes: [UInt8]) throws(StreamFrameError) {
    self = try bytes.span.bytes.withUnsafeBytes { (bytes) throws(StreamFrameError) in
      try StreamFrame.read(bytes)
    }
  }

  private static func read(
    _ bytes: UnsafeRawBufferPointer
  ) throws(StreamFrameError) -> StreamFrame {
    guard bytes.count <= StreamLimits.frameByteCountMax else {
      throw StreamFrameError(.encoding(.itemTooLarge), at: 0)
    }
    let (payload, end): (Int, Int)
    do throws(CBORError) {
      payload = try CBOR.validateItem(in: bytes, at: 0)
      end = try CBOR.validateItem(in: bytes, at: payload)
    } catch {
      throw StreamFrameError(error)
    }
    guard end == bytes.count else { throw StreamFrameError(.encoding(.trailingBytes), at: end) }
    switch try FrameHeader(bytes) {
    case .other(let type): return .unknown(type: type)
    case .error:
      var fields = try StreamFields(bytes, at: payload)
      return .error(name: try fields.text("error"), message: try fields.optionalText("message"))
    case .message("#info"):
      var fields = try StreamFields(bytes, at: payload)
      return .info(name: try fields.text("name"), message: try fields.optionalText("message"))
    case .message(let name):
      guard let type = StreamEventType(rawValue: name) else { return .unknown(type: name) }
      return try message(type, bytes, at: payload)
    }
  }

  /// Where the CAR of a `#commit` or `#sync` lies in the frame's bytes: what an index of a log
  /// needs. Nil for every other frame, and for bytes that are none as far as was read.
  ///
  /// Cost: a walk over the fields before the CAR; nothing is decoded or allocated for them.
  public static func blocksRange(inFrame bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    do throws(StreamFrameError) {
      var header = try StreamFields(bytes, at: 0)
      switch try FrameHeader(&header) {
      case .message("#commit"), .message("#sync"): break
      case .message, .error, .other: return nil
      }
      var fields = try StreamFields(bytes, at: try header.end())
      let count = try fields.value("blocks") { (cursor) throws(CBORError) in
        try cursor.readBytes().count
      }
      let start = fields.itemOffset + CBORHead.byteCount(UInt64(count))
      return start..<start + count
    } catch {
      // What is wrong is said by whoever reads the frame.
      return nil
    }
  }

  /// The frame that ends a stream: `{op: -1}` and `{error, message?}`.
  public static func errorFrame(name: String, message: String?) -> [UInt8] {
    var sink = CBORSink()
    sink.appendMap(count: 1)
    sink.appendKey("op")
    sink.appendInteger(-1)
    sink.appendPayload("error", name, message)
    return sink.bytes
  }

  /// A remark that has no place in the stream: `{t: "#info", op: 1}` and `{name, message?}`.
  public static func infoFrame(name: String, message: String?) -> [UInt8] {
    var sink = CBORSink()
    sink.appendMap(count: 2)
    sink.appendKey("t")
    sink.appendKey("#info")
    sink.appendKey("op")
    sink.appendInteger(1)
    sink.appendPayload("name", name, message)
    return sink.bytes
  }
}

extension CBORSink {
  /// A payload of one name and perhaps a message: `message` is no shorter than any `key` here.
  fileprivate mutating func appendPayload(_ key: StaticString, _ name: String, _ message: String?) {
    appendMap(count: message == nil ? 1 : 2)
    appendKey(key)
    appendText(name)
    if let message {
      appendKey("message")
      appendText(message)
    }
  }
}

/// What a frame's header says of its payload.
enum FrameHeader: Equatable {
  case message(String)
  case error
  /// An operation of a later protocol, with its type if it has one.
  case other(String)

  init(_ bytes: UnsafeRawBufferPointer) throws(StreamFrameError) {
    var fields = try StreamFields(bytes, at: 0)
    self = try FrameHeader(&fields)
  }

  init(_ fields: inout StreamFields) throws(StreamFrameError) {
    let type = try fields.optionalText("t")
    let op = try fields.value("op") { (cursor) throws(CBORError) in try cursor.readInteger() }
    switch (op, type) {
    case (1, let type?): self = .message(type)
    case (1, nil): throw fields.error(.fieldMissing("t"))
    case (-1, _): self = .error
    case (_, let type): self = .other(type ?? "")
    }
  }
}
