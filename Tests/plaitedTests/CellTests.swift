// CellTests.swift: one value, as people see it and as programs read it.
import DAGCBOR
import Testing

@testable import plaited

private let now = MemoryDesk.now
private let second: Int64 = 1_000_000

@Suite("Cells")
struct CellTests {
  @Test(
    "a time is relative for people, to the unit that matters",
    arguments: [
      (0, "just now"), (4, "just now"), (5, "5 s ago"), (59, "59 s ago"), (60, "1 min ago"),
      (3_599, "59 min ago"), (3_600, "1 h ago"), (86_399, "23 h ago"), (86_400, "1 d ago"),
      (29 * 86_400, "29 d ago"), (30 * 86_400, "2024-04-01"), (-3_600, "in 1 h"),
      (-40 * 86_400, "2024-06-10"),
    ] as [(Int64, String)])
  func ago(seconds: Int64, text: String) {
    #expect(Cell.time(now - seconds * second).human(now: now).text == text)
  }

  @Test("a time is RFC 3339 in plain output")
  func plainTime() {
    #expect(Cell.time(now).plain == "2024-05-01T10:00:00.000Z")
    #expect(Cell.time(.max).plain == String(Int64.max))
    #expect(Instant.ago(.min, now: .max) == String(String(Int64.min).prefix(10)))
  }

  @Test(
    "bytes have a decimal prefix for people",
    arguments: [
      (0, "0 B"), (999, "999 B"), (1_000, "1 kB"), (1_234, "1.2 kB"), (99_949, "99.9 kB"),
      (99_950, "100 kB"), (999_499, "999 kB"), (999_500, "1 MB"), (1_500_000_000, "1.5 GB"),
      (.max, "9.2 EB"), (-1_234, "-1.2 kB"),
    ])
  func bytes(count: Int, text: String) {
    #expect(Cell.byteCount(count).human(now: now).text == text)
    #expect(Cell.byteCount(count).plain == String(count))
  }

  @Test(
    "a duration is in the unit that suits it",
    arguments: [
      (850, "850 µs"), (3_240, "3.2 ms"), (1_500_000, "1.5 s"), (59_000_000, "59 s"),
      (125_000_000, "2 min 5 s"), (7_260_000_000, "2 h 1 min"),
    ])
  func durations(microseconds: Int, text: String) {
    #expect(Amount.duration(microseconds: microseconds) == text)
  }

  @Test("counts are grouped by three", arguments: [(0, "0"), (999, "999"), (-1_000, "-1 000")])
  func grouped(count: Int, text: String) {
    #expect(Amount.grouped(count) == text)
  }

  @Test("a record is a line of its members for people, and JSON otherwise")
  func record() {
    let record: CBORValue = [
      "$type": "a.b.c", "createdAt": "2024-05-01T10:00:00Z", "tool": "apt", "count": 3,
      "detail": "a b\t", "ok": true, "empty": "",
    ]
    #expect(
      Cell.record(record).human(now: now).text
        == #"ok=true tool=apt count=3 empty="" detail="a b\t""#)
    #expect(Cell.record(record).plain.hasPrefix(#"{"ok":true,"tool":"apt","#))
    #expect(!Cell.record(record).plain.contains("\t"))
  }

  @Test("a field is a bare text, or JSON; a datetime among them is relative for people")
  func values() {
    #expect(Cell.value("a\tb").plain == "a\\tb")
    #expect(Cell.value(["a", 1]).plain == #"["a",1]"#)
    #expect(Cell.value(.null).plain == "null")
    #expect(Cell.value("2024-05-01T09:00:00Z").human(now: now).text == "1 h ago")
    #expect(Cell.value("2024-05-01T09:00:00Z").plain == "2024-05-01T09:00:00Z")
    #expect(Cell.absent.plain.isEmpty)
  }
}
