// Hex.swift: bytes as hexadecimal text, for vectors written into tests.

/// - Precondition: `text` is an even number of hexadecimal digits (a test's own constant).
public func bytes(hex text: String) -> [UInt8] {
  let digits = text.utf8.map { UInt8(String(UnicodeScalar($0)), radix: 16)! }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

public func hex(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
