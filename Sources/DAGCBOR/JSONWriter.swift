// JSONWriter.swift: values as JSON text.
//
// A stack of open containers takes the place of recursion, so any nesting can be written.
// Not here: which form is meant (JSONForm).

struct JSONWriter {
  private(set) var text: [UInt8] = []
  private let isIndented: Bool
  private var open: [Container] = []

  /// A container whose opening bracket has been written.
  private struct Container {
    /// Nil for an array.
    let keys: [String]?
    let values: [CBORValue]
    var writtenCount = 0
  }

  init(isIndented: Bool) { self.isIndented = isIndented }

  mutating func write(_ value: CBORValue) {
    begin(value)
    while let container = open.last {
      let index = container.writtenCount
      guard index < container.values.count else {
        open.removeLast()
        close(container)
        continue
      }
      open[open.count - 1].writtenCount += 1
      if index > 0 { text.append(UInt8(ascii: ",")) }
      breakLine()
      if let keys = container.keys {
        quote(keys[index])
        append(isIndented ? ": " : ":")
      }
      begin(container.values[index])
    }
  }

  /// Writes a value without elements whole, and of a container the opening.
  private mutating func begin(_ value: CBORValue) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .integer(let value): append(String(value))
    case .string(let value): quote(value)
    case .bytes(let value): substitute("$bytes", Base64.encode(value))
    case .link(let value): substitute("$link", value.description)
    case .foreignLink(let value): substitute("$link", value.description)
    case .array(let values):
      text.append(UInt8(ascii: "["))
      open.append(Container(keys: nil, values: values))
    case .map(let map):
      text.append(UInt8(ascii: "{"))
      open.append(Container(keys: map.keys, values: map.values))
    }
  }

  private mutating func close(_ container: Container) {
    if !container.values.isEmpty { breakLine() }
    text.append(container.keys == nil ? UInt8(ascii: "]") : UInt8(ascii: "}"))
  }

  /// An object that stands for what JSON lacks: on one line in either layout.
  private mutating func substitute(_ key: String, _ value: String) {
    append("{")
    quote(key)
    append(isIndented ? ": " : ":")
    quote(value)
    append("}")
  }

  private mutating func breakLine() {
    guard isIndented else { return }
    text.append(UInt8(ascii: "\n"))
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * open.count))
  }

  private mutating func append(_ ascii: String) { text.append(contentsOf: ascii.utf8) }
}

extension JSONWriter {
  /// Copies stretches that need no escape at once.
  private mutating func quote(_ string: String) {
    text.append(UInt8(ascii: "\""))
    var string = string
    string.withUTF8 { bytes in
      var (start, index) = (0, 0)
      while index < bytes.count {
        let escapedByteCount = JSONWriter.escapedByteCount(bytes, at: index)
        if escapedByteCount > 0 {
          text.append(contentsOf: bytes[start..<index])
          // Of the two bytes of U+0080...U+009F the second is the scalar's value.
          escape(bytes[index + escapedByteCount - 1])
          start = index + escapedByteCount
        }
        index += max(1, escapedByteCount)
      }
      text.append(contentsOf: bytes[start...])
    }
    text.append(UInt8(ascii: "\""))
  }

  /// How many bytes at `index` are one scalar to escape: 0 for none.
  private static func escapedByteCount(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
    switch bytes[index] {
    case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7f: 1
    // Safe: in UTF-8 another byte follows c2.
    case 0xc2: bytes[index + 1] < 0xa0 ? 2 : 0
    default: 0
    }
  }

  private mutating func escape(_ scalar: UInt8) {
    switch scalar {
    case UInt8(ascii: "\""): append("\\\"")
    case UInt8(ascii: "\\"): append("\\\\")
    case 0x08: append("\\b")
    case 0x09: append("\\t")
    case 0x0a: append("\\n")
    case 0x0c: append("\\f")
    case 0x0d: append("\\r")
    default: append("\\u00" + (scalar < 16 ? "0" : "") + String(scalar, radix: 16))
    }
  }
}
