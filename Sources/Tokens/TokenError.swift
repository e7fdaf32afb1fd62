// TokenError.swift: why a token is not believed.
import DAGCBOR

/// What is wrong with a token, with the evidence, and never with the token itself.
public enum TokenError: Error, Hashable, Sendable {
  /// Which of the three.
  public enum Part: String, Hashable, Sendable { case header, payload, signature }

  case tooLong(byteCount: Int)
  case form(partCount: Int)
  case base64(Part)
  case json(Part, JSONError)
  case notObject(Part)
  /// A member of the header that would have to be understood.
  case header(name: String)
  case algorithm(expected: String)
  case type(expected: String)
  /// A claim is missing, or is not what it must be.
  case claim(name: String, expected: String)
  case signature
  case expired(at: Int64)
  /// It is good for longer than it may be.
  case tooLate(seconds: Int64)
  /// It is for somebody else.
  case audience
  /// It is for another method.
  case method
}

extension TokenError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooLong(let byteCount):
      "the token has \(byteCount) bytes, at most \(TokenLimits.byteCountMax) are read"
    case .form(let partCount): "the token has \(partCount) parts, expected 3"
    case .base64(let part): "the token's \(part.rawValue) is not base64url without padding"
    case .json(let part, let error): "the token's \(part.rawValue): \(error)"
    case .notObject(let part): "the token's \(part.rawValue) is no JSON object"
    case .header(let name): "the token's header has \(name), which is not supported"
    case .algorithm(let expected): "the token's alg is not \(expected)"
    case .type(let expected): "the token's typ is not \(expected)"
    case .claim(let name, let expected): "the token's claim \(name) is not \(expected)"
    case .signature: "the token's signature is not right"
    case .expired(let second): "the token expired at second \(second) of Unix time"
    case .tooLate(let seconds):
      "the token is good for \(seconds) seconds, at most \(TokenLimits.serviceSecondsMax) are "
        + "taken"
    case .audience: "the token is for another service"
    case .method: "the token is for another method"
    }
  }
}
