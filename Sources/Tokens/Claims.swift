// Claims.swift: reading the claims of a token, each as what it must be.
import ATSyntax
import DAGCBOR

extension CBORMap {
  /// A claim that is text, of a bounded length.
  func text(_ name: String, byteCountMax: Int = 2_048) throws(TokenError) -> String {
    guard let text = self[name]?.stringValue, 1...byteCountMax ~= text.utf8.count else {
      throw .claim(name: name, expected: "text of 1 to \(byteCountMax) bytes")
    }
    return text
  }

  func did(_ name: String) throws(TokenError) -> DID {
    let text = try text(name)
    do throws(SyntaxError) {
      return try DID(text)
    } catch {
      throw .claim(name: name, expected: "a DID")
    }
  }

  /// A claim that is a second of Unix time.
  func second(_ name: String) throws(TokenError) -> Int64 {
    guard let second = self[name]?.integerValue, 1...(1 << 53) ~= second else {
      throw .claim(name: name, expected: "a second of Unix time")
    }
    return second
  }
}
