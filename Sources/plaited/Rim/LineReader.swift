// LineReader.swift: the lines of an input, one at a time, however long it is.

struct LineReader {
  /// A record is at most 1 MB and JSON at most doubles it, escapes at worst more.
  static let lineByteCountMax = 16 << 20

  private let input: Inlet
  private var buffer: [UInt8] = []
  private var start = 0
  private var hasEnded = false
  /// The number of the line that `next` returned last, from 1.
  private(set) var number = 0

  init(_ input: Inlet) { self.input = input }

  /// Whether `next` can answer without reading, which may wait for whoever writes the input.
  var hasLine: Bool { hasEnded || buffer[start...].contains(UInt8(ascii: "\n")) }

  /// The next line without its end, nil after the last.
  mutating func next() throws -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        return take(to: end, skipping: 1)
      }
      guard buffer.count - start <= LineReader.lineByteCountMax else {
        throw Complaint(
          .usage, "LineTooLong", what: "line \(number + 1) is too long",
          why: "a line has at most \(LineReader.lineByteCountMax) bytes",
          remedy: "write one JSON object on each line")
      }
      if hasEnded { return start == buffer.count ? nil : take(to: buffer.count, skipping: 0) }
      let more = try input.read()
      hasEnded = more.isEmpty
      buffer.removeSubrange(..<start)
      start = 0
      searched = buffer.count
      buffer += more
    }
  }

  private mutating func take(to end: Int, skipping count: Int) -> [UInt8] {
    defer { start = end + count }
    number += 1
    let hasReturn = end > start && buffer[end - 1] == UInt8(ascii: "\r")
    return Array(buffer[start..<(hasReturn ? end - 1 : end)])
  }
}
