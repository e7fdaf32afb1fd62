// Catalog+Check.swift: records at the door: is the schema known, and does the record keep it?
//
// Three questions in order: is there a schema, does the collection take this key, does the record
// satisfy the schema. Not here: the data model itself, which every store checks anyway.
// Spec: com.atproto.repo.createRecord, `validate`; https://atproto.com/specs/lexicon
import ATSyntax
import DAGCBOR

extension Catalog {
  /// Checks an encoded record as a write asks for it.
  ///
  /// - Complexity: one pass over the bytes for a record that is valid; decoding it and one more for
  ///   one that is not. Grapheme clusters are counted only where the bytes do not decide.
  /// - Parameters:
  ///   - record: one item of DAG-CBOR, checked to be that.
  ///   - collection: whose schema it is held to.
  ///   - key: its record key, which the schema may have a say in.
  ///   - mode: what to do where the schema, or one that it refers to, is not known.
  /// - Returns: `.absent` for mode `.off`, with nothing looked at; `.unknown` only for
  ///   `.optimistic`.
  /// - Throws: the first violation, named by the collection and the place in the record.
  public func check(
    _ record: RawSpan, in collection: NSID, key: RecordKey, mode: ValidationMode = .optimistic
  ) throws(LexiconError) -> ValidationStatus {
    guard mode != .off else { return .absent }
    guard let schema = try schema(of: collection, key: key, mode: mode) else {
      return .unknown
    }
    let value: CBORValue
    do throws(CBORError) {
      try CBOR.validate(record)
      if isSurelyValid(record, schema, in: collection) { return .valid }
      value = try CBOR.decode(record.withUnsafeBytes { Array($0) })
    } catch {
      throw LexiconError(collection.description, at: "", .data(.encoding(error)))
    }
    return try check(value, schema.definition, in: collection, mode: mode)
  }

  /// The same for bytes in an array.
  public func check(
    _ record: [UInt8], in collection: NSID, key: RecordKey, mode: ValidationMode = .optimistic
  ) throws(LexiconError) -> ValidationStatus {
    try check(record.span.bytes, in: collection, key: key, mode: mode)
  }

  /// The same for a record that is not encoded.
  public func check(
    _ record: CBORValue, in collection: NSID, key: RecordKey, mode: ValidationMode = .optimistic
  ) throws(LexiconError) -> ValidationStatus {
    guard mode != .off else { return .absent }
    guard let schema = try schema(of: collection, key: key, mode: mode) else {
      return .unknown
    }
    return try check(record, schema.definition, in: collection, mode: mode)
  }

  /// Checks a value against one definition, such as a body that a method takes. References that
  /// cannot be followed are `.unknown`.
  ///
  /// - Throws: the first violation; `.unknownSchema` where there is no such definition with data.
  public func check(
    _ value: CBORValue, against reference: Reference
  ) throws(LexiconError) -> ValidationStatus {
    guard types[reference] != nil else {
      throw LexiconError(reference.description, at: "", .data(.unknownSchema))
    }
    return try check(value, against: .ref(reference), of: reference.description)
  }

  /// The same against a type, such as the schema of a body. `name`: what errors call it.
  public func check(
    _ value: CBORValue, against type: FieldType, of name: String
  ) throws(LexiconError) -> ValidationStatus {
    let unresolved = try walk(value, type, name)
    return unresolved == nil ? .valid : .unknown
  }

  // MARK: Steps

  /// Whether the compiled schema says yes. Where it does not, the judge decides.
  /// - Precondition: `record` has passed `CBOR.validate`.
  func isSurelyValid(_ record: RawSpan, _ schema: RecordSchema, in collection: NSID) -> Bool {
    record.withUnsafeBytes { bytes in
      program.withView { view in
        var walk = RecordWalk(bytes, by: view)
        return walk.isValid(for: schema.step, type: collection.description)
      }
    }
  }

  /// The schema of a collection's records, or nil where it may be unknown.
  private func schema(
    of collection: NSID, key: RecordKey, mode: ValidationMode
  ) throws(LexiconError) -> RecordSchema? {
    let name = collection.description
    guard let schema = records[collection] else {
      if let main = self[collection]?.main {
        throw LexiconError(name, at: "", .data(.notARecord(type: main.typeName)))
      }
      if mode == .required { throw LexiconError(name, at: "", .data(.unknownSchema)) }
      return nil
    }
    let expected = schema.definition.key
    guard expected.accepts(key) else {
      throw LexiconError(name, at: "", .data(.recordKey(expected: expected, found: key)))
    }
    return schema
  }

  private func check(
    _ record: CBORValue, _ definition: RecordDefinition, in collection: NSID, mode: ValidationMode
  ) throws(LexiconError) -> ValidationStatus {
    let name = collection.description
    let type = record["$type"]?.stringValue
    guard type == name || record.mapValue == nil else {
      throw LexiconError(
        name, at: "/$type", .data(.recordType(expected: collection, found: type)))
    }
    guard let unresolved = try walk(record, .object(definition.object), name) else {
      return .valid
    }
    guard mode == .optimistic else {
      throw LexiconError(
        name, at: unresolved.path, .data(.unresolved(unresolved.reference)))
    }
    return .unknown
  }

  private func walk(
    _ value: CBORValue, _ type: FieldType, _ name: String
  ) throws(LexiconError) -> (reference: Reference, path: String)? {
    var check = ValueCheck(in: self)
    do throws(ValueCheck.Fault) {
      try check.check(value, against: type)
    } catch {
      throw LexiconError(name, at: error.path, .data(error.rule))
    }
    return check.unresolved
  }
}
