// MST+Seal.swift: giving every changed node its CID.
//
// Sealing goes bottom-up through pending nodes alone: each is encoded and hashed once, however many
// changes it took since the last seal.   Invariants: INV-4
import DAGCBOR

extension MST {
  /// The root's CID, or nil where something has changed since the last seal.
  public var rootCID: CID? { root.digest.map { CID(digest: $0) } }

  /// Encodes and hashes every changed node and hands each to `emit`, children before parents.
  ///
  /// INV-4: after it no link is pending, and every block that the root reaches either was in the
  /// tree before or has been emitted. The bytes are borrowed for the call. Cost: one hash per node.
  /// - Returns: the CID of the root.
  @discardableResult
  public mutating func seal(_ emit: (CID, RawSpan) -> Void = { _, _ in }) -> CID {
    var writer = NodeWriter()
    if root.isEmpty { root = .pending(MSTNode(height: 0)) }
    return CID(digest: MST.seal(&root, &writer, emit))
  }

  private static func seal(
    _ link: inout Link, _ writer: inout NodeWriter, _ emit: (CID, RawSpan) -> Void
  ) -> Digest {
    let node: MSTNode
    switch exchange(&link, with: .empty) {
    case .pending(var shared):
      node = isKnownUniquelyReferenced(&shared) ? shared : shared.copy()
    case .stored(let digest):
      link = .stored(digest)
      return digest
    case .loaded(let digest, let node):
      link = .loaded(digest, node)
      return digest
    case .empty: preconditionFailure("INV-4: an empty link has no CID and is never sealed")
    }
    for index in node.links.indices {
      if case .pending = node.links[index] { _ = seal(&node.links[index], &writer, emit) }
    }
    let digest = node.encode(with: &writer) { bytes in
      let digest = Digest(of: bytes)
      emit(CID(digest: digest), bytes.bytes)
      return digest
    }
    link = .loaded(digest, node)
    return digest
  }
}
