// WireFrame.swift: messages as bytes of a WebSocket, made once for everyone who gets them.
//
// A server's frames are not masked, so one buffer serves every subscriber. NIO's encoder would
// write the header of each frame again for each of them; here header and payload are one buffer.
// Not here: reading what clients send, which NIO's decoder does. Spec: RFC 6455, section 5.2
import NIOCore
import RepoStore

/// An event of a stream, ready to be written.
struct WireFrame: Sendable {
  let lsn: LSN
  let seq: Seq
  /// WebSocket header and payload, shared by all who send it.
  let bytes: ByteBuffer

  init(_ frame: LoggedFrame) {
    lsn = frame.lsn
    seq = frame.seq
    bytes = WebSocketBytes.binary(frame.payload)
  }
}

/// Frames of the WebSocket protocol as a server writes them.
enum WebSocketBytes {
  /// Why a connection ends, as the protocol numbers it.
  enum CloseCode: UInt16, Sendable {
    case normal = 1000
    case goingAway = 1001
    case protocolError = 1002
    case policyViolation = 1008
    case messageTooBig = 1009
    case unexpectedError = 1011
  }

  private enum Opcode: UInt8 {
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10
  }

  /// The longest payload of a control frame.
  static let controlByteCountMax = 125

  static func binary(_ payload: [UInt8]) -> ByteBuffer { frame(.binary, payload) }

  static let ping = frame(.ping, [])

  /// What a ping is answered with: its own payload.
  static func pong(_ payload: ByteBuffer) -> ByteBuffer {
    frame(.pong, Array(payload.readableBytesView.prefix(controlByteCountMax)))
  }

  /// - Parameter reason: in ASCII; what is beyond the room of a control frame is cut.
  static func close(_ code: CloseCode, _ reason: String = "") -> ByteBuffer {
    let number = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xff)]
    return frame(.close, number + reason.utf8.prefix(controlByteCountMax - 2))
  }

  private static func frame(_ opcode: Opcode, _ payload: [UInt8]) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: payload.count + 10)
    let isLast: UInt8 = 0x80
    buffer.writeInteger(isLast | opcode.rawValue)
    switch payload.count {
    case ...125: buffer.writeInteger(UInt8(payload.count))
    case ...0xffff:
      buffer.writeInteger(UInt8(126))
      buffer.writeInteger(UInt16(payload.count))
    default:
      buffer.writeInteger(UInt8(127))
      buffer.writeInteger(UInt64(payload.count))
    }
    buffer.writeBytes(payload)
    return buffer
  }
}
