// LexiconTargets.swift: any bytes as a schema document, and any bytes as a record of known schemas.
import ATSyntax
import DAGCBOR
import Lexicon

extension FuzzTarget {
  static let lexiconTargets = [
    FuzzTarget(
      name: "lexicon",
      seeds: { documents.map { seed($0) } + [seed(broken)] },
      run: { text in
        guard let document = attempt({ try LexiconDocument(json: text) }) else { return }
        require(SchemaDiff.changes(from: document, to: document).isEmpty, "a document changes")
        for finding in document.lint() { require(!finding.description.isEmpty, "no text") }
        let key = attempt { try RecordKey(document.id.description) }
        if let key {
          let again = attempt { try LexiconDocument(record: document.record, key: key) }
          require(again?.definitions == document.definitions, "publishing changes a document")
        }
        guard let catalog = attempt({ try Catalog([document]) }) else { return }
        _ = attempt { try catalog.swiftFiles(for: [document.id]) }
        let empty: CBORValue = ["$type": .string(document.id.description)]
        checkAnswers(empty, in: document.id, catalog)
      }),
    FuzzTarget(
      name: "lexicon-record",
      seeds: { try records.map { record in try CBOR.encode(record) } },
      run: { bytes in
        guard let catalog = known, let note = noteName else { fail("the schemas are none") }
        let key = attempt { try RecordKey("self") }
        guard let key else { fail("the key is none") }
        let encoded = attempt { try catalog.check(bytes, in: note, key: key) }
        guard let value = attempt({ try CBOR.decode(bytes) }) else {
          require(encoded == nil, "bytes that are no DAG-CBOR are valid")
          return
        }
        let decoded = attempt { try catalog.check(value, in: note, key: key) }
        require(encoded == decoded, "bytes and value get two answers: \(value)")
      }),
  ]

  private static func checkAnswers(_ value: CBORValue, in name: NSID, _ catalog: Catalog) {
    guard let key = attempt({ try RecordKey("self") }),
      let bytes = attempt({ try CBOR.encode(value) })
    else { fail("an empty record is none") }
    let encoded = attempt { try catalog.check(bytes, in: name, key: key) }
    let decoded = attempt { try catalog.check(value, in: name, key: key) }
    require(encoded == decoded, "bytes and value get two answers")
  }

  private static let noteName = attempt { try NSID("com.example.note") }
  private static let known = attempt {
    try Catalog([try LexiconDocument(json: seed(documents[0]))])
  }

  /// One of every type, with bounds on each, and references in a circle.
  private static let documents = [
    ##"""
    {"lexicon":1,"id":"com.example.note","defs":{"main":{"type":"record","key":"any","record":
    {"type":"object","required":["i"],"nullable":["s"],"properties":{"b":{"type":"boolean",
    "const":true},"i":{"type":"integer","minimum":-3,"maximum":9},"s":{"type":"string",
    "minGraphemes":1,"maxGraphemes":3,"maxLength":40},"d":{"type":"string","format":"datetime"},
    "u":{"type":"string","format":"at-uri"},"e":{"type":"string","enum":["a","é"]},
    "y":{"type":"bytes","minLength":1,"maxLength":4},"l":{"type":"cid-link"},
    "p":{"type":"blob","accept":["image/*"],"maxSize":99},"x":{"type":"unknown"},
    "a":{"type":"array","items":{"type":"ref","ref":"#one"},"maxLength":3},
    "o":{"type":"union","refs":["#one","com.example.gone"]},
    "c":{"type":"union","refs":["#one"],"closed":true}}}},
    "one":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"},
    "more":{"type":"ref","ref":"#one"}}}}}
    """##,
    ##"""
    {"lexicon":1,"id":"com.example.find","defs":{"main":{"type":"query","parameters":{
    "type":"params","required":["q"],"properties":{"q":{"type":"string"},"limit":{
    "type":"integer","default":5},"k":{"type":"array","items":{"type":"boolean"}}}},"output":{
    "encoding":"application/json","schema":{"type":"ref","ref":"com.example.note"}},
    "errors":[{"name":"NotFound"}]}}}
    """##,
    ##"""
    {"lexicon":1,"id":"com.example.watch","defs":{"main":{"type":"subscription","message":{
    "schema":{"type":"union","refs":["#m"]}}},"m":{"type":"object"},"t":{"type":"token"}}}
    """##,
    ##"""
    {"lexicon":1,"id":"com.example.may","defs":{"main":{"type":"permission-set","title":"t",
    "title:lang":{"fr":"t"},"permissions":[{"type":"permission","resource":"repo",
    "collection":["com.example.note"]}]}}}
    """##,
  ]

  private static let broken =
    #"{"lexicon":1,"id":"com.example.note","defs":{"main":{"type":"string","maxLength":-1}}}"#

  private static let records: [CBORValue] = [
    ["$type": "com.example.note", "i": 1, "s": .null, "b": true, "e": "é"],
    [
      "$type": "com.example.note", "i": -3, "s": "e\u{301}e", "d": "2026-01-01T00:00:00Z",
      "u": "at://example.com", "y": .bytes([1]), "l": .link(CID(of: [1])),
      "a": [["n": 1, "more": ["n": 2]]], "x": ["a": [1]],
    ],
    [
      "$type": "com.example.note", "i": 9, "o": ["$type": "com.example.gone"],
      "c": ["$type": "com.example.note#one", "n": 1],
      "p": [
        "$type": "blob", "ref": .link(CID(of: [1], codec: .raw)), "size": 9, "mimeType": "image/a",
      ],
    ],
    ["$type": "com.example.note", "i": 9, "o": ["$type": "com.example.note#one#main", "n": 1]],
  ]
}
