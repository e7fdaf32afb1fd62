// DIDDocumentTests.swift: reading an account's document, and writing the one of a did:plc.
import ATCrypto
import ATSyntax
import DAGCBOR
@testable import Identity
import TestKit
import Testing

@Suite("DID documents")
struct DIDDocumentTests {
  static let notice = Comment(rawValue: Fixtures.notice)
  static let folder = "indigo/atproto/identity/testdata"
  static let key = "zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF"

  func error(of body: () throws -> some Any) -> DIDDocumentError? {
    do {
      _ = try body()
    } catch let error as DIDDocumentError {
      #expect(error.description.hasPrefix("DID document: "))
      return error
    } catch {
      Issue.record(error)
    }
    return nil
  }

  func document(_ members: String) throws -> DIDDocument {
    let text = #"{"id":"did:web:a.test",\#(members)}"#
    return try DIDDocument(json: Array(text.utf8), for: try DID("did:web:a.test"))
  }

  @Test(
    "the documents of the interop suite are read", .enabled(if: Fixtures.areThere, notice))
  func fixtures() throws {
    #expect(
      try Fixtures.names(in: Self.folder)
        == ["did_plc_doc.json", "did_plc_doc_legacy.json", "did_web_doc.json"])
    let did = try DID("did:plc:ewvi7nxzyoun6zhxrhs64oiz")
    for name in ["did_plc_doc.json", "did_plc_doc_legacy.json"] {
      let document = try DIDDocument(json: Fixtures.bytes("\(Self.folder)/\(name)"), for: did)
      #expect(document.handle?.description == "atproto.com")
      #expect(try document.signingKey.multikey == Self.key)
      #expect(try document.pdsEndpoint.description == "https://bsky.social")
    }
    let web = try DIDDocument(
      json: Fixtures.bytes("\(Self.folder)/did_web_doc.json"),
      for: try DID("did:web:discover.bsky.social"))
    #expect(web.handle == nil && web.services.first?.id == "#bsky_fg")
    #expect(error { try web.signingKey } == .noSigningKey)
    #expect(error { try web.pdsEndpoint } == .noServer)
  }

  @Test(
    "the document made from PLC state is what the directory serves",
    .enabled(if: Fixtures.areThere, notice))
  func made() throws {
    let did = try DID("did:plc:ewvi7nxzyoun6zhxrhs64oiz")
    let state = PLCState(
      rotationKeys: [], verificationMethods: ["atproto": "did:key:\(Self.key)"],
      alsoKnownAs: ["at://atproto.com"],
      services: [
        "atproto_pds": PLCService(type: PLCService.pdsType, endpoint: "https://bsky.social")
      ])
    let document = DIDDocument(plc: state, of: did)
    let served = try JSONForm.decode(Fixtures.bytes("\(Self.folder)/did_plc_doc.json"), as: .plain)
    #expect(try JSONForm.decode(document.json, as: .plain) == served)
    #expect(try DIDDocument(json: document.json, for: did) == document)
  }

  @Test("a P-256 key brings its own context, and unknown keys bring none")
  func contexts() throws {
    let did = try DID("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
    let key = PrivateKey.generate(on: .p256).publicKey.didKey
    let state = PLCState(
      rotationKeys: [],
      verificationMethods: [
        "b": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "atproto": key,
      ])
    let document = DIDDocument(plc: state, of: did)
    #expect(document.verificationMethods.map(\.id) == ["\(did)#atproto", "\(did)#b"])
    let value = try JSONForm.decode(document.json, as: .plain)
    #expect(
      value["@context"]?.arrayValue?.compactMap(\.stringValue).last
        == "https://w3id.org/security/suites/ecdsa-2019/v1")
    #expect(value["@context"]?.arrayValue?.count == 3)
  }

  @Test("the handle is the first name that is at:// and a handle")
  func handles() throws {
    let names = #""alsoKnownAs":["https://a.test","at://","at://b","at://b/c.d","AT://x.test","#
    #expect(
      try document(names + #""at://Good.Test","at://c.test"]"#).handle?.description == "good.test")
    #expect(try document(names + #""at://did:web:b.test"]"#).handle == nil)
    #expect(try document(#""alsoKnownAs":null"#).handle == nil)
  }

  @Test("keys and services count by their name under this DID, the first one winning")
  func fragments() throws {
    let other = PrivateKey.generate(on: .k256).publicKey.multikey
    func method(_ id: String, _ key: String) -> String {
      #"{"id":"\#(id)","type":"Multikey","publicKeyMultibase":"\#(key)"}"#
    }
    let methods = [
      method("did:web:b.test#atproto", other), method("x#atproto", other),
      method("#atproto2", other), method("did:web:a.test#atproto", Self.key),
      method("#atproto", other),
    ]
    let document = try document(
      #""verificationMethod":[\#(methods.joined(separator: ","))]"#)
    #expect(try document.signingKey.multikey == Self.key)
  }

  @Test("a service without a text endpoint stands in nobody's way")
  func services() throws {
    let type = "AtprotoPersonalDataServer"
    let document = try document(
      ##""service":[{"id":"#other","type":"\##(type)","serviceEndpoint":{}},"##
        + ##"{"id":"did:web:a.test#atproto_pds","type":"\##(type)","##
        + ##""serviceEndpoint":"http://localhost:2583"}]"##)
    #expect(try document.pdsEndpoint.description == "http://localhost:2583")
  }

  @Test("a key that is missing, foreign or damaged says so")
  func keys() throws {
    func refusal(_ members: String) throws -> DIDDocumentError? {
      let document = try document(##""verificationMethod":[{"id":"#atproto",\##(members)}]"##)
      return error { try document.signingKey }
    }
    #expect(try refusal(#""type":"Multikey""#) == .noSigningKey)
    #expect(try refusal(#""type":"Multikey","publicKeyMultibase":{}"#) == .noSigningKey)
    #expect(
      try refusal(#""type":"Multikey","publicKeyMultibase":"f00""#) == .key(.multibasePrefix))
    #expect(
      try refusal(#""type":"JsonWebKey2020","publicKeyMultibase":"\#(Self.key)""#)
        == .methodType("JsonWebKey2020"))
    // A multikey under a legacy type has two bytes too many.
    #expect(
      try refusal(
        #""type":"EcdsaSecp256k1VerificationKey2019","publicKeyMultibase":"\#(Self.key)""#)
        == .key(.byteCount(found: 35, expected: 65)))
  }

  @Test(
    "an endpoint is an http(s) origin and nothing more",
    arguments: [
      "", "https://", "https://a.test/", "https://a.test/x", "https://a.test?x", "https://a.test#x",
      "ftp://a.test", "a.test", "//a.test", "https://u@a.test", "https://u:p@a.test",
      "https:a.test",
      "https://a.test:", "https://a.test:0", "https://a.test:65536", "https://a.test:080",
      "https://a.test:+80", "https://a..test", "https://.a", "https://a.", "https://-a.test",
      "https://[::1]", "https://a_b.test", "https://a.test\n", " https://a.test", "https://ä.test",
      "https://a.test:80:80", "https://a%2etest", "HTTPS://a.test", "https://a\\b",
      "https://" + String(repeating: "a", count: 64), String(repeating: "https://a.", count: 50),
    ])
  func endpoints(text: String) throws {
    #expect(HTTPOrigin(text) == nil)
    let document = DIDDocument(
      id: try DID("did:web:a.test"),
      services: [.init(id: "#atproto_pds", type: PLCService.pdsType, endpoint: text)])
    #expect(error { try document.pdsEndpoint } == .endpoint(text))
  }

  @Test("origins that are equal have equal text")
  func origins() {
    for (text, expected) in [
      ("https://A.test", "https://a.test"), ("https://a.test:443", "https://a.test"),
      ("http://a.test:80", "http://a.test"), ("http://a.test:443", "http://a.test:443"),
      ("https://a.test:65535", "https://a.test:65535"),
      ("http://127.0.0.1:1", "http://127.0.0.1:1"),
    ] { #expect(HTTPOrigin(text)?.description == expected) }
  }

  @Test("documents of another DID, of another shape, or too large are refused")
  func refused() throws {
    let did = try DID("did:web:a.test")
    func refusal(_ text: String) -> DIDDocumentError? {
      error { try DIDDocument(json: Array(text.utf8), for: did) }
    }
    #expect(
      refusal(#"{"id":"did:web:b.test"}"#)
        == .otherDID(found: try DID("did:web:b.test"), expected: did))
    let shapes: [(String, String, FieldError.Expectation)] = [
      ("[]", "", .object), ("{}", "/id", .string), (#"{"id":"x"}"#, "/id", .did),
      (#"{"id":"did:web:a.test","alsoKnownAs":{}}"#, "/alsoKnownAs", .array),
      (#"{"id":"did:web:a.test","alsoKnownAs":[1]}"#, "/alsoKnownAs/0", .string),
      (#"{"id":"did:web:a.test","service":[[]]}"#, "/service/0/id", .string),
      (#"{"id":"did:web:a.test","service":[{"id":"a"}]}"#, "/service/0/type", .string),
      (#"{"id":"did:web:a.test","verificationMethod":["x"]}"#, "/verificationMethod/0/id", .string),
    ]
    for (text, path, expected) in shapes {
      #expect(refusal(text) == .field(FieldError(path: path, expected: expected)), "\(text)")
    }
    for text in ["", "{", "{\"id\":1.5}", String(repeating: "[", count: 100_000)] {
      guard case .json? = refusal(text) else {
        Issue.record("\(text.prefix(20)) was read")
        continue
      }
    }
    #expect(refusal(String(repeating: " ", count: 262_145)) == .tooLarge(byteCount: 262_145))
  }
}
