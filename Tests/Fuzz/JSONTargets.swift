// JSONTargets.swift: any bytes as JSON: what is read can be written, and reads as the same.
import DAGCBOR

extension FuzzTarget {
  static let jsonTargets = [
    FuzzTarget(
      name: "json",
      seeds: {
        CBORSeeds.values.map { JSONForm.encode($0) } + [
          seed(#"{"a":[1,-2.0,3e2,true,false,null],"b":"\u00e9\ud83d\ude42\n"}"#),
          seed(#"{"$link":"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"}"#),
          seed(#"{"$bytes":"AAEC/w"}"#), seed(#"{"a":1,"\u0061":2}"#), seed(#""\ud800""#),
          seed(" [ ] "), seed("1e309"), seed("-0"), seed("123456789012345678901234567890"),
          [UInt8](repeating: UInt8(ascii: "["), count: 1000), [0xef, 0xbb, 0xbf, 0x31],
          seed(#"{"$link":1}"#), seed(#"{"$bytes":"A","b":1}"#),
        ]
      },
      run: { text in
        checkText(text, as: .plain)
        guard let value = attempt({ try JSONForm.decode(text) }) else { return }
        checkText(text, as: .atproto)
        // Within the bounds of both forms a value of one is a value of the other.
        guard let encoded = attempt({ try CBOR.encode(value) }) else { return }
        require(attempt { try CBOR.decode(encoded) } == value, "CBOR changes a value from JSON")
      })
  ]

  private static func checkText(_ text: [UInt8], as form: JSONForm.Form) {
    guard let value = attempt({ try JSONForm.decode(text, as: form) }) else { return }
    for isIndented in [false, true] {
      let written = JSONForm.encode(value, indented: isIndented)
      guard written.count <= Limits.jsonByteCountMax else { continue }
      let read = attempt { try JSONForm.decode(written, as: form) }
      require(read == value, "writing changes a value of \(form)")
    }
  }
}
