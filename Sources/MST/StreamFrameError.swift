// StreamFrameError.swift: what can be wrong with a frame, where, and whose event was lost with it.
import ATSyntax
import DAGCBOR

/// Why bytes are not a frame of this stream.
public struct StreamFrameError: Error, Hashable, Sendable {
  /// What a frame must be.
  public enum Rule: Hashable, Sendable {
    /// The bytes are not two items of DAG-CBOR, or one of them is not what this place calls for:
    /// `.itemTooLarge` and `.containerTooLarge` name a bound of `StreamLimits` as well.
    case encoding(CBORError.Rule)
    case fieldMissing(String)
    case identifier(SyntaxError)
    /// An operation other than create, update and delete.
    case action(String)
    /// An operation of this kind without the links that it has, or with more.
    case links(action: String)
  }

  public var rule: Rule
  /// Offset in bytes from the start of the frame: of the item, or of the map that lacks a field.
  public var offset: Int
  /// Of the message, where that much could be read: a consumer goes on after it.
  public var seq: Int64?
  /// Of the message, where that much could be read: this repo's events are no longer complete.
  public var did: DID?

  init(_ rule: Rule, at offset: Int) {
    self.rule = rule
    self.offset = offset
  }

  init(_ error: CBORError) { self.init(.encoding(error.rule), at: error.offset) }
}

extension StreamFrameError: CustomStringConvertible {
  public var description: String {
    let event = seq.map { " of event \($0)" } ?? ""
    return "frame: \(rule), at byte \(offset)\(event)"
  }
}

extension StreamFrameError.Rule: CustomStringConvertible {
  public var description: String {
    switch self {
    case .encoding(let rule): rule.rawValue
    case .fieldMissing(let name): "a map without \(name)"
    case .identifier(let error): error.description
    case .action(let action): "an operation \(action), expected create, update or delete"
    case .links("create"): "an operation create, which has cid and no prev"
    case .links("update"): "an operation update, which has cid and prev"
    case .links: "an operation delete, which has prev and no cid"
    }
  }
}
