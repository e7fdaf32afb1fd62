// StreamFrameTests.swift: what frames from outside say, what is ignored in them, and why they are
// refused.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@Suite("Stream frames")
struct StreamFrameTests {
  @Test("of another implementation are read, and are written the same")
  func golden() throws {
    for golden in try GoldenFrame.all() {
      #expect(try StreamFrame(golden.bytes) == golden.frame, "\(golden)")
      #expect(try golden.frame.written() == golden.bytes, "\(golden)")
    }
    #expect(StreamFrame.infoFrame(name: "A", message: nil) == SlowFrame.info("A").bytes)
    #expect(
      try StreamFrame(StreamFrame.infoFrame(name: "", message: nil))
        == .info(name: "", message: nil))
  }

  @Test("of unknown kinds and operations are ignored, whatever they hold")
  func unknownKinds() throws {
    for type in ["#handle", "#migrate", "#tombstone", "commit", "", "#commit "] {
      let frame = SlowFrame(type: type, ["seq": SlowFrame.text("none")])
      #expect(try StreamFrame(frame.bytes) == .unknown(type: type))
    }
    for op in [0, 2, -2, Int.max] {
      var frame = SlowFrame(type: "#commit", [:])
      frame.header = frame.header.with("op", SlowFrame.integer(op))
      #expect(try StreamFrame(frame.bytes) == .unknown(type: "#commit"))
      frame.header = frame.header.without("t")
      #expect(try StreamFrame(frame.header.bytes + [0x01]) == .unknown(type: ""))
    }
  }

  @Test("are read without the fields that nobody asks for any more, and with fields of the future")
  func extraFields() throws {
    var random = SplitMix64.printed("fields of the future")
    let names = [
      "a", "opt", "rez", "since1", "zzz", "blocks2", "prevDatb", String(repeating: "x", count: 300),
    ]
    for golden in try GoldenFrame.messages() {
      guard case .message(let seq, _, let event) = golden.frame else { continue }
      let slow = SlowFrame(event, seq: Int(seq))
      for _ in 0..<scaled(100) {
        var frame = slow
        for name in ["blobs", "rebase", "tooBig"] where random.next() % 2 == 0 {
          frame.payload = frame.payload.without(name)
        }
        for name in names where random.next() % 3 == 0 {
          frame.payload = frame.payload.with(name, SlowFrame.array([frame.header.bytes]))
          frame.header = frame.header.with(name, SlowFrame.null)
        }
        #expect(try StreamFrame(frame.bytes) == golden.frame)
        #expect(frame.blocksRange == slow.blocks(in: frame.bytes))
      }
    }
  }

  @Test("of a commit that was too big for its frame are read")
  func tooBig() throws {
    let golden = try GoldenFrame.messages()[1]
    guard case .message(let seq, _, let event) = golden.frame else { return }
    var frame = SlowFrame(event, seq: Int(seq))
    frame.payload = frame.payload.with("tooBig", SlowFrame.bool(true))
    #expect(try StreamFrame(frame.bytes) == golden.frame)
  }

  @Test("are read with null or an empty text where others write that instead of nothing")
  func nothings() throws {
    for golden in try GoldenFrame.messages() {
      guard case .message(let seq, _, let event) = golden.frame else { continue }
      var frame = SlowFrame(event, seq: Int(seq))
      for name in ["prevData", "handle", "status"] where frame.payload.fields[name] == nil {
        frame.payload = frame.payload.with(name, SlowFrame.null)
      }
      if frame.payload.fields["since"] == SlowFrame.null {
        frame.payload = frame.payload.with("since", SlowFrame.text(""))
      }
      #expect(try StreamFrame(frame.bytes) == golden.frame)
    }
    let op = SlowFrame.op(RepoOp(try key("a.b.c/1"), .create(record(1))))
    let event = try SlowFrame.commit(ops: [op.with("prev", SlowFrame.null)])
    guard case .message(_, _, .commit(let commit)) = try StreamFrame(event.bytes) else { return }
    #expect(commit.ops == [RepoOp(try key("a.b.c/1"), .create(record(1)))])
  }

  @Test("keep what is said of an account, known or not, and the time as it was written")
  func accounts() throws {
    let did = try DID("did:web:a.test")
    let said: [(Bool, String?, AccountStatus)] = [
      (true, nil, .active), (false, nil, .other(nil)), (false, "deleted", .deleted),
      (true, "throttled", .throttled), (false, "desynchronized", .desynchronized),
      (false, "frozen", .other("frozen")), (true, "active", .other("active")),
    ]
    for (isActive, name, status) in said {
      var frame = SlowFrame(type: "#account", ["did": SlowFrame.text(did.description)])
      frame.payload.fields["seq"] = SlowFrame.integer(5)
      frame.payload.fields["time"] = SlowFrame.text("2026-03-05T15:47:54.716328+01:00")
      frame.payload.fields["active"] = SlowFrame.bool(isActive)
      frame.payload.fields["status"] = name.map { SlowFrame.text($0) }
      guard case .message(5, let time, .account(let event)) = try StreamFrame(frame.bytes) else {
        Issue.record("\(name ?? "none") was read otherwise")
        continue
      }
      #expect(time.description == "2026-03-05T15:47:54.716328+01:00")
      #expect((event.did, event.isActive, event.status) == (did, isActive, status))
      #expect(
        SlowFrame(.account(event), seq: 5, time: time.description).bytes == frame.bytes)
    }
    for status in RandomEvent.statuses {
      #expect(AccountEvent(did: did, status: status).isActive == (status == .active))
    }
  }

  @Test("of the largest size are read, and larger ones refused unread")
  func sizes() throws {
    let overhead = SlowFrame(type: "#x", ["x": SlowFrame.byteString([])]).bytes.count + 4
    let fill = [UInt8](repeating: 0, count: StreamLimits.frameByteCountMax - overhead)
    let frame = SlowFrame(type: "#x", ["x": SlowFrame.byteString(fill)]).bytes
    #expect(frame.count == StreamLimits.frameByteCountMax)
    #expect(try StreamFrame(frame) == .unknown(type: "#x"))
    let error = #expect(throws: StreamFrameError.self) { try StreamFrame(frame + [0]) }
    #expect(error?.rule == .encoding(.itemTooLarge) && error?.offset == 0)
  }
}

extension SlowFrame {
  static func info(_ name: String) -> SlowFrame {
    SlowFrame(type: "#info", ["name": text(name)])
  }

  /// A commit with these operations, otherwise the golden one.
  static func commit(ops: [SlowMap]) throws -> SlowFrame {
    guard case .message(_, _, let event) = try GoldenFrame.messages()[0].frame else {
      throw Disagreement("the first golden frame is a commit")
    }
    var frame = SlowFrame(event, seq: 70_000)
    frame.payload = frame.payload.with("ops", array(ops.map(\.bytes)))
    return frame
  }

  var blocksRange: Range<Int>? {
    bytes.withUnsafeBytes { StreamFrame.blocksRange(inFrame: $0) }
  }

  /// Where this frame's blocks are in `bytes`, searched for as a whole item with its key.
  func blocks(in bytes: [UInt8]) -> Range<Int>? {
    guard let item = payload.fields["blocks"] else { return nil }
    let wanted = SlowFrame.text("blocks") + item
    let start = bytes.indices.first { bytes[$0...].starts(with: wanted) }
    // The heads of the golden frames' blocks are one byte.
    return start.map { $0 + 8..<$0 + wanted.count }
  }
}

extension StreamFrame {
  /// The frame as this package writes it.
  func written() throws -> [UInt8] {
    switch self {
    case .message(let seq, let time, let event):
      DraftedFrame(event).bytes(seq: UInt64(seq), time: time.description)
    case .info(let name, let message): StreamFrame.infoFrame(name: name, message: message)
    case .error(let name, let message): StreamFrame.errorFrame(name: name, message: message)
    case .unknown(let type): throw Disagreement("a frame of kind \(type) is not written")
    }
  }
}
