// ServiceToken.swift: the tokens by which one service speaks to another for an account, signed with
// the account's key.
//
// Who signed is known from the issuer's DID document, which is not here: a token is read first,
// then its key is found, then it is verified, and only what `verify` returns is to be believed.
// Spec: https://atproto.com/specs/xrpc#inter-service-authentication-jwt
import ATCrypto
import ATSyntax
import DAGCBOR

/// What a service token says.
public struct ServiceToken: Hashable, Sendable {
  /// The account that speaks.
  public var issuer: DID
  /// Whom it speaks to: a DID, perhaps with the fragment of a service.
  public var audience: String
  /// The method that it is for; nil for any.
  public var method: NSID?
  /// What makes it one of a kind.
  public var nonce: String?
  /// Seconds of Unix time.
  public var issued: Int64
  public var expires: Int64

  public init(
    issuer: DID, audience: String, method: NSID?, nonce: String?, issued: Int64, expires: Int64
  ) {
    self.issuer = issuer
    self.audience = audience
    self.method = method
    self.nonce = nonce
    self.issued = issued
    self.expires = expires
  }

  /// Signs it: low `s`, as everything that we sign.
  public func signed(by key: PrivateKey) -> String {
    let header: CBORMap = ["typ": "JWT", "alg": .string(key.curve.jwtAlgorithm)]
    var payload: CBORMap = [
      "iss": .string("\(issuer)"), "aud": .string(audience), "iat": .integer(issued),
      "exp": .integer(expires),
    ]
    payload["lxm"] = method.map { .string("\($0)") }
    payload["jti"] = nonce.map { .string($0) }
    return JWS.text(header: header, payload: payload) { key.sign(message: $0).bytes }
  }
}

/// A service token that was read and not yet verified.
public struct UnverifiedServiceToken: Sendable {
  /// Whose key must have signed it, if it says the truth.
  public var issuer: DID { claims.issuer }
  private let claims: ServiceToken
  private let jws: JWS

  /// What a service expects of a token.
  public struct Expectation: Sendable {
    public var audience: DID
    public var method: NSID

    public init(audience: DID, method: NSID) {
      self.audience = audience
      self.method = method
    }
  }

  /// - Throws: what is wrong with its form, its claims or its times; not with its signature.
  public init(_ text: String, at nowSeconds: Int64) throws(TokenError) {
    jws = try JWS(text)
    // A session's token is none, whoever signed it.
    if let type = jws.type, type.lowercased() != "jwt" { throw .type(expected: "JWT") }
    let payload = jws.payload
    var method: NSID?
    if payload["lxm"] != nil {
      let name = try payload.text("lxm")
      do throws(SyntaxError) {
        method = try NSID(name)
      } catch {
        throw .claim(name: "lxm", expected: "an NSID")
      }
    }
    let nonce: String? =
      payload["jti"] == nil
      ? nil : try payload.text("jti", byteCountMax: TokenLimits.nonceByteCountMax)
    claims = ServiceToken(
      issuer: try payload.did("iss"), audience: try payload.text("aud"), method: method,
      nonce: nonce, issued: payload["iat"] == nil ? 0 : try payload.second("iat"),
      expires: try payload.second("exp"))
    guard nowSeconds < claims.expires else { throw .expired(at: claims.expires) }
    guard claims.expires - nowSeconds <= TokenLimits.serviceSecondsMax else {
      throw .tooLate(seconds: claims.expires - nowSeconds)
    }
  }

  /// What the token says, if the issuer's key signed it and it is for this service and method.
  ///
  /// An audience may name a service of the DID with a fragment. A token without a method is for
  /// none.
  public func verify(
    with key: PublicKey, for expected: Expectation
  ) throws(TokenError) -> ServiceToken {
    guard jws.algorithm == key.curve.jwtAlgorithm else {
      throw .algorithm(expected: key.curve.jwtAlgorithm)
    }
    guard let signature = Signature(jws.signature), key.verify(signature, message: jws.signed)
    else { throw .signature }
    guard claims.audience.prefix(while: { $0 != "#" }) == expected.audience.description else {
      throw .audience
    }
    guard claims.method == expected.method else { throw .method }
    return claims
  }
}
