// RecordValidation.swift: what a writer asks of a record's schema, and what came of it.
//
// Here because two rooms share the words and neither knows the other: schemas answer, stores ask.
// Spec: com.atproto.repo.createRecord, `validate` and `validationStatus`

/// How much a write asks of the schema of its collection. The data model is always kept.
public enum ValidationMode: String, Hashable, Sendable, CaseIterable {
  /// The schema must be known and kept: `validate: true`.
  case required
  /// A schema that is known must be kept: `validate` is not set.
  case optimistic
  /// No schema is looked at: `validate: false`.
  case off
}

/// What a schema said of a record that was accepted.
public enum ValidationStatus: String, Hashable, Sendable, CaseIterable {
  /// The schema is known and kept.
  case valid
  /// The schema, or one that it refers to, is not known here.
  case unknown
  /// Nobody asked: the answer to a write leaves `validationStatus` out.
  case absent
}
