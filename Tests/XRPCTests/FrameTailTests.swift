// FrameTailTests.swift: the log's end in memory, against a plain list of everything.
import RepoStore
import TestKit
import Testing

@testable import XRPC

@Suite("The tail")
struct FrameTailTests {
  @Test("from any place it gives exactly what came after, or says that it begins later")
  func againstList() {
    var limits = SubscriberLimits()
    limits.tailByteCountMax = 2_000
    limits.tailFrameCountMax = 40
    limits.burstFrameCountMax = 7
    limits.burstByteCountMax = 300
    var random = SplitMix64.printed("the tail")
    let tail = FrameTail(after: (lsn: .zero, seq: .zero), limits: limits)
    var all: [LoggedFrame] = []
    var lsn: UInt64 = 0
    for _ in 0..<500 {
      var batch = FrameBatch(frames: [], reached: .zero)
      for _ in 0..<Int.random(in: 0...5, using: &random) {
        lsn += UInt64.random(in: 1...3, using: &random)
        let payload = Array(repeating: UInt8(1), count: Int.random(in: 0...200, using: &random))
        batch.frames.append(
          LoggedFrame(
            lsn: LSN(rawValue: lsn), seq: Seq(rawValue: UInt64(all.count + batch.frames.count + 1)),
            payload: payload))
      }
      lsn += UInt64.random(in: 0...2, using: &random)
      batch.reached = LSN(rawValue: lsn)
      tail.append(batch)
      all += batch.frames
      check(tail, all, from: LSN(rawValue: UInt64.random(in: 0...lsn, using: &random)))
      #expect(tail.end.lsn == batch.reached)
    }
  }

  /// Reads on from `place` until the end.
  private func check(_ tail: FrameTail, _ all: [LoggedFrame], from place: LSN) {
    var place = place
    var found: [Seq] = []
    let expected = all.filter { $0.lsn > place }.map(\.seq)
    while true {
      switch tail.frames(after: place) {
      case .frames(let frames, let reached):
        #expect(reached > place && frames.count <= 7)
        found += frames.map(\.seq)
        place = reached
      case .atEnd:
        #expect(found == expected)
        return
      case .behind:
        #expect(found.isEmpty && expected.count > 1)
        return
      case .broken:
        Issue.record("nothing broke it")
        return
      }
    }
  }

  @Test("it keeps no more than its bounds, and at least nothing of what is older")
  func bounds() {
    var limits = SubscriberLimits()
    limits.tailFrameCountMax = 3
    let tail = FrameTail(after: (lsn: .zero, seq: .zero), limits: limits)
    let frames = (1...5).map {
      LoggedFrame(lsn: LSN(rawValue: $0), seq: Seq(rawValue: $0), payload: [])
    }
    tail.append(FrameBatch(frames: frames, reached: LSN(rawValue: 5)))
    guard case .behind = tail.frames(after: LSN(rawValue: 1)),
      case .frames(let kept, _) = tail.frames(after: LSN(rawValue: 2))
    else {
      Issue.record("three are kept")
      return
    }
    #expect(kept.map(\.seq.rawValue) == [3, 4, 5])
  }
}
