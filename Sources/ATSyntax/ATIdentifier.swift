// ATIdentifier.swift: a DID or a handle, wherever an account may be named by either.
// Spec: https://atproto.com/specs/lexicon#at-identifier

/// The name of an account: what starts with `did:` is a DID, anything else is a handle.
public enum ATIdentifier: Hashable, Comparable, Sendable, CustomStringConvertible {
  case did(DID)
  case handle(Handle)

  /// - Throws: the error of the kind that the text starts like.
  public init(_ text: String) throws(SyntaxError) {
    if DID.startsLikeDID(text.utf8Span.span, at: 0) {
      self = .did(try DID(text))
    } else {
      self = .handle(try Handle(text))
    }
  }

  public var description: String {
    switch self {
    case .did(let did): did.description
    case .handle(let handle): handle.description
    }
  }

  /// By text: no handle has a colon, so no text is both.
  public static func < (a: ATIdentifier, b: ATIdentifier) -> Bool {
    a.description < b.description
  }
}
