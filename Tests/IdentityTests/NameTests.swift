// NameTests.swift: did:web names, and what handles say in DNS and over HTTP.
import ATSyntax
@testable import Identity
import TestKit
import Testing

@Suite("did:web names and proofs of handles")
struct NameTests {
  @Test(
    "a did:web is a host name, with a port on localhost alone",
    arguments: [
      ("did:web:example.com", "https://example.com/.well-known/did.json"),
      ("did:web:a.B.example.com", "https://a.b.example.com/.well-known/did.json"),
      ("did:web:localhost", "http://localhost/.well-known/did.json"),
      ("did:web:localhost%3A2583", "http://localhost:2583/.well-known/did.json"),
    ])
  func webs(text: String, url: String) throws {
    #expect(try #require(DIDWeb(try DID(text))).documentURL == url)
  }

  @Test(
    "paths, ports and addresses are no did:web of the protocol",
    arguments: [
      "did:web:example.com:user", "did:web:example.com%3A8080", "did:web:example",
      "did:web:1.2.3.4",
      "did:web:localhost%3A0", "did:web:localhost%3A65536", "did:web:localhost%3Ax",
      "did:web:localhost%3a80", "did:web:localhost:a", "did:web:localhost%2Fa", "did:web:a..b",
      "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "did:web:example.com%2F..", "did:web:-a.test",
    ])
  func notWebs(text: String) throws { #expect(DIDWeb(try DID(text)) == nil) }

  @Test("the DID of a handle is in the one TXT value that begins with did=")
  func texts() throws {
    let (a, b) = ("did:web:a.test", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
    #expect(try HandleProof.did(inTXT: []) == nil)
    #expect(
      try HandleProof.did(inTXT: ["v=spf1", "DID=\(a)", " did=\(a)", a, "did=", "did=x"]) == nil)
    #expect(try HandleProof.did(inTXT: ["v=spf1", "did=\(a)", "did=\(a)"])?.description == a)
    #expect(try HandleProof.did(inTXT: ["did=\(b)", "did=\(a) "])?.description == b)
    #expect(throws: HandleProofError.conflict(try DID(a), try DID(b))) {
      try HandleProof.did(inTXT: ["did=\(a)", "did=\(b)"])
    }
    let long = "did=did:web:" + String(repeating: "a", count: 1_000_000)
    #expect(try HandleProof.did(inTXT: [long]) == nil)
  }

  @Test("the well-known body is one DID with white space around it")
  func bodies() throws {
    for body in ["did:web:a.test", " did:web:a.test\r\n", "\n\n\tdid:web:a.test  "] {
      #expect(try HandleProof.did(inWellKnown: Array(body.utf8)).description == "did:web:a.test")
    }
    for body in [
      "", " ", "<html>", "did:web:a.test did:web:b.test", "did:web:a.test\ndid:web:b.test",
      "\u{feff}did:web:a.test", "did:web:a.test\0", "did=did:web:a.test", "DID:web:a.test",
    ] {
      #expect(throws: HandleProofError.self, "\(body)") {
        try HandleProof.did(inWellKnown: Array(body.utf8))
      }
    }
    #expect(throws: HandleProofError.self) { try HandleProof.did(inWellKnown: [0xff, 0xfe]) }
    #expect(throws: HandleProofError.tooLarge(byteCount: 4_097)) {
      try HandleProof.did(inWellKnown: [UInt8](repeating: 0x20, count: 4_097))
    }
  }

  @Test("a handle is asked for at its own places")
  func places() throws {
    let handle = try Handle("Alice.Test")
    #expect(HandleProof.dnsName(of: handle) == "_atproto.alice.test")
    #expect(HandleProof.wellKnownURL(of: handle) == "https://alice.test/.well-known/atproto-did")
  }
}
