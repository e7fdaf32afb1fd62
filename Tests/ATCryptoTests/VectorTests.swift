// VectorTests.swift: keys and signatures made by others.
import ATCrypto
import DAGCBOR
import Foundation
import TestKit
import Testing

@Suite("Vectors of keys and signatures")
struct VectorTests {
  static let notice = Comment(rawValue: Fixtures.notice)

  struct SignatureCase: Decodable {
    var comment: String
    var messageBase64: String
    var algorithm: String
    var didDocSuite: String
    var publicKeyDid: String
    var publicKeyMultibase: String
    var signatureBase64: String
    var validSignature: Bool
  }

  @Test(
    "each signature of the interop suite is judged as the suite says",
    .enabled(if: Fixtures.areThere, notice))
  func interopSignatures() throws {
    let cases: [SignatureCase] = try Fixtures.decoded(
      "atproto-interop-tests/crypto/signature-fixtures.json")
    #expect(cases.count >= 6)
    for each in cases {
      let key = try PublicKey(didKey: each.publicKeyDid)
      #expect(key.curve.jwtAlgorithm == each.algorithm)
      #expect(key.curve.legacyMethodType == each.didDocSuite)
      #expect(key.didKey == each.publicKeyDid)
      let legacy = try PublicKey(legacyMultibase: each.publicKeyMultibase, curve: key.curve)
      #expect(legacy == key)
      let message = try #require(base64(each.messageBase64))
      let signature = Signature(try #require(base64(each.signatureBase64)))
      let isValid = signature.map { key.verify($0, message: message) } ?? false
      #expect(isValid == each.validSignature, "\(each.comment)")
    }
  }

  private func base64(_ text: String) -> [UInt8]? {
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return Data(base64Encoded: text + padding).map { [UInt8]($0) }
  }

  struct DIDKeyCase: Decodable {
    var privateKeyBytesHex: String?
    var privateKeyBytesBase58: String?
    var publicDidKey: String
  }

  @Test(
    "each private key of the W3C suite has its did:key",
    .enabled(if: Fixtures.areThere, notice), arguments: Curve.allCases)
  func didKeys(curve: Curve) throws {
    let name = curve == .k256 ? "K256" : "P256"
    let cases: [DIDKeyCase] = try Fixtures.decoded(
      "atproto-interop-tests/crypto/w3c_didkey_\(name).json")
    #expect(!cases.isEmpty)
    for each in cases {
      let scalar =
        try each.privateKeyBytesHex.map { bytes(hex: $0) }
        ?? Base58.decode(#require(each.privateKeyBytesBase58).utf8)
      let key = try PrivateKey(curve: curve, bytes: scalar)
      #expect(key.publicKey.didKey == each.publicDidKey)
      #expect(try PublicKey(didKey: each.publicDidKey) == key.publicKey)
    }
  }

  @Test("commits are signed byte for byte as other RFC 6979 signers do")
  func commits() throws {
    let scalar = Digest(of: Array("atproto-peer-bench/v1/signing-key".utf8)).bytes
    let key = try PrivateKey(curve: .k256, bytes: scalar)
    #expect(key.publicKey.didKey == "did:key:zQ3shW86R31KSTurnaL2LDHAJ24S6VNg9fSgXquayvbn3yGme")
    #expect(
      hex(key.publicKey.compressed)
        == "028172466fb49b41d3ff7f6e4dbdd0c80ba1fedcf4aa044fd4d3a826f7e56df239")
    for commit in Self.commits {
      let unsigned = bytes(hex: commit.unsigned)
      let signature = key.sign(message: unsigned)
      #expect(hex(signature.bytes) == commit.signature)
      #expect(key.publicKey.verify(signature, message: unsigned))
    }
  }

  static let commits: [(unsigned: String, signature: String)] = [
    (
      "a56364696478206469643a706c633a7065657262656e63687065657262656e6368706565723232637265766d"
        + "336e3734776f646c32323232326464617461d82a582500017112209dfefe61dd76ea3dcae5023880b08379d5"
        + "7adf20482d6fdbe2759289f647677b6470726576f66776657273696f6e03",
      "2b840d71ffccbdc930b172dd4cff5e428cf7815c14ea9be22d0ad58d8985765e2eff038e254888b3e48686f6"
        + "0d33dcb4dc6e90f071d52c8fd3bee31d72802bde"
    ),
    (
      "a56364696478206469643a706c633a7065657262656e63687065657262656e6368706565723232637265766d"
        + "336e3734776f646c32323332326464617461d82a58250001711220b813e7ad86cf9e1a63bc3fe4aa23feaf29"
        + "724ea6a7ee30ffb445878b29b3db056470726576f66776657273696f6e03",
      "bd6febeeededbe284b9f25b56665c804d1cc8b272252b64bb82d02ca8f3e5a60423f55de3fe895c85994ed02"
        + "a489ebd287d493e2125c99604d41e9788042452e"
    ),
    (
      "a56364696478206469643a706c633a7065657262656e63687065657262656e6368706565723232637265766d"
        + "336e3734776f646c32323432326464617461d82a582500017112202b25def0e90839c7033a733712a9dfa0de"
        + "bd5f75f6ffb3401172517baa15bc9c6470726576f66776657273696f6e03",
      "313b090589d239177f4d50118d27e0473c9804c379642be6cd4b11730e19e3b708332ecc9f65f88db6fc4578"
        + "80655f03aa6c45b8ffa3a99d4e8a5ee2f6b1ed38"
    ),
  ]
}
