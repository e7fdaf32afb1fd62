// CommitProofFixtureTests.swift: the official covering proofs: exactly these nodes, and back again.
import DAGCBOR
import MST
import TestKit
import Testing

struct CommitProofVector: Decodable, CustomTestStringConvertible, Sendable {
  var comment: String
  var leafValue: String
  var keys: [String]
  var adds: [String]
  var dels: [String]
  var rootBeforeCommit: String
  var rootAfterCommit: String
  var blocksInProof: [String]

  var testDescription: String { comment }

  static let all = Result {
    try Fixtures.decoded(
      "atproto-interop-tests/firehose/commit-proof-fixtures.json", as: [CommitProofVector].self)
  }
}

@Suite(
  "Official commit proofs", .enabled(if: Fixtures.areThere, Comment(rawValue: Fixtures.notice)))
struct CommitProofFixtureTests {
  @Test("a commit's covering proof is the published set of nodes and undoes it")
  func vectors() throws {
    let vectors = try CommitProofVector.all.get()
    #expect(vectors.count == 6)
    for vector in vectors { try check(vector) }
  }

  private func check(_ vector: CommitProofVector) throws {
    let value = try #require(CID(vector.leafValue))
    let (before, after) = (
      try #require(CID(vector.rootBeforeCommit)), try #require(CID(vector.rootAfterCommit))
    )
    var tree = MST()
    for text in vector.keys { _ = try tree.insert(key(text), value) }
    #expect(tree.seal() == before, "\(vector.comment)")
    for text in vector.adds { #expect(try tree.insert(key(text), value) == nil) }
    for text in vector.dels { #expect(try tree.remove(key(text)) == value) }
    #expect(tree.seal() == after, "\(vector.comment)")

    let touched = try (vector.adds + vector.dels).map { try key($0) }
    let proof = try emitted { try tree.coveringProof(of: touched, emit: $0) }
    #expect(proof.count == vector.blocksInProof.count, "\(vector.comment)")
    #expect(Set(proof.map(\.cid)) == Set(vector.blocksInProof.compactMap { CID($0) }))

    let nodes = BlockMap(Dictionary(uniqueKeysWithValues: proof.map { ($0.cid, $0.bytes) }))
    let ops =
      try vector.adds.map { RepoOp(try key($0), .create(value)) }
      + vector.dels.map { RepoOp(try key($0), .delete(previous: value)) }
    try MST.checkInversion(of: ops, root: after, previous: before, nodes: nodes)
    try MST.checkInversion(of: ops.reversed(), root: after, previous: before, nodes: nodes)
    #expect(throws: MSTError.proof(.inversion(expected: after, found: before))) {
      try MST.checkInversion(of: ops, root: after, previous: after, nodes: nodes)
    }
  }
}
