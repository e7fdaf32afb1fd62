// StreamFrameRefusalTests.swift: each rule of frames broken once, and every byte altered.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@Suite("Refused stream frames")
struct StreamFrameRefusalTests {
  struct Broken: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var bytes: [UInt8]
    /// Nil where the frame is so broken that no event is recognised.
    var seq: Int64? = 70_000
    var isRule: @Sendable (StreamFrameError.Rule) -> Bool

    init(
      _ name: String, _ frame: SlowFrame, seq: Int64? = 70_000,
      _ isRule: @escaping @Sendable (StreamFrameError.Rule) -> Bool
    ) {
      (testDescription, bytes, self.seq, self.isRule) = (name, frame.bytes, seq, isRule)
    }
  }

  static func fields() throws -> [Broken] {
    let good = try SlowFrame.commit(ops: [])
    func with(_ name: String, _ item: [UInt8]) -> SlowFrame {
      var frame = good
      frame.payload = frame.payload.with(name, item)
      return frame
    }
    var broken: [Broken] = []
    for name in ["ops", "rev", "seq", "repo", "time", "since", "blocks", "commit"] {
      var frame = good
      frame.payload = frame.payload.without(name)
      broken.append(
        Broken("without \(name)", frame, seq: name == "seq" ? nil : 70_000) {
          $0 == .fieldMissing(name)
        })
      broken.append(
        Broken(
          "\(name) false", with(name, SlowFrame.bool(false)), seq: name == "seq" ? nil : 70_000
        ) { $0 == .encoding(.unexpected) })
    }
    for (name, text) in [
      ("rev", "3n74wodl2222"), ("since", "zzzzzzzzzzzzz"), ("repo", "did:plc:"), ("time", "now"),
    ] {
      broken.append(
        Broken("\(name) \(text)", with(name, SlowFrame.text(text))) { rule in
          if case .identifier = rule { true } else { false }
        })
    }
    let raw = CID(of: [1], codec: .raw)
    let large = [UInt8](repeating: 0, count: StreamLimits.commitBlocksByteCountMax + 1)
    return broken + [
      Broken("seq -1", with("seq", SlowFrame.integer(-1)), seq: nil) {
        $0 == .encoding(.unexpected)
      },
      Broken("commit null", with("commit", SlowFrame.null)) { $0 == .encoding(.unexpected) },
      Broken("commit as text", with("commit", SlowFrame.text(raw.description))) {
        $0 == .encoding(.unexpected)
      },
      Broken("blocks over the limit", with("blocks", SlowFrame.byteString(large))) {
        $0 == .encoding(.itemTooLarge)
      },
      Broken("op that is no map", with("ops", SlowFrame.array([SlowFrame.null]))) {
        $0 == .encoding(.unexpected)
      },
    ]
  }

  static func ops() throws -> [Broken] {
    let (create, update, delete) = (
      SlowFrame.op(RepoOp(try key("a.b.c/1"), .create(record(1)))),
      SlowFrame.op(RepoOp(try key("a.b.c/1"), .update(record(1), previous: record(2)))),
      SlowFrame.op(RepoOp(try key("a.b.c/1"), .delete(previous: record(2))))
    )
    let link = SlowFrame.link(record(3))
    let many = [SlowMap](repeating: create, count: StreamLimits.opCountMax + 1)
    return [
      Broken("many operations", try SlowFrame.commit(ops: many)) {
        $0 == .encoding(.containerTooLarge)
      },
      Broken(
        "action merge",
        try SlowFrame.commit(ops: [create, create.with("action", SlowFrame.text("merge"))])
      ) { $0 == .action("merge") },
      Broken("path of one part", try .commit(ops: [create.with("path", SlowFrame.text("a"))])) {
        if case .identifier(let error) = $0 { error.expected == .storageKey } else { false }
      },
      Broken("path missing", try .commit(ops: [create.without("path")])) {
        $0 == .fieldMissing("path")
      },
      Broken("cid missing", try .commit(ops: [delete.without("cid")])) {
        $0 == .fieldMissing("cid")
      },
      Broken("create without cid", try .commit(ops: [create.with("cid", SlowFrame.null)])) {
        $0 == .links(action: "create")
      },
      Broken("create with prev", try .commit(ops: [create.with("prev", link)])) {
        $0 == .links(action: "create")
      },
      Broken("update without prev", try .commit(ops: [update.without("prev")])) {
        $0 == .links(action: "update")
      },
      Broken("update without cid", try .commit(ops: [update.with("cid", SlowFrame.null)])) {
        $0 == .links(action: "update")
      },
      Broken("delete without prev", try .commit(ops: [delete.without("prev")])) {
        $0 == .links(action: "delete")
      },
      Broken("delete with cid", try .commit(ops: [delete.with("cid", link)])) {
        $0 == .links(action: "delete")
      },
    ]
  }

  static func headers() throws -> [Broken] {
    let good = try SlowFrame.commit(ops: [])
    func header(_ header: SlowMap) -> SlowFrame {
      var frame = good
      frame.header = header
      return frame
    }
    var array = SlowFrame(type: "#sync", [:])
    array.payload = SlowMap([:])
    return [
      Broken("header without op", header(good.header.without("op")), seq: nil) {
        $0 == .fieldMissing("op")
      },
      Broken("header without t", header(good.header.without("t")), seq: nil) {
        $0 == .fieldMissing("t")
      },
      Broken("op as text", header(good.header.with("op", SlowFrame.text("1"))), seq: nil) {
        $0 == .encoding(.unexpected)
      },
      Broken("sync without fields", array, seq: nil) { $0 == .fieldMissing("did") },
      Broken("info without name", SlowFrame(type: "#info", [:]), seq: nil) {
        $0 == .fieldMissing("name")
      },
      Broken(
        "error without error", header(SlowMap(["op": SlowFrame.integer(-1)])), seq: nil
      ) { $0 == .fieldMissing("error") },
    ]
  }

  @Test("name the rule, the place and the event that was lost")
  func rules() throws {
    let did = try DID("did:plc:peerbenchpeerbenchpeer22")
    for broken in try StreamFrameRefusalTests.fields() + StreamFrameRefusalTests.ops()
      + StreamFrameRefusalTests.headers()
    {
      let error = #expect(throws: StreamFrameError.self) { try StreamFrame(broken.bytes) }
      guard let error else { continue }
      #expect(broken.isRule(error.rule), "\(broken.testDescription): \(error)")
      #expect((0..<broken.bytes.count).contains(error.offset))
      #expect(error.seq == broken.seq, "\(broken.testDescription)")
      #expect(!error.description.isEmpty)
      if broken.seq != nil, broken.testDescription.hasPrefix("without repo") == false {
        let isLost = ["repo false", "repo did:plc:"].contains(broken.testDescription)
        #expect(error.did == (isLost ? nil : did), "\(broken.testDescription)")
      }
    }
  }

  @Test("are all that are cut short or go on")
  func ends() throws {
    for golden in try GoldenFrame.all() {
      for count in 0..<golden.bytes.count {
        let cut = Array(golden.bytes.prefix(count))
        let error = #expect(throws: StreamFrameError.self) { try StreamFrame(cut) }
        #expect(error?.rule == .encoding(.truncated))
        let range = cut.withUnsafeBytes { StreamFrame.blocksRange(inFrame: $0) }
        #expect(range.map { $0.upperBound <= count } ?? true)
      }
      let error = #expect(throws: StreamFrameError.self) { try StreamFrame(golden.bytes + [0xa0]) }
      #expect(error?.rule == .encoding(.trailingBytes) && error?.offset == golden.bytes.count)
    }
  }

  @Test("or read as what they say are frames with one byte altered")
  func mutations() throws {
    for golden in try GoldenFrame.all() {
      for index in golden.bytes.indices {
        for change in 1...255 {
          var bytes = golden.bytes
          bytes[index] ^= UInt8(change)
          if let fault = FrameReading(bytes).fault {
            Issue.record("\(golden) with byte \(index) ^ \(change): \(fault)")
            return
          }
        }
      }
    }
  }

  @Test("or read as what they say are frames with several changes")
  func damages() throws {
    var random = SplitMix64.printed("damaged frames")
    let golden = try GoldenFrame.all().map(\.bytes)
    for _ in 0..<scaled(20_000) {
      // Safe: the list is not empty.
      var bytes = golden.randomElement(using: &random)!
      for _ in 0...random.next() % 3 {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch random.next() % 4 {
        case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
        case 2 where bytes.count > 1: bytes.remove(at: index)
        default: bytes.swapAt(index, bytes.count - 1)
        }
      }
      if let fault = FrameReading(bytes).fault {
        Issue.record("\(hex(bytes)): \(fault)")
        return
      }
    }
  }
}
