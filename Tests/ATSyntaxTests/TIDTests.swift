// TIDTests.swift: TIDs as numbers and texts, and the clock that makes them.
import ATSyntax
import TestKit
import Testing

@Suite("TIDs")
struct TIDTests {
  @Test(
    "a text and its number are known",
    arguments: [
      ("2222222222222", UInt64(0)), ("2222222222223", 1), ("222222222223a", 38),
      ("jzzzzzzzzzzzz", .max), ("bzzzzzzzzzzzz", .max >> 1),
    ])
  func known(text: String, value: UInt64) throws {
    #expect(try TID(text).rawValue == value)
    #expect(TID(rawValue: value).description == text)
  }

  @Test("a TID is made of its microseconds and clock, and gives them back")
  func parts() throws {
    let tid = try TID(microseconds: 1_700_000_000_000_000, clockID: 1_023)
    #expect(tid.microseconds == 1_700_000_000_000_000 && tid.clockID == 1_023)
    #expect(try TID(tid.description) == tid)
    #expect(try TID("3jzfcijpj2z2a").microseconds == 1_688_137_381_887_007)
    #expect(try TID("3jzfcijpj2z2a").clockID == 6)
    let last = try TID(microseconds: TID.microsecondsMax, clockID: TID.clockIDMax)
    #expect(last.description == "bzzzzzzzzzzzz")
  }

  @Test("what does not fit into 53 and 10 bits is refused")
  func range() {
    #expect(throws: SyntaxError.self) { try TID(microseconds: 1 << 53, clockID: 0) }
    #expect(throws: SyntaxError.self) { try TID(microseconds: .max, clockID: 0) }
    #expect(throws: SyntaxError.self) { try TID(microseconds: 0, clockID: 1_024) }
  }

  @Test("texts sort as their numbers, and every number reads back")
  func order() throws {
    var random = SplitMix64.printed("TID order")
    for _ in 0..<scaled(20_000) {
      // Shifted, so that numbers of every magnitude and near ones occur.
      let a = TID(rawValue: random.next() >> UInt64.random(in: 0..<64, using: &random))
      let b = TID(rawValue: a.rawValue ^ (1 << UInt64.random(in: 0..<64, using: &random)))
      #expect((a < b) == (a.description < b.description))
      #expect(try TID(a.description) == a && TID(b.description) == b)
    }
  }
}

@Suite("The clock of TIDs")
struct TIDClockTests {
  @Test("a clock that jumps back and forth still gives strictly increasing TIDs")
  func jumps() throws {
    var random = SplitMix64.printed("jumping clock")
    var clock = TIDClock(clockID: 0xffff)
    var now: UInt64 = 1_700_000_000_000_000
    var last: TID?
    for _ in 0..<scaled(100_000) {
      switch UInt64.random(in: 0..<10, using: &random) {
      case 0: now -= UInt64.random(in: 0...5_000_000, using: &random)
      case 1: now += UInt64.random(in: 0...5_000_000, using: &random)
      case 2..<6: now += 1
      default: break
      }
      let tid = try clock.next(now: now)
      if let last {
        #expect(last < tid && last.description < tid.description)
        #expect(tid.microseconds == max(now, last.microseconds + 1))
      }
      #expect(tid.clockID == 1_023)
      last = tid
    }
  }

  @Test("the next TID follows the one that it was told to follow, whichever clock made that")
  func after() throws {
    var clock = TIDClock(clockID: 0)
    let foreign = try TID(microseconds: 500, clockID: 1_023)
    let next = try clock.next(after: foreign, now: 100)
    #expect(next > foreign && next.microseconds == 501)
    #expect(try clock.next(after: foreign, now: 100).microseconds == 502)
    #expect(try clock.next(after: foreign, now: 1_000).microseconds == 1_000)
    #expect(try clock.next(now: 1_000).microseconds == 1_001)
  }

  @Test("the first TID of a clock carries the time that it was given, be it zero")
  func first() throws {
    var clock = TIDClock(clockID: 7)
    #expect(clock.lastMicroseconds == nil)
    #expect(try clock.next(now: 0) == TID(microseconds: 0, clockID: 7))
    #expect(try clock.next(now: 0) == TID(microseconds: 1, clockID: 7))
  }

  @Test("at the end of time a clock refuses and stays as it was", arguments: [UInt64.max, 1 << 63])
  func exhausted(rawValue: UInt64) throws {
    var clock = TIDClock(clockID: 1)
    _ = try clock.next(now: 10)
    #expect(throws: SyntaxError.self) { try clock.next(after: TID(rawValue: rawValue), now: 20) }
    #expect(throws: SyntaxError.self) { try clock.next(now: .max) }
    let last = try TID(microseconds: TID.microsecondsMax, clockID: 0)
    #expect(throws: SyntaxError.self) { try clock.next(after: last, now: 20) }
    #expect(try clock.next(now: 10).microseconds == 11)
    #expect(try clock.next(now: TID.microsecondsMax).microseconds == TID.microsecondsMax)
    #expect(throws: SyntaxError.self) { try clock.next(now: 0) }
  }
}
