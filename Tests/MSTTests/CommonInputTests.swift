// CommonInputTests.swift: the common input through the tree, a commit and a signature.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

extension CommonVector: CustomTestStringConvertible {
  var testDescription: String { "\(count) records" }

  var unsignedBytes: [UInt8] {
    let revDigits = hex(rev.utf8)
    return bytes(
      hex: CommonVector.unsignedFront + revDigits + CommonVector.unsignedMiddle + rootDigest
        + CommonVector.unsignedEnd)
  }
}

@Suite("The common input")
struct CommonInputTests {
  @Test("repos of n records have the known root, nodes and bytes", arguments: CommonVector.all)
  func trees(vector: CommonVector) throws {
    let keys = (0..<vector.count).map { CommonInput.key($0) }
    var tree = MST()
    for (index, key) in keys.enumerated() {
      #expect(try tree.insert(MSTKey(key), CommonInput.recordCID(index)) == nil)
    }
    let blocks = tree.sealedBlocks()
    #expect(tree.rootCID?.description == vector.root)
    #expect(blocks.blocks.count == vector.nodeCount)
    #expect(blocks.blocks.values.reduce(0) { $0 + $1.count } == vector.nodeByteCount)

    let oracle = SlowTree(
      Dictionary(
        uniqueKeysWithValues: keys.enumerated().map { ($1, CommonInput.recordCID($0)) }))
    #expect(oracle.blockMap == blocks)
    let built = try MSTBuilder.tree(of: oracle.entries)
    #expect(built.root.description == vector.root)
    #expect(built.blocks == blocks)
  }

  @Test("commits have the known bytes, signature and CID", arguments: CommonVector.all)
  func commits(vector: CommonVector) throws {
    #expect(CommonInput.rev(count: vector.count) == vector.rev)
    let unsigned = UnsignedCommit(
      did: try DID(CommonInput.did), rev: try TID(vector.rev), data: try #require(CID(vector.root)))
    #expect(hex(unsigned.encoded) == hex(vector.unsignedBytes))
    #expect(unsigned.digest == Digest(of: vector.unsignedBytes))
    let key = try PrivateKey(curve: .k256, bytes: CommonInput.signingKey)
    let commit = unsigned.signed { key.sign($0) }
    #expect(hex(commit.signature.bytes) == vector.signature)
    #expect(commit.encoded.count == CommonVector.signedByteCount)
    #expect(commit.cid.description == vector.commit)
    #expect(try CommitBlock(commit.encoded) == .current(commit))
    #expect(key.publicKey.verify(commit.signature, unsigned.digest))
  }
}
