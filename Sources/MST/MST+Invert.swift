// MST+Invert.swift: undoing a commit's operations on the part of the tree that came with it.
//
// A commit carries its operations and the nodes around them. Whoever holds the previous root undoes
// the operations on that partial tree, with the same `insert` and `remove` as any other change, and
// must arrive at the previous root: then the operations are all that happened, and all of it. A
// subtree that is not there is needed only where the proof is not covering; that is a refusal.
// Spec: https://atproto.com/specs/sync#message-validation
import DAGCBOR

/// One operation of a commit, with what was there before: enough to do it and to undo it.
public struct RepoOp: Hashable, Sendable {
  /// What was done: the record after it, and the record before it where there was one.
  public enum Action: Hashable, Sendable {
    case create(CID)
    case update(CID, previous: CID)
    case delete(previous: CID)
  }

  public var key: MSTKey
  public var action: Action

  public init(_ key: MSTKey, _ action: Action) {
    self.key = key
    self.action = action
  }

  /// The record after the operation.
  public var value: CID? {
    switch action {
    case .create(let value), .update(let value, _): value
    case .delete: nil
    }
  }

  /// The record before it.
  public var previous: CID? {
    switch action {
    case .create: nil
    case .update(_, let previous), .delete(let previous): previous
    }
  }
}

extension MST {
  /// Undoes `ops`, which led to this tree. Their order does not matter.
  ///
  /// - Throws: `.proof(.entry)` where the tree is not as an operation left it, `.repeatedPath`,
  ///   `.incomplete` where a subtree is needed that is not there. The tree is then of no use.
  public mutating func undo(_ ops: [RepoOp]) throws(MSTError) {
    heightMax = MSTLimits.acceptedHeightMax
    var paths: Set<MSTKey> = []
    for op in ops {
      guard paths.insert(op.key).inserted else {
        throw .proof(.repeatedPath(op.key.description))
      }
      do throws(MSTError) {
        try undo(op)
      } catch .blockMissing(let cid, _) {
        throw .proof(.incomplete(cid))
      }
    }
  }

  private mutating func undo(_ op: RepoOp) throws(MSTError) {
    let found =
      if let previous = op.previous { try insert(op.key, previous) } else { try remove(op.key) }
    guard found == op.value else {
      throw .proof(.entry(key: op.key.description, claimed: op.value, found: found))
    }
  }

  /// Checks that `ops`, undone on the partial tree below `root` in `nodes`, lead back to
  /// `previous`.
  ///
  /// Cost: one hash per node and per key that is there, and one per node that undoing changes.
  /// - Throws: `.proof(.inversion)` for another root, and as `verified` and `undo`.
  public static func checkInversion(
    of ops: [RepoOp], root: CID, previous: CID, nodes: any BlockReader
  ) throws(MSTError) {
    let tree = try verified(root: root, in: nodes, absent: .opaque)
    try tree.check(ops, leadFrom: previous)
  }

  /// The same for nodes of one's own making, which are neither hashed nor checked: whether they are
  /// enough, and the operations are all that happened.
  ///
  /// Cost: the nodes on the way are decoded, and what undoing changes is hashed.
  public static func checkInversion(
    of ops: [RepoOp], root: CID, previous: CID, trusting nodes: any BlockReader
  ) throws(MSTError) {
    try MST(root: root, in: nodes).check(ops, leadFrom: previous)
  }

  private consuming func check(_ ops: [RepoOp], leadFrom previous: CID) throws(MSTError) {
    var tree = self
    try tree.undo(ops)
    let found = tree.seal()
    guard found == previous else {
      throw .proof(.inversion(expected: previous, found: found))
    }
  }
}
