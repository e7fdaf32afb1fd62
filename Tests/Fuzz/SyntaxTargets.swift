// SyntaxTargets.swift: any text as each identifier; the first byte picks the kind.
import ATSyntax
import DAGCBOR

extension FuzzTarget {
  static let syntaxTargets = [
    FuzzTarget(
      name: "syntax",
      seeds: {
        let texts = [
          "did:plc:z72i7hdynmk6r22z27h6tvur", "did:web:localhost%3A1234", "Alice.Example.com",
          "app.bsky.feed.post", "3jzfcijpj2z2a", "at://did:plc:abc/app.bsky.feed.post/3jzf",
          "at://alice.example.com", "self", "~1.2-3_", "app.bsky.feed.post/self", "en-US",
          "zh-Hant-x-private", "i-klingon", "1985-04-12T23:20:50.123Z", "https://example.com/a?b#c",
          "0000-01-01T00:00:00+01:00", "1996-12-19T16:39:57.999999999999-08:00",
          "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
        ]
        return texts.flatMap { text in (0..<UInt8(kinds.count)).map { [$0] + seed(text) } }
      },
      run: { input in
        let text = String(decoding: input.dropFirst(), as: UTF8.self)
        kinds[Int(input.first ?? 0) % kinds.count](text)
      })
  ]

  private static let kinds: [@Sendable (String) -> Void] = [
    { check($0, DID.init(_:)) }, { check($0, Handle.init(_:)) }, { check($0, NSID.init(_:)) },
    { check($0, TID.init(_:)) }, { check($0, ATURI.init(_:)) }, { check($0, RecordKey.init(_:)) },
    { check($0, RecordPath.init(_:)) }, { check($0, ATIdentifier.init(_:)) },
    { check($0, Language.init(_:)) }, { check($0, URIString.init(_:)) }, { checkDatetime($0) },
    { text in
      let isValid = attempt { try CIDSyntax.check(text) } != nil
      require(isValid == CIDSyntax.isValid(text), "two answers about a CID")
      require(isValid || CID(text) == nil, "a CID that is no CID")
    },
  ]

  /// What is accepted has a text that is accepted as the same.
  @discardableResult
  private static func check<Value: Equatable & CustomStringConvertible>(
    _ text: String, _ parse: (String) throws -> Value
  ) -> Value? {
    guard let value = attempt({ try parse(text) }) else { return nil }
    let again = attempt { try parse(value.description) }
    require(again == value, "\(Value.self) \(value) is not itself")
    require(again?.description == value.description, "the text of \(value) is not stable")
    return value
  }

  private static func checkDatetime(_ text: String) {
    guard let time = check(text, Datetime.init(_:)) else { return }
    let made = attempt { try Datetime(microsecondsSinceEpoch: time.microsecondsSinceEpoch) }
    guard let made else { return }
    let difference = time.microsecondsSinceEpoch - made.microsecondsSinceEpoch
    require((0..<1000).contains(difference), "\(text) is off by \(difference) µs")
  }
}
