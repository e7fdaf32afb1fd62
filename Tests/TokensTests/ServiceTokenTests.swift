// ServiceTokenTests.swift: tokens between services, on both curves.
import ATCrypto
import ATSyntax
import DAGCBOR
import TestKit
import Testing

@testable import Tokens

@Suite("Service tokens")
struct ServiceTokenTests {
  private static let (alice, service) = (SessionTokenTests.alice, SessionTokenTests.service)
  private static let now = SessionTokenTests.now
  private static let method = try! NSID("com.atproto.repo.uploadBlob")
  private static let expectation = UnverifiedServiceToken.Expectation(
    audience: service, method: method)

  private static func key(_ curve: Curve) throws -> PrivateKey {
    try PrivateKey(curve: curve, bytes: Array(repeating: 9, count: 32))
  }

  private static func token(_ change: (inout ServiceToken) -> Void = { _ in }) -> ServiceToken {
    var token = ServiceToken(
      issuer: alice, audience: "\(service)", method: method, nonce: "n", issued: now,
      expires: now + 60)
    change(&token)
    return token
  }

  @Test("what is signed is verified, by its key and no other", arguments: Curve.allCases)
  func roundTrip(curve: Curve) throws {
    let key = try Self.key(curve)
    let token = Self.token()
    let text = token.signed(by: key)
    let read = try UnverifiedServiceToken(text, at: Self.now)
    #expect(read.issuer == Self.alice)
    #expect(try read.verify(with: key.publicKey, for: Self.expectation) == token)
    let other = try PrivateKey(curve: curve, bytes: Array(repeating: 8, count: 32))
    #expect(throws: TokenError.signature) {
      try read.verify(with: other.publicKey, for: Self.expectation)
    }
    let otherCurve = try Self.key(curve == .k256 ? .p256 : .k256)
    #expect(throws: TokenError.algorithm(expected: otherCurve.curve.jwtAlgorithm)) {
      try read.verify(with: otherCurve.publicKey, for: Self.expectation)
    }
    let signature = try #require(Signature(try JWS(text).signature))
    #expect(signature.isLowS(on: curve))
  }

  @Test("a token for another service, another method or for none is refused")
  func aim() throws {
    let key = try Self.key(.k256)
    func verify(_ change: (inout ServiceToken) -> Void) throws(TokenError) {
      let text = Self.token(change).signed(by: key)
      _ = try UnverifiedServiceToken(text, at: Self.now)
        .verify(with: key.publicKey, for: Self.expectation)
    }
    #expect(throws: Never.self) { try verify { $0.audience += "#atproto_pds" } }
    #expect(throws: TokenError.audience) { try verify { $0.audience += "s" } }
    #expect(throws: TokenError.audience) { try verify { $0.audience = "#\(Self.service)" } }
    #expect(throws: TokenError.method) { try verify { $0.method = nil } }
    #expect(throws: TokenError.method) {
      try verify { $0.method = try! NSID("com.atproto.repo.createRecord") }
    }
    #expect(throws: TokenError.expired(at: Self.now)) { try verify { $0.expires = Self.now } }
    #expect(throws: TokenError.tooLate(seconds: 3_601)) {
      try verify { $0.expires = Self.now + 3_601 }
    }
  }

  @Test("a session's token is none, and an issuer is a DID without a fragment")
  func kinds() throws {
    let session = SessionTokenTests.tokens.text(of: SessionTokenTests.token())
    #expect(throws: TokenError.type(expected: "JWT")) {
      try UnverifiedServiceToken(session, at: Self.now)
    }
    let payload =
      #"{"iss":"did:web:a.example#x","aud":"did:web:localhost","exp":\#(Self.now + 60)}"#
    let text = SessionTokenTests.signed(header: #"{"alg":"ES256K"}"#, payload: payload)
    #expect(throws: TokenError.claim(name: "iss", expected: "a DID")) {
      try UnverifiedServiceToken(text, at: Self.now)
    }
  }

  @Test(
    "a secret of the server is no key of an issuer: HS256 is refused whatever it is signed with")
  func confusion() throws {
    let key = try Self.key(.k256).publicKey
    let payload =
      #"{"iss":"\#(Self.alice)","aud":"\#(Self.service)","exp":\#(Self.now + 60),"#
      + #""lxm":"\#(Self.method)"}"#
    for secret in [key.compressed, SessionTokenTests.key, Array(key.didKey.utf8)] {
      let text = SessionTokenTests.signed(
        header: #"{"typ":"JWT","alg":"HS256"}"#, payload: payload, key: secret)
      let read = try UnverifiedServiceToken(text, at: Self.now)
      #expect(throws: TokenError.algorithm(expected: "ES256K")) {
        try read.verify(with: key, for: Self.expectation)
      }
    }
  }

  @Test("one bit more or less in a signature, or another length, and it is none")
  func signatures() throws {
    let key = try Self.key(.p256)
    let text = Self.token().signed(by: key)
    let jws = try JWS(text)
    let signed = String(decoding: jws.signed, as: UTF8.self)
    var random = SplitMix64.printed("bits of signatures")
    for _ in 0..<scaled(200) {
      var signature = jws.signature
      signature[Int.random(in: 0..<64, using: &random)] ^=
        1 << UInt8.random(in: 0..<8, using: &random)
      let changed = "\(signed).\(Base64.encode(signature, alphabet: .url))"
      let read = try UnverifiedServiceToken(changed, at: Self.now)
      #expect(throws: TokenError.signature) {
        try read.verify(with: key.publicKey, for: Self.expectation)
      }
    }
    for signature in [[], Array(jws.signature.dropLast()), jws.signature + [0]] {
      let changed = "\(signed).\(Base64.encode(signature, alphabet: .url))"
      let read = try UnverifiedServiceToken(changed, at: Self.now)
      #expect(throws: TokenError.signature) {
        try read.verify(with: key.publicKey, for: Self.expectation)
      }
    }
  }
}
