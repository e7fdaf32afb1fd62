// DraftedFrameTests.swift: a draft, numbered, is the frame that the slow way writes, and is read
// back as the event.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@Suite("Drafted frames")
struct DraftedFrameTests {
  /// Numbers on both sides of every length of a head.
  static let seqs: [UInt64] = [
    0, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, (1 << 53) - 1,
    UInt64(Int64.max),
  ]

  @Test("of random events are the oracle's bytes and are read back as the events")
  func roundTrips() throws {
    var random = SplitMix64.printed("drafted frames")
    for _ in 0..<scaled(2_000) {
      let event = try RandomEvent.drawn(with: &random)
      // Safe: the list is not empty.
      let seq = DraftedFrameTests.seqs.randomElement(using: &random)!
      let frame = DraftedFrame(event).bytes(seq: seq, time: SlowFrame.time)
      try #require(frame == SlowFrame(event, seq: Int(seq)).bytes)
      let time = try Datetime(SlowFrame.time)
      try #require(
        try StreamFrame(frame) == .message(seq: Int64(seq), time: time, event: event))
    }
  }

  @Test("know their size and the place of their blocks for every number")
  func places() throws {
    var random = SplitMix64.printed("places in drafted frames")
    for _ in 0..<scaled(300) {
      let event = try RandomEvent.drawn(with: &random)
      let draft = DraftedFrame(event)
      var log: [UInt8] = [1, 2, 3]
      for seq in DraftedFrameTests.seqs {
        let start = log.count
        draft.append(seq: seq, time: SlowFrame.time, to: &log)
        let frame = Array(log[start...])
        try #require(frame.count == draft.byteCount(seq: seq))
        try check(draft, event, seq, frame)
      }
      #expect(log.prefix(3) == [1, 2, 3])
    }
  }

  private func check(
    _ draft: DraftedFrame, _ event: StreamEvent, _ seq: UInt64, _ frame: [UInt8]
  ) throws {
    let found = frame.withUnsafeBytes { StreamFrame.blocksRange(inFrame: $0) }
    let offset = draft.blocksOffset(seq: seq)
    switch event {
    case .commit(let event): try #require(try Array(frame[#require(found)]) == event.blocks)
    case .sync(let event): try #require(try Array(frame[#require(found)]) == event.blocks)
    case .identity, .account:
      try #require(found == nil && offset == nil && draft.blocksByteCount == 0)
      return
    }
    try #require(offset == found?.lowerBound && draft.blocksByteCount == found?.count)
  }
}
