// CatalogTests.swift: folders of schemas, modes, record keys and parameters.
import ATSyntax
import DAGCBOR
import Foundation
import TestKit
import Testing

@testable import Lexicon

@Suite("Catalogs")
struct CatalogTests {
  static func record(_ key: String, _ name: String = "com.example.note") -> CBORValue {
    [
      "lexicon": 1, "id": .string(name),
      "defs": [
        "main": [
          "type": "record", "key": .string(key),
          "record": [
            "type": "object", "required": ["text"],
            "properties": [
              "text": ["type": "string", "maxGraphemes": 3, "maxLength": 30],
              "see": ["type": "ref", "ref": "com.example.gone"],
            ],
          ],
        ]
      ],
    ]
  }

  static let note = ["$type": "com.example.note", "text": "abc"] as CBORValue

  static func check(
    _ record: CBORValue, key: String = "self", in collection: String = "com.example.note",
    _ mode: ValidationMode, keys: String = "any"
  ) throws -> ValidationStatus {
    let query: CBORValue = [
      "lexicon": 1, "id": "com.example.find", "defs": ["main": ["type": "query"]],
    ]
    let catalog = try Catalog([try LexiconDocument(Self.record(keys)), try LexiconDocument(query)])
    let (name, rkey) = (try NSID(collection), try RecordKey(key))
    let decoded = Result { try catalog.check(record, in: name, key: rkey, mode: mode) }
    let encoded = Result {
      try catalog.check(CBOR.encode(record), in: name, key: rkey, mode: mode)
    }
    switch (decoded, encoded) {
    case (.success(let a), .success(let b)): #expect(a == b)
    case (.failure(let a), .failure(let b)):
      #expect(a as? LexiconError == b as? LexiconError)
    case (.success, .failure), (.failure, .success): Issue.record("\(decoded) and \(encoded)")
    }
    return try decoded.get()
  }

  @Test("required refuses what is unknown, optimistic lets it pass, off asks nothing")
  func modes() throws {
    let unknown: CBORValue = ["$type": "com.example.other"]
    #expect(throws: LexiconError("com.example.other", at: "", .data(.unknownSchema))) {
      try Self.check(unknown, in: "com.example.other", .required)
    }
    #expect(try Self.check(unknown, in: "com.example.other", .optimistic) == .unknown)
    #expect(try Self.check(unknown, in: "com.example.other", .off) == .absent)
    for mode in [ValidationMode.required, .optimistic] {
      #expect(try Self.check(Self.note, mode) == .valid)
      #expect(throws: LexiconError("com.example.note", at: "", .data(.missing(key: "text")))) {
        try Self.check(["$type": "com.example.note"], mode)
      }
      #expect(throws: LexiconError.self) {
        try Self.check(["$type": "com.example.find"], in: "com.example.find", mode)
      }
    }
    #expect(try Self.check(["$type": "com.example.note"], .off) == .absent)
  }

  @Test("a reference to a schema that is not here is unknown, or refused where all must be known")
  func unresolved() throws {
    let record: CBORValue = ["$type": "com.example.note", "text": "abc", "see": 1]
    #expect(try Self.check(record, .optimistic) == .unknown)
    let gone = Reference(try NSID("com.example.gone"))
    #expect(throws: LexiconError("com.example.note", at: "/see", .data(.unresolved(gone)))) {
      try Self.check(record, .required)
    }
    // What is known to be wrong is refused all the same.
    #expect(throws: LexiconError.self) {
      try Self.check(["$type": "com.example.note", "text": "abcd", "see": 1], .optimistic)
    }
  }

  @Test("the type of a record is its collection")
  func types() throws {
    let collection = try NSID("com.example.note")
    for (record, found) in [
      (["text": "abc"], nil), (["$type": "com.example.other", "text": "abc"], "com.example.other"),
      (["$type": 1, "text": "abc"], nil),
    ] as [(CBORValue, String?)] {
      #expect(
        throws: LexiconError(
          "com.example.note", at: "/$type", .data(.recordType(expected: collection, found: found)))
      ) { try Self.check(record, .optimistic) }
    }
    #expect(throws: LexiconError.self) { try Self.check([1], .optimistic) }
  }

  @Test(
    "a collection takes the keys that its schema says",
    arguments: [
      ("any", "self", true), ("any", "3jzfcijpj2z2a", true), ("tid", "3jzfcijpj2z2a", true),
      ("tid", "self", false), ("tid", "3jzfcijpj2z2A", false), ("nsid", "com.example.note", true),
      ("nsid", "com.example", false), ("literal:self", "self", true),
      ("literal:self", "Self", false), ("literal:com.example.a", "com.example.a", true),
    ])
  func keys(type: String, key: String, isTaken: Bool) throws {
    for mode in [ValidationMode.required, .optimistic] {
      if isTaken {
        #expect(try Self.check(Self.note, key: key, mode, keys: type) == .valid)
      } else {
        let expected = try #require(RecordKeyType(type))
        #expect(
          throws: LexiconError(
            "com.example.note", at: "",
            .data(.recordKey(expected: expected, found: try RecordKey(key))))
        ) { try Self.check(Self.note, key: key, mode, keys: type) }
      }
    }
  }

  @Test("the message of a refusal says how much was found and how much is allowed")
  func text() throws {
    let error = try #require(throws: LexiconError.self) {
      try Self.check(["$type": "com.example.note", "text": "e\u{301}e\u{301}ee"], .optimistic)
    }
    #expect(
      error.description == "lexicon com.example.note: /text is 4 graphemes, at most 3 are allowed")
  }

  // MARK: Folders

  /// A folder that is removed at the end.
  static func withFolder(_ files: [String: [UInt8]], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lex-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (path, bytes) in files {
      let file = folder.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
    try body(folder.path)
  }

  @Test("a folder is read by path, and a file that is no document or in another place is named")
  func folders() throws {
    let note = JSONForm.encode(Self.record("any"))
    let files = [
      "com/example/note.json": note, "com/example/moved.json": note, "README.md": [1],
      ".hidden.json": [2], "broken.json": Array("{".utf8),
    ]
    try Self.withFolder(files) { folder in
      let read = try Catalog.files(in: folder)
      #expect(
        read.map(\.path) == ["broken.json", "com/example/moved.json", "com/example/note.json"])
      #expect(throws: LexiconError.self) { try read[0].document.get() }
      #expect(
        throws: LexiconError(
          "com/example/moved.json", at: "",
          .schema(.file(.place(expected: "com/example/note.json"))))
      ) { try read[1].document.get() }
      #expect(try read[2].document.get().id.description == "com.example.note")
      #expect(throws: LexiconError.self) { try Catalog(folder: folder) }
    }
    try Self.withFolder(["com/example/note.json": note]) { folder in
      let catalog = try Catalog(folder: folder)
      #expect(catalog.documents.count == 1)
    }
    #expect(throws: LexiconError.self) { try Catalog(folder: "/nowhere/at/all") }
  }

  @Test("a folder that leads back into itself, and a file that is too large, are refused")
  func hostileFolders() throws {
    try Self.withFolder(["a/note.json": [1]]) { folder in
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/a/loop", withDestinationPath: folder)
      let error = try #require(throws: LexiconError.self) { try Catalog.files(in: folder) }
      #expect(error.rule == .schema(.file(.folderTooDeep)))
    }
    let tooLarge = [UInt8](repeating: 0x20, count: LexiconLimits.documentByteCountMax + 1)
    try Self.withFolder(["a.json": tooLarge]) { folder in
      let file = try #require(try Catalog.files(in: folder).first)
      let error = try #require(throws: LexiconError.self) { try file.document.get() }
      guard case .schema(.file(.tooLarge)) = error.rule else {
        Issue.record("\(error)")
        return
      }
    }
  }

  // MARK: Parameters

  static let query: CBORValue = [
    "lexicon": 1, "id": "com.example.find",
    "defs": [
      "main": [
        "type": "query",
        "parameters": [
          "type": "params", "required": ["who"],
          "properties": [
            "who": ["type": "string", "format": "at-identifier"],
            "limit": ["type": "integer", "minimum": 1, "maximum": 100, "default": 50],
            "reverse": ["type": "boolean"], "sort": ["type": "string", "default": "new"],
            "kinds": ["type": "array", "items": ["type": "integer"], "maxLength": 2],
          ],
        ],
      ]
    ],
  ]

  static func parameters(_ texts: [String: [String]]) throws -> CBORMap {
    try Catalog([try LexiconDocument(query)]).parameters(texts, of: try NSID("com.example.find"))
  }

  @Test("parameters are read by their schema, with defaults, and strangers are ignored")
  func readsParameters() throws {
    #expect(
      try Self.parameters(["who": ["example.com"]])
        == ["who": "example.com", "limit": 50, "sort": "new"])
    #expect(
      try Self.parameters([
        "who": ["did:plc:abc"], "limit": ["7"], "reverse": ["false"], "kinds": ["1", "-2"],
        "other": ["x", "y"],
      ]) == [
        "who": "did:plc:abc", "limit": 7, "reverse": false, "sort": "new", "kinds": [1, -2],
      ])
  }

  @Test("a parameter that is missing, repeated, unreadable or out of bounds is named")
  func refusesParameters() throws {
    let cases: [([String: [String]], String)] = [
      ([:], " missing"), (["who": []], " missing"), (["who": ["x"]], "/who format"),
      (["who": ["a.b", "a.b"]], "/who parameterRepeated"), (["limit": ["0"]], "/limit tooSmall"),
      (["limit": ["101"]], "/limit tooLarge"), (["limit": ["+1"]], "/limit parameterText"),
      (["limit": ["1.0"]], "/limit parameterText"), (["limit": [""]], "/limit parameterText"),
      (["limit": ["9223372036854775808"]], "/limit parameterText"),
      (["reverse": ["1"]], "/reverse parameterText"),
      (["reverse": ["True"]], "/reverse parameterText"),
      (["kinds": ["1", "x"]], "/kinds/1 parameterText"),
      (["kinds": ["1", "2", "3"]], "/kinds tooLong"),
      (["x": [String](repeating: "", count: 10_001)], " tooManyParameters"),
    ]
    for (texts, expected) in cases {
      let isAboutWho = texts["who"] != nil || texts.isEmpty || texts["x"] != nil
      let all = isAboutWho ? texts : texts.merging(["who": ["a.b"]]) { a, _ in a }
      let error = try #require(throws: LexiconError.self, "\(texts)") { try Self.parameters(all) }
      #expect("\(error.path) \(error.rule.name)" == expected)
      #expect(error.document == "com.example.find")
    }
  }

  // MARK: The official documents

  @Test(
    "every official document is read, with every reference followed",
    .enabled(if: Fixtures.areThere, "PLAITED_FIXTURES is unset"))
  func officialDocuments() throws {
    var documents: [LexiconDocument] = []
    for folder in ["lexicons", "jetstream/lexicons"] {
      for name in try Fixtures.paths(below: folder) where name.hasSuffix(".json") {
        documents.append(
          try LexiconDocument(json: try Fixtures.bytes("\(folder)/\(name)"), name: name))
      }
    }
    #expect(documents.count == 103)
    let catalog = try Catalog(documents)
    // The admin and ozone documents point at what is not part of com.atproto.
    #expect(
      catalog.unresolved.map(\.reference.description).allSatisfy { !$0.hasPrefix("com.atproto") })
    for document in documents { #expect(SchemaDiff.changes(from: document, to: document) == []) }
    for name in try Fixtures.names(in: "indigo/atproto/lexicon/testdata/catalog") {
      let path = "indigo/atproto/lexicon/testdata/catalog/\(name)"
      _ = try Catalog([try LexiconDocument(json: try Fixtures.bytes(path), name: name)])
    }
  }
}
