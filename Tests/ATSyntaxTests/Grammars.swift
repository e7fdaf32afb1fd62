// Grammars.swift: every kind of text as one row, so that a test can be about all of them.
import ATSyntax
import Testing

/// A parser, seen as a function from text to the text that it keeps.
struct Grammar: Sendable, CustomTestStringConvertible {
  /// The name that the community's vector files begin with.
  let name: String
  let parse: @Sendable (String) throws(SyntaxError) -> String

  var testDescription: String { name }

  static let all: [Grammar] = [
    Grammar(name: "did") { text throws(SyntaxError) in try DID(text).description },
    Grammar(name: "handle") { text throws(SyntaxError) in try Handle(text).description },
    Grammar(name: "atidentifier") { text throws(SyntaxError) in
      try ATIdentifier(text).description
    },
    Grammar(name: "nsid") { text throws(SyntaxError) in try NSID(text).description },
    Grammar(name: "recordkey") { text throws(SyntaxError) in try RecordKey(text).description },
    Grammar(name: "tid") { text throws(SyntaxError) in try TID(text).description },
    Grammar(name: "aturi") { text throws(SyntaxError) in try ATURI(text).description },
    Grammar(name: "datetime") { text throws(SyntaxError) in try Datetime(text).description },
    Grammar(name: "language") { text throws(SyntaxError) in try Language(text).description },
    Grammar(name: "uri") { text throws(SyntaxError) in try URIString(text).description },
    Grammar(name: "cid") { text throws(SyntaxError) in
      try CIDSyntax.check(text)
      return text
    },
  ]

  /// Ours alone: no vector file is named after it.
  static let recordPath = Grammar(name: "record path") { text throws(SyntaxError) in
    try RecordPath(text).description
  }

  /// One short valid text or more for each row, so that hostile inputs start from something.
  static let examples: [String: [String]] = [
    "did": ["did:plc:7iza6de2dwap2sbkpav7c6c6", "did:web:localhost%3A1234", "did:m:v"],
    "handle": ["john.test", "xn--ls8h.test", "a.b"],
    "atidentifier": ["did:method:val-two", "Blah.4chan.org"],
    "nsid": ["com.example.fooBarV2", "a-0.b-1.c", "COM.example.Foo"],
    "recordkey": ["3jzfcijpj2z2a", "~1.2-3_", "pre:fix", "..."],
    "tid": ["3jzfcijpj2z2a", "2222222222222", "jzzzzzzzzzzzz"],
    "aturi": ["at://did:plc:asdf123/com.atproto.feed.post/record", "at://User.bsky.social"],
    "datetime": ["1985-04-12T23:20:50.123Z", "1985-04-12T23:20:50.123-07:00"],
    "language": ["en-GB-boont-r-extended-sequence-x-private", "zh-min-nan", "i-navajo", "X-fr"],
    "uri": ["https://example.com/path?q=blah&yes=true#frag.123", "dns:example.com"],
    "cid": ["bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi", "mBcDxtdWx0aWhhc2g+"],
    "record path": ["com.example.note/3jzfcijpj2z2a", "a.b.c/x"],
  ]

  /// What `parse` threw, or nil where it accepted.
  func refusal(of text: String) -> SyntaxError? {
    do throws(SyntaxError) {
      _ = try parse(text)
      return nil
    } catch {
      return error
    }
  }
}
