// SchemaChange.swift: what differs between two versions of a schema, and whom that hurts.
//
// All data that was valid must stay valid, and new data must be valid for who still has the old
// schema: so a bound that is loosened breaks as one that is tightened does, on the other side.
// Not here: finding the differences (SchemaDiff). Spec:
// https://atproto.com/specs/lexicon#lexicon-evolution
import ATSyntax

/// One difference between two versions of a schema.
public struct SchemaChange: Hashable, Sendable {
  public var document: NSID
  /// A JSON Pointer: into the new version, or into the old one for what is gone.
  public var path: String
  public var kind: Kind

  /// What changed.
  public enum Kind: Hashable, Sendable {
    case documentAdded
    case documentRemoved
    case definitionAdded(type: String)
    case definitionRemoved(type: String)
    case typeChanged(from: String, to: String)
    case keyChanged(from: RecordKeyType, to: RecordKeyType)
    case propertyAdded(type: String, isRequired: Bool)
    case propertyRemoved(type: String, wasRequired: Bool)
    /// One field is gone, and one of the same type and constraints is new.
    case propertyRenamed(to: String)
    case becameRequired
    case becameOptional
    case becameNullable
    case becameNotNullable
    case tightened(constraint: String, from: String?, to: String?)
    case loosened(constraint: String, from: String?, to: String?)
    /// Neither allows all that the other does.
    case replaced(constraint: String, from: String?, to: String?)
    case referenceChanged(from: Reference, to: Reference)
    case unionClosed
    case unionOpened
    case unionMemberAdded(Reference, isClosed: Bool)
    case unionMemberRemoved(Reference, isClosed: Bool)
    /// Values that are only suggestions, and defaults.
    case adviceChanged(constraint: String)
    case bodyAdded
    case bodyRemoved
    case errorAdded(String)
    case errorRemoved(String)
    case permissionsChanged
  }

  /// Whom a change hurts.
  public enum Effect: String, Hashable, Sendable {
    case none
    /// Data, or a call, that was valid is refused by the new version.
    case oldData
    /// Who has the old version refuses, or misses something in, what is valid for the new one.
    case oldReaders
    case both
  }
}

extension SchemaChange {
  /// Whom it hurts, by its kind alone.
  public var effect: Effect {
    switch kind {
    case .documentAdded, .definitionAdded, .adviceChanged, .errorAdded, .errorRemoved,
      .permissionsChanged, .unionMemberAdded(_, isClosed: false),
      .unionMemberRemoved(_, isClosed: false), .propertyAdded(_, isRequired: false):
      .none
    case .becameRequired, .becameNotNullable, .tightened, .unionClosed,
      .unionMemberRemoved(_, isClosed: true), .propertyAdded(_, isRequired: true):
      .oldData
    case .becameOptional, .becameNullable, .loosened, .unionOpened, .propertyRemoved,
      .unionMemberAdded(_, isClosed: true):
      .oldReaders
    case .documentRemoved, .definitionRemoved, .typeChanged, .replaced, .referenceChanged,
      .propertyRenamed, .bodyAdded, .bodyRemoved:
      .both
    case .keyChanged(_, to: .any): .oldReaders
    case .keyChanged(from: .any, _): .oldData
    case .keyChanged: .both
    }
  }

  /// Whether a schema may not change so under the same NSID.
  public var isBreaking: Bool { effect != .none }
}

extension SchemaChange: CustomStringConvertible {
  /// `app.example.note /defs/main/record/properties/text: maxLength 300 → 100: refuses data that
  /// was valid`
  public var description: String {
    "\(document) \(path.isEmpty ? "" : "\(path.escaped(max: 512)) ")\(kind)"
      + (isBreaking ? ": \(effect.sentence)" : "")
  }
}

extension SchemaChange.Effect {
  /// What it means, after a colon.
  public var sentence: String {
    switch self {
    case .none: "breaks nothing"
    case .oldData: "refuses what was valid"
    case .oldReaders: "breaks readers that have the old schema"
    case .both: "refuses what was valid, and breaks readers that have the old schema"
    }
  }
}

extension SchemaChange.Kind: CustomStringConvertible {
  /// What changed, in a few words.
  public var description: String {
    switch self {
    case .documentAdded: "is new"
    case .documentRemoved: "is gone"
    case .definitionAdded(let type): "is new, of type \(type)"
    case .definitionRemoved(let type): "is gone, was of type \(type)"
    case .typeChanged(let from, let to): "type \(from) → \(to)"
    case .keyChanged(let from, let to): "key \(from) → \(to)"
    case .propertyAdded(let type, let isRequired):
      "is a new \(isRequired ? "required" : "optional") field of type \(type)"
    case .propertyRemoved(let type, let wasRequired):
      "is gone, was \(wasRequired ? "a required" : "an optional") field of type \(type)"
    case .propertyRenamed(let to): "seems to be called \"\(to.excerpt)\" now"
    case .becameRequired: "optional → required"
    case .becameOptional: "required → optional"
    case .becameNullable: "may be null now"
    case .becameNotNullable: "may not be null any more"
    case .tightened(let constraint, let from, let to), .loosened(let constraint, let from, let to),
      .replaced(let constraint, let from, let to):
      "\(constraint) \(from?.escaped(max: 200) ?? "unset") → \(to?.escaped(max: 200) ?? "unset")"
    case .referenceChanged(let from, let to): "ref \(from) → \(to)"
    case .unionClosed: "the union is closed now"
    case .unionOpened: "the union is open now"
    case .unionMemberAdded(let reference, _): "the union has \(reference) now"
    case .unionMemberRemoved(let reference, _): "the union has \(reference) no more"
    case .adviceChanged(let constraint): "other \(constraint)"
    case .bodyAdded: "is new"
    case .bodyRemoved: "is gone"
    case .errorAdded(let name): "error \(name) is new"
    case .errorRemoved(let name): "error \(name) is gone"
    case .permissionsChanged: "other permissions"
    }
  }
}
