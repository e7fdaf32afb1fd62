// LexiconError+Text.swift: the sentences: what was expected, what was found, where.
//
// Whatever was found is shortened, and anything but visible ASCII in it is escaped, so that no text
// of a stranger steers a terminal or a log.

extension LexiconError: CustomStringConvertible {
  /// `lexicon app.example.note: /text is 3004 graphemes, at most 3000 are allowed`
  public var description: String {
    let name = document.isEmpty ? "lexicon" : "lexicon \(document.excerpt)"
    switch rule {
    case .schema(let rule): return "\(name): \(place(of: "the document")) \(rule)"
    case .data(let rule): return "\(name): \(place(of: "the value")) \(rule)"
    }
  }

  private func place(of whole: String) -> String { path.isEmpty ? whole : path.escaped(max: 512) }
}

extension LexiconError.SchemaRule: CustomStringConvertible {
  /// What stands after the place.
  public var description: String {
    switch self {
    case .json(let error): "is not JSON as records allow it: \(error)"
    case .encoding(let error): "is not DAG-CBOR: \(error)"
    case .file(let fault): "\(fault)"
    case .kind(let expected, let found): "is \(found.article), expected \(expected.article)"
    case .missing(let key): "has no \"\(key.excerpt)\", which is required"
    case .version(let found): "is version \(found) of the language, expected 1"
    case .syntax(let error): "is not what it should be: \(error)"
    case .type(let found, let expected):
      "is of type \"\(found.excerpt)\", expected one of \(expected.joined(separator: ", "))"
    case .notMain(let type): "is of type \(type), which only \"main\" may have"
    case .name(let found):
      "has a name \"\(found.excerpt)\", expected a letter, then letters and digits, at most 63"
    case .reservedName(let found):
      "has a name \"\(found.excerpt)\", expected one that is not empty and does not begin with $"
    case .empty: "is empty, expected at least one entry"
    case .repeated(let found): "has \"\(found.excerpt)\" twice"
    case .tooMany(let found, let max): "has \(found) entries, at most \(max) are allowed"
    case .nesting: "is nested deeper than the limit"
    case .value(let found, let expected): "is \"\(found.excerpt)\", expected \(expected)"
    case .bounds(let lower, let upper): "has \(lower) over \(upper)"
    case .contradiction(let key, let rule):
      "has a \(key) that its own constraints refuse: it \(rule)"
    case .undefinedProperty(let name): "names \"\(name.excerpt)\", which is no property beside it"
    case .closedEmptyUnion: "is a closed union of nothing, which no value satisfies"
    case .target(let reference, let type, let expected):
      "refers to \(reference), which is of type \(type), expected \(expected)"
    case .noDefinition(let reference): "refers to \(reference), which its document does not define"
    case .documentRepeated: "is there twice, and the two differ"
    case .recordKey(let expected, let found):
      "is published under the key \"\(found.excerpt)\", expected its id \(expected)"
    }
  }
}

extension LexiconError.DataRule: CustomStringConvertible {
  /// What stands after the place.
  public var description: String {
    switch self {
    case .encoding(let error): "is not DAG-CBOR: \(error)"
    case .nesting: "is nested deeper than the limit"
    case .kind(let expected, let found): "is \(found.article), expected \(expected.article)"
    case .missing(let key): "has no \"\(key.excerpt)\", which is required"
    case .notNullable: "is null, which is not allowed here"
    case .tooShort(let measure, let found, let min):
      "is \(found) \(measure.rawValue), at least \(min) are required"
    case .tooLong(let measure, let found, let max):
      "is \(found) \(measure.rawValue), at most \(max) are allowed"
    case .tooSmall(let found, let min): "is \(found), at least \(min) is required"
    case .tooLarge(let found, let max): "is \(found), at most \(max) is allowed"
    case .notAllowed(let found, let allowed): "is \(found), expected \(allowed.alternatives)"
    case .format(let format, let error): "is not a \(format.rawValue): \(error)"
    case .blobShape:
      "is not a whole blob, expected exactly $type, ref, mimeType and size"
    case .blobType(let found, let accept):
      "is a blob of type \"\(found.excerpt)\", expected \(accept.alternatives)"
    case .blobSize(let found, let max): "is a blob of \(found) bytes, at most \(max) are allowed"
    case .unionWithoutType: "has no $type that is text, expected the name of its type"
    case .unionType(let found, let allowed):
      "is of $type \"\(found.excerpt)\", expected \(allowed.alternatives)"
    case .mainInType(let found):
      "is of $type \"\(found.excerpt)\", expected the same without #main"
    case .recordType(let expected, let found):
      "is \(found.map { "\"\($0.excerpt)\"" } ?? "missing"), expected \(expected)"
    case .recordKey(let expected, let found): "has the key \(found), expected \(expected.article)"
    case .unknownSchema: "cannot be checked: no schema of this name is known here"
    case .notARecord(let type): "cannot be a record: the schema is of type \(type)"
    case .unresolved(let reference):
      "cannot be checked: no schema \(reference) is known here"
    case .parameterText(let found, let expected):
      "is \"\(found.excerpt)\", expected \(expected.article)"
    case .parameterRepeated(let count): "is given \(count) times, expected once"
    case .tooManyParameters(let max): "have more than \(max) values"
    }
  }
}

extension LexiconError.Scalar: CustomStringConvertible {
  public var description: String {
    switch self {
    case .bool(let value): String(value)
    case .integer(let value): String(value)
    case .string(let value): "\"\(value.excerpt)\""
    }
  }
}

extension LexiconError.FileFault: CustomStringConvertible {
  /// What stands after the place.
  public var description: String {
    switch self {
    case .system(let call, let errno): "cannot be read: \(call), error number \(errno)"
    case .tooLarge(let byteCount):
      "is \(byteCount) bytes, at most \(LexiconLimits.documentByteCountMax) are allowed"
    case .tooManyFiles: "holds more than \(LexiconLimits.documentCountMax) documents"
    case .folderTooDeep: "is more than \(LexiconLimits.folderDepthMax) folders deep"
    case .place(let expected): "is not where its id says, expected \(expected)"
    }
  }
}

extension RecordKeyType {
  fileprivate var article: String {
    switch self {
    case .any: "any record key"
    case .tid: "a TID"
    case .nsid: "an NSID"
    case .literal(let key): "\(key)"
    }
  }
}

extension ValueKind {
  var article: String {
    switch self {
    case .null: "null"
    case .bytes: "bytes"
    case .array, .integer, .object: "an \(rawValue)"
    case .boolean, .string, .link, .blob: "a \(rawValue)"
    }
  }
}

extension Array where Element: CustomStringConvertible {
  /// `a`, `a or b`, `one of a, b, …`.
  fileprivate var alternatives: String {
    if isEmpty { return "nothing" }
    if count == 1 { return self[0].description }
    let shown = prefix(8).map(\.description).joined(separator: ", ")
    return "one of \(shown)" + (count > 8 ? " and \(count - 8) more" : "")
  }
}

extension String {
  /// As much of a found text as an error shows.
  var excerpt: String { escaped(max: LexiconLimits.excerptCountMax) }

  func escaped(max: Int) -> String {
    var text = ""
    for (index, scalar) in unicodeScalars.prefix(max + 1).enumerated() {
      if index == max { return text + "…" }
      text += scalar.escaped(asASCII: true)
    }
    return text
  }
}
