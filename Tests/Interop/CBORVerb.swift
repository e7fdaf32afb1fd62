// CBORVerb.swift: `interop cbor`: hexadecimal bytes in; `ok` and the bytes of the decoded value
// encoded again, or `error` and the rule, out.
import DAGCBOR
import TestKit

enum CBORVerb {
  static func run(_ arguments: [String]) throws {
    guard arguments.isEmpty else { throw Usage(description: "cbor takes no arguments") }
    try answerLines { line in
      guard let bytes = parseHex(line) else { throw Usage(description: "not hexadecimal: \(line)") }
      return answer(bytes)
    }
  }

  private static func answer(_ bytes: [UInt8]) -> String {
    do throws(CBORError) {
      let value = try CBOR.decode(bytes)
      return "ok \(hex(try CBOR.encode(value)))"
    } catch {
      return "error \(error.rule)"
    }
  }
}
