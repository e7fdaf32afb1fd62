// SessionTokenTests.swift: the server's own tokens: what it makes it takes, and nothing else.
import ATSyntax
import Crypto
import DAGCBOR
import Foundation
import TestKit
import Testing

@testable import Tokens

@Suite("Session tokens")
struct SessionTokenTests {
  static let service = try! DID("did:web:localhost")
  static let alice = try! DID("did:plc:ewvi7nxzyoun6zhxrhs64oiz")
  static let key = [UInt8](1...32)
  static let tokens = SessionTokens(key: key, service: service)
  static let now: Int64 = 1_800_000_000

  static func token(_ scope: TokenScope = .access) -> SessionToken {
    SessionToken(
      did: alice, scope: scope, session: "s", id: "i", issued: now, expires: now + 60)
  }

  /// A token with a right signature, whatever it says.
  static func signed(header: String, payload: String, key: [UInt8] = key) -> String {
    let signed = [header, payload].map { Base64.encode(Array($0.utf8), alphabet: .url) }
      .joined(separator: ".")
    let code = HMAC<SHA256>.authenticationCode(
      for: Array(signed.utf8), using: SymmetricKey(data: key))
    return "\(signed).\(Base64.encode(Array(code), alphabet: .url))"
  }

  @Test("what is made is read", arguments: TokenScope.allCases)
  func roundTrip(scope: TokenScope) throws {
    let token = Self.token(scope)
    let text = Self.tokens.text(of: token)
    #expect(try Self.tokens.read(text, at: Self.now) == token)
    let header = try JWS(text).header
    #expect(header["typ"] == .string(scope == .refresh ? "refresh+jwt" : "at+jwt"))
    #expect(header["alg"] == "HS256")
    let names = try JWS(text).payload.map(\.0)
    #expect(Set(names) == ["aud", "exp", "iat", "jti", "scope", "sid", "sub"])
  }

  @Test("a token is good until its last second, and says who ended it after that")
  func expires() throws {
    let text = Self.tokens.text(of: Self.token(.refresh))
    #expect(throws: Never.self) { try Self.tokens.read(text, at: Self.now + 59) }
    #expect(throws: TokenError.expired(at: Self.now + 60)) {
      try Self.tokens.read(text, at: Self.now + 60)
    }
    #expect(try Self.tokens.read(text, at: Self.now + 99, allowsExpired: true).session == "s")
  }

  @Test("another key, another server, another kind: all are refused")
  func strangers() throws {
    let text = Self.tokens.text(of: Self.token())
    let otherKey = SessionTokens(key: Array(2...33), service: Self.service)
    #expect(throws: TokenError.signature) { try otherKey.read(text, at: Self.now) }
    let otherServer = SessionTokens(key: Self.key, service: Self.alice)
    #expect(throws: TokenError.audience) { try otherServer.read(text, at: Self.now) }
  }

  /// A payload that is right, with one member changed.
  private static func payload(_ name: String, _ value: String) -> String {
    var members = [
      "scope": #""com.atproto.access""#, "aud": #""did:web:localhost""#,
      "sub": "\"\(alice)\"", "iat": "1", "exp": "\(now + 60)", "jti": #""i""#, "sid": #""s""#,
    ]
    members[name] = value.isEmpty ? nil : value
    return "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
  }

  private static let header = #"{"typ":"at+jwt","alg":"HS256"}"#

  @Test(
    "a header that says anything else is refused, though its signature is right",
    arguments: [
      #"{"typ":"at+jwt","alg":"none"}"#, #"{"typ":"at+jwt","alg":"None"}"#, #"{"typ":"at+jwt"}"#,
      #"{"typ":"at+jwt","alg":"ES256K"}"#, #"{"typ":"at+jwt","alg":"HS512"}"#,
      #"{"typ":"at+jwt","alg":["HS256"]}"#, #"{"typ":"at+jwt","alg":"HS256","alg":"none"}"#,
      #"{"typ":"refresh+jwt","alg":"HS256"}"#, #"{"typ":"JWT","alg":"HS256"}"#,
      #"{"typ":"dpop+jwt","alg":"HS256"}"#, #"{"alg":"HS256"}"#, #"{"typ":null,"alg":"HS256"}"#,
      #"{"typ":"at+jwt","alg":"HS256","crit":["exp"]}"#,
      #"{"typ":"at+jwt","alg":"HS256","b64":false}"#, #"["HS256"]"#, #""HS256""#, "", "{",
      "\u{FEFF}" + #"{"typ":"at+jwt","alg":"HS256"}"#,
    ])
  func headers(header: String) {
    let text = Self.signed(header: header, payload: Self.payload("iat", "1"))
    #expect(throws: TokenError.self) { try Self.tokens.read(text, at: Self.now) }
  }

  @Test(
    "a claim that is missing or is not what it must be is refused",
    arguments: [
      ("exp", ""), ("exp", "0"), ("exp", "-1"), ("exp", "1.5"), ("exp", "\"9999999999\""),
      ("exp", "null"), ("exp", "NaN"), ("exp", "1e400"), ("exp", "9999999999999999999"),
      ("exp", "true"), ("exp", "[]"), ("iat", ""), ("iat", "\"x\""), ("sub", ""),
      ("sub", "\"alice\""), ("sub", "1"), ("aud", ""), ("aud", "\"did:web:localhosts\""),
      ("aud", "[\"did:web:localhost\"]"), ("scope", ""), ("scope", "\"admin\""),
      ("scope", "\"com.atproto.access \""), ("scope", "\"com.atproto.refresh\""), ("jti", ""),
      ("jti", "\"\""), ("sid", ""), ("sid", "{}"), ("sid", "1,\"sid\":2"),
    ])
  func claims(name: String, value: String) {
    let text = Self.signed(header: Self.header, payload: Self.payload(name, value))
    #expect(throws: TokenError.self) { try Self.tokens.read(text, at: Self.now) }
  }

  @Test("claims that nobody asked for are passed over")
  func unknownClaims() throws {
    let text = Self.signed(header: Self.header, payload: Self.payload("nbf", "1"))
    #expect(throws: Never.self) { try Self.tokens.read(text, at: Self.now) }
  }

  @Test("no other text is a token: cut, doubled, padded, one character changed")
  func mutations() throws {
    let text = Self.tokens.text(of: Self.token())
    let parts = text.split(separator: ".")
    var texts = [
      "", ".", "..", "...", text + ".", "." + text, text + "=", text + " ", text + "\n",
      "\(parts[0]).\(parts[1])", "\(parts[0]).\(parts[1]).", "\(parts[0])..\(parts[2])",
      "\(parts[0]).\(parts[1]).\(parts[2]).\(parts[2])", text.uppercased(),
      String(repeating: "a", count: 100_000), String(repeating: ".", count: 100_000),
      text + String(repeating: "A", count: 10_000),
    ]
    let characters = Array(text)
    for index in characters.indices {
      for other in ["A", "_", "+", "=", "\u{0}"] where String(characters[index]) != other {
        var changed = characters
        changed[index] = Character(other)
        texts.append(String(changed))
      }
    }
    for text in texts {
      #expect(throws: TokenError.self, "\(text.prefix(300))") {
        try Self.tokens.read(text, at: Self.now)
      }
    }
  }
}
