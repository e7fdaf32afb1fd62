// FrameReading.swift: a frame read twice, by the code under test and as two values of any shape.
//
// Whatever the strict reader takes must be well formed, and each of its fields must be what stands
// under that name in the value; whatever is not well formed it must refuse.
import ATSyntax
import DAGCBOR
import MST

struct FrameReading {
  /// What is wrong with how the bytes were read; nil if nothing is.
  private(set) var fault: String?
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let read: StreamFrame
    do throws(StreamFrameError) {
      read = try StreamFrame(bytes)
    } catch {
      if !(0...bytes.count).contains(error.offset) || error.description.isEmpty {
        fault = "the place of \(error)"
      }
      return
    }
    do throws(CBORError) {
      let (header, middle) = try CBOR.decodeItem(in: bytes, at: 0)
      let (payload, end) = try CBOR.decodeItem(in: bytes, at: middle)
      fault = end == bytes.count ? fault(of: read, header, payload) : "bytes follow the frame"
    } catch {
      fault = "\(read) was read although \(error)"
    }
  }

  private func fault(
    of read: StreamFrame, _ header: CBORValue, _ payload: CBORValue
  ) -> String? {
    guard case .map(let header) = header, let op = header["op"] else { return "the header" }
    if case .unknown(let type) = read {
      let isKnown = StreamEventType(rawValue: type) != nil || type == "#info"
      let isExpected = op == .integer(-1) || op == .integer(1) && isKnown
      return isExpected ? "\(type) is not unknown" : nil
    }
    let said = SlowFrame(read)
    guard op == (read.isError ? .integer(-1) : .integer(1)) else { return "the operation" }
    if !read.isError {
      guard let type = header["t"], isSame(said.header.fields["t"], type, "t") else {
        return "the type"
      }
    }
    guard case .map(let payload) = payload else { return "the payload is no map" }
    for name in read.askedNames {
      let item = said.payload.fields[name]
      if let found = payload[name] {
        if !isSame(item, found, name) { return "\(name) was read otherwise" }
      } else if let item, item != SlowFrame.null {
        return "\(name) is not there"
      }
    }
    return blocksFault(said)
  }

  /// Nil: nothing was read there.
  private func isSame(_ item: [UInt8]?, _ found: CBORValue, _ name: String) -> Bool {
    guard let item else { return found == .null }
    do throws(CBORError) {
      let said = try CBOR.decode(item)
      if said == found { return true }
      switch (name, said, found) {
      case ("since", .null, .string("")): return true
      case ("handle", .string(let said), .string(let found)): return said == found.lowercased()
      case ("ops", .array(let said), .array(let found)):
        return said.count == found.count && zip(said, found).allSatisfy { isSameOp($0, $1) }
      default: return false
      }
    } catch {
      return false
    }
  }

  private func isSameOp(_ said: CBORValue, _ found: CBORValue) -> Bool {
    guard case .map(let said) = said, case .map(let found) = found else { return false }
    return ["cid", "path", "prev", "action"].allSatisfy { name in
      switch (said[name], found[name]) {
      case (.some(let said), .some(let found)): said == found
      case (.some, .none): false
      case (.none, .some(let found)): found == .null
      case (.none, .none): name == "prev"
      }
    }
  }

  private func blocksFault(_ said: SlowFrame) -> String? {
    let range = bytes.withUnsafeBytes { StreamFrame.blocksRange(inFrame: $0) }
    guard let item = said.payload.fields["blocks"] else {
      return range == nil ? nil : "blocks were found where there are none"
    }
    guard let range, SlowFrame.byteString(Array(bytes[range])) == item else {
      return "the blocks are elsewhere"
    }
    return nil
  }
}

extension StreamFrame {
  fileprivate var isError: Bool {
    if case .error = self { true } else { false }
  }

  /// The fields that a reader of this kind of message asks for.
  fileprivate var askedNames: [String] {
    switch self {
    case .message(_, _, .commit):
      ["ops", "rev", "seq", "repo", "time", "since", "blocks", "commit", "prevData"]
    case .message(_, _, .sync): ["did", "rev", "seq", "time", "blocks"]
    case .message(_, _, .identity): ["did", "seq", "time", "handle"]
    case .message(_, _, .account): ["did", "seq", "time", "active", "status"]
    case .info: ["name", "message"]
    case .error: ["error", "message"]
    case .unknown: []
    }
  }
}

extension SlowFrame {
  /// What `read` says, written the slow way.
  fileprivate init(_ read: StreamFrame) {
    switch read {
    case .message(let seq, let time, let event):
      self.init(event, seq: Int(seq), time: time.description)
    case .info(let name, let message): self.init("name", name, message)
    case .error(let name, let message): self.init("error", name, message)
    case .unknown(let type): self.init(type: type, [:])
    }
  }

  private init(_ key: String, _ name: String, _ message: String?) {
    self.init(type: "#info", [key: SlowFrame.text(name)])
    payload.fields["message"] = message.map { SlowFrame.text($0) }
  }
}
