// MeterTests.swift: how far something has come: only where it takes long, and only where it is
// read.
import DAGCBOR
import Synchronization
import Testing

@testable import plaited

@Suite("Progress")
struct MeterTests {
  /// What is said of `count` steps that take `seconds` each.
  private func said(
    _ count: Int, seconds: Int64, onTerminal: Bool, _ words: String...
  ) throws -> String {
    var memory = MemoryDesk()
    if onTerminal { memory.terminal.ends = [.errors] }
    let time = Mutex<Int64>(MemoryDesk.now)
    let box = Clock(time)
    var desk = memory.desk()
    desk.now = { box.now }
    let common = try CommonOptions.parse(words)
    let job = Job(
      desk: desk, common: common, door: StoreDoor(schemas: SchemaShelf("/nowhere")),
      printer: Printer(
        mode: .plain, command: "", paper: Paper(width: 80, colour: .off, now: 0), out: desk.out))
    let meter = Meter("exporting", "bytes", for: job)
    for step in 1...count {
      box.advance(by: seconds * 1_000_000)
      try meter.reached(step * 1_000, of: count * 1_000)
    }
    try meter.finish()
    try desk.err.flush()
    #expect(memory.out.text.isEmpty)
    return memory.err.text
  }

  @Test("on a terminal one line is written over, and taken away at the end")
  func terminal() throws {
    let text = try said(3, seconds: 2, onTerminal: true)
    #expect(text.contains("\r\u{1b}[Kexporting: 2 000 of 3 000 (66 %) bytes, 500/s"))
    #expect(text.hasSuffix("\r\u{1b}[K") && !text.contains("\n"))
  }

  @Test("elsewhere there is a line every ten seconds")
  func lines() throws {
    let text = try said(25, seconds: 1, onTerminal: false)
    #expect(
      text == "exporting: 10 000 of 25 000 (40 %) bytes, 1 000/s\n"
        + "exporting: 20 000 of 25 000 (80 %) bytes, 1 000/s\n")
  }

  @Test("nothing is said of what is quick, or where nothing is to be said")
  func silence() throws {
    #expect(try said(100, seconds: 0, onTerminal: true) == "")
    #expect(try said(3, seconds: 20, onTerminal: true, "--quiet") == "")
  }
}

/// A clock that is moved by hand.
private final class Clock: Sendable {
  private let time: Mutex<Int64>

  init(_ time: consuming Mutex<Int64>) { self.time = time }

  var now: Int64 { time.withLock { $0 } }

  func advance(by microseconds: Int64) { time.withLock { $0 += microseconds } }
}
