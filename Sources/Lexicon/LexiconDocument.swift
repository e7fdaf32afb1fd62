// LexiconDocument.swift: one schema document, as values.
//
// Not here: how a document is read (DocumentReader), and what its references stand for (Catalog).
// Spec: https://atproto.com/specs/lexicon
import ATSyntax
import DAGCBOR

/// A Lexicon document of version 1: an NSID and its definitions.
public struct LexiconDocument: Hashable, Sendable {
  public let id: NSID
  public let description: String?
  /// In canonical order of their names; at least one.
  public let definitions: [NamedDefinition]
  /// The document as it was read: what is published as a record.
  public let source: CBORMap

  /// The definition called `name`. Cost: O(log definitions).
  public subscript(name: String) -> Definition? {
    definitions.canonicalIndex(of: name, by: \.name).map { definitions[$0].definition }
  }

  /// The primary definition, which gives a record or a method its schema.
  public var main: Definition? { self[Reference.mainName] }

  /// The record under which the document is published: collection `com.atproto.lexicon.schema`, key
  /// `id`.
  public var record: CBORValue {
    var record = source
    record["$type"] = .string(LexiconDocument.collection)
    return .map(record)
  }

  /// The collection of published schemas.
  public static let collection = "com.atproto.lexicon.schema"
}

/// A definition and its name.
public struct NamedDefinition: Hashable, Sendable {
  public var name: String
  public var description: String?
  public var definition: Definition
}

/// What a name of a document stands for.
public enum Definition: Hashable, Sendable {
  case record(RecordDefinition)
  case query(MethodDefinition)
  case procedure(MethodDefinition)
  case subscription(SubscriptionDefinition)
  case permissionSet(PermissionSet)
  /// A name that is used as text and has no data of its own.
  case token
  /// A type for references: everything of `FieldType` but `ref`, `union` and `unknown`.
  case field(FieldType)

  /// What a document writes under `type`.
  public var typeName: String {
    switch self {
    case .record: "record"
    case .query: "query"
    case .procedure: "procedure"
    case .subscription: "subscription"
    case .permissionSet: "permission-set"
    case .token: "token"
    case .field(let type): type.name
    }
  }

  /// The data that a reference to it means: a record is its object, a token and a method have none.
  public var dataType: FieldType? {
    switch self {
    case .record(let record): .object(record.object)
    case .field(let type): type
    case .query, .procedure, .subscription, .permissionSet, .token: nil
    }
  }
}

/// A record: which keys its collection takes, and its object.
public struct RecordDefinition: Hashable, Sendable {
  public var key: RecordKeyType
  public var object: ObjectSchema
}

/// Which record keys a collection takes. Spec: https://atproto.com/specs/record-key
public enum RecordKeyType: Hashable, Sendable, CustomStringConvertible {
  case any
  case tid
  case nsid
  case literal(RecordKey)

  /// Nil unless `text` is `any`, `tid`, `nsid` or `literal:` and a record key.
  public init?(_ text: String) {
    switch text {
    case "any": self = .any
    case "tid": self = .tid
    case "nsid": self = .nsid
    default:
      guard text.hasPrefix("literal:") else { return nil }
      do throws(SyntaxError) {
        self = .literal(try RecordKey(String(text.dropFirst("literal:".count))))
      } catch {
        return nil
      }
    }
  }

  public var description: String {
    switch self {
    case .any: "any"
    case .tid: "tid"
    case .nsid: "nsid"
    case .literal(let key): "literal:\(key)"
    }
  }

  /// Whether the collection takes a record under `key`.
  public func accepts(_ key: RecordKey) -> Bool {
    switch self {
    case .any: return true
    case .literal(let only): return only == key
    case .tid, .nsid:
      do throws(SyntaxError) {
        if self == .tid { _ = try TID(key.description) } else { _ = try NSID(key.description) }
        return true
      } catch {
        return false
      }
    }
  }
}

/// A query or a procedure.
public struct MethodDefinition: Hashable, Sendable {
  /// The type is boolean, integer, string or an array of one of these.
  public var parameters: ObjectSchema?
  /// Of procedures alone.
  public var input: BodySchema?
  public var output: BodySchema?
  public var errors: [NamedError]
}

/// A stream of messages.
public struct SubscriptionDefinition: Hashable, Sendable {
  public var parameters: ObjectSchema?
  public var message: UnionSchema?
  public var errors: [NamedError]
  /// The framing, such as `xrpc.v1.json` (draft, proposal 0015); nil is `xrpc.v0.cbor`.
  public var subprotocol: String?
}

/// What a request or an answer carries.
public struct BodySchema: Hashable, Sendable {
  public var description: String?
  /// A media type, or a pattern of one.
  public var encoding: MediaType
  /// An object, a reference or a union; nil where the bytes are not described.
  public var schema: FieldSchema?
}

/// An error that a method may answer with.
public struct NamedError: Hashable, Sendable {
  public var name: String
  public var description: String?
}

/// A bundle of permissions that an application asks for by name.
public struct PermissionSet: Hashable, Sendable {
  public var title: String?
  /// By language tag.
  public var titles: [String: String]
  public var detail: String?
  /// By language tag.
  public var details: [String: String]
  public var permissions: [Permission]
}

/// One permission: a resource, and parameters that are its own.
public struct Permission: Hashable, Sendable {
  /// Such as `repo` or `rpc`. Unknown ones are kept: whoever grants ignores them.
  public var resource: String
  /// Every other key, as it was read.
  public var parameters: CBORMap
}
