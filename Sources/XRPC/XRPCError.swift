// XRPCError.swift: what a client is told went wrong: a status, a registered name, a sentence.
//
// Not here: which of the store's errors becomes which (XRPCError+Store).
// Spec: https://atproto.com/specs/xrpc#error-responses
import DAGCBOR
import HTTPTypes

/// The names that clients tell errors apart by: those of the protocol, then those of lexicons.
public enum XRPCErrorName: String, Hashable, Sendable {
  case invalidRequest = "InvalidRequest"
  case forbidden = "Forbidden"
  case notFound = "NotFound"
  case methodNotAllowed = "MethodNotAllowed"
  case misdirectedRequest = "MisdirectedRequest"
  case targetTooLong = "UriTooLong"
  case upgradeRequired = "UpgradeRequired"
  case internalServerError = "InternalServerError"
  case methodNotImplemented = "MethodNotImplemented"
  case notEnoughResources = "NotEnoughResources"
  case payloadTooLarge = "PayloadTooLarge"
  case unsupportedMediaType = "UnsupportedMediaType"
  case rateLimitExceeded = "RateLimitExceeded"

  case authMissing = "AuthMissing"
  case authenticationRequired = "AuthenticationRequired"
  case invalidToken = "InvalidToken"
  case expiredToken = "ExpiredToken"
  case accountTakedown = "AccountTakedown"
  case accountDeactivated = "AccountDeactivated"
  case badJwt = "BadJwt"
  case badJwtType = "BadJwtType"
  case badJwtAudience = "BadJwtAudience"
  case badJwtLexiconMethod = "BadJwtLexiconMethod"
  case badJwtIss = "BadJwtIss"
  case badJwtSignature = "BadJwtSignature"
  case jwtExpired = "JwtExpired"

  case repoNotFound = "RepoNotFound"
  case repoDeactivated = "RepoDeactivated"
  case repoSuspended = "RepoSuspended"
  case repoTakendown = "RepoTakendown"
  case recordNotFound = "RecordNotFound"
  case blockNotFound = "BlockNotFound"
  case invalidSwap = "InvalidSwap"
  case recordAlreadyExists = "RecordAlreadyExists"
  case blobNotFound = "BlobNotFound"
  case invalidMimeType = "InvalidMimeType"
  case invalidSize = "InvalidSize"
  case badExpiration = "BadExpiration"
  case handleNotFound = "HandleNotFound"
  case didNotFound = "DidNotFound"
  case accountNotFound = "AccountNotFound"
  case futureCursor = "FutureCursor"
  case consumerTooSlow = "ConsumerTooSlow"
}

/// An answer that is not what was asked for.
public struct XRPCError: Error, Hashable, Sendable, CustomStringConvertible {
  public var status: HTTPResponse.Status
  public var name: XRPCErrorName
  /// For people. Says what was expected and what was found; never holds what only the owner may
  /// read.
  public var message: String
  /// What happened, for the log alone.
  public var cause: String?
  /// The limit that is used up, for an answer that says so.
  var rate: RateVerdict?

  public init(_ name: XRPCErrorName, status: HTTPResponse.Status, _ message: String) {
    self.status = status
    self.name = name
    self.message = message
  }

  /// What a lexicon declares as an error of a method: always 400.
  public static func named(_ name: XRPCErrorName, _ message: String) -> XRPCError {
    XRPCError(name, status: .badRequest, message)
  }

  /// What a request is or holds is not what the method takes.
  public static func invalidRequest(_ message: String) -> XRPCError {
    XRPCError(.invalidRequest, status: .badRequest, message)
  }

  /// What went wrong here is for the log, not for the client.
  public static let internalServerError = XRPCError(
    .internalServerError, status: .internalServerError, "Internal Server Error")

  public var description: String { "\(status.code) \(name.rawValue): \(message)" }

  /// `{"error", "message"}`.
  var body: [UInt8] {
    JSONForm.encode(["error": .string(name.rawValue), "message": .string(message)])
  }
}
