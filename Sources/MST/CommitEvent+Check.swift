// CommitEvent+Check.swift: whether a commit event is true, as far as it can be told without keys.
//
// Its CAR holds the commit that it names, the commit says the same as the event, and the
// operations, undone on the nodes in the CAR, lead back to the tree before. Not here: the
// signature, which the caller checks on the commit returned, and whether the event follows the one
// before. Spec: https://atproto.com/specs/sync#message-validation
import ATSyntax
import DAGCBOR

extension CommitEvent {
  /// Checks everything that the event says of itself, and returns the commit for its signature to
  /// be checked.
  ///
  /// A first commit (without `prevData`) must lead back to the empty tree: so its operations are
  /// the whole tree. `blocks` is all that the CAR holds; whether the records that were written are
  /// among it is not asked, because the tree does not depend on them.
  ///
  /// Cost: one hash per block, two for a node, and one per key in the nodes that are there.
  /// - Throws: the first check that fails. `.tree(.proof)` tells lies from damage.
  public func checked() throws(CommitEventError) -> (commit: Commit, blocks: BlockMap) {
    let blocks = try readBlocks()
    guard let block = blocks.block(commit) else { throw .commitMissing(commit) }
    let read: Commit
    do throws(CommitError) {
      switch try CommitBlock(block) {
      case .current(let current): read = current
      case .legacy: throw CommitError(.version(2), at: 0)
      }
    } catch {
      throw .commit(error)
    }
    let unsigned = read.unsigned
    guard unsigned.did == did else { throw .did(event: did, commit: unsigned.did) }
    guard unsigned.rev == rev else { throw .rev(event: rev, commit: unsigned.rev) }
    do throws(MSTError) {
      try MST.checkInversion(
        of: ops, root: unsigned.data, previous: prevData ?? MST.emptyRoot, nodes: blocks)
    } catch {
      throw .tree(error)
    }
    return (read, blocks)
  }

  /// The blocks of the CAR, each hashed, in any order and number.
  private func readBlocks() throws(CommitEventError) -> BlockMap {
    var reader = CARReader()
    reader.append(blocks)
    var map: [CID: [UInt8]] = [:]
    var root: CID?
    do throws(CARError) {
      while let item = try reader.next() {
        switch item {
        case .header(let roots): root = roots.first
        case .block(let cid, let bytes, _): map[cid] = bytes
        }
      }
      try reader.finish()
    } catch {
      throw .car(error)
    }
    guard root == commit else { throw .root(root, commit: commit) }
    return BlockMap(map)
  }
}

/// Why a commit event is not true.
public enum CommitEventError: Error, Hashable, Sendable {
  case car(CARError)
  /// The first root of the CAR is not the commit that the event names.
  case root(CID?, commit: CID)
  /// The CAR does not hold the commit that the event names.
  case commitMissing(CID)
  case commit(CommitError)
  /// The commit is another repo's.
  case did(event: DID, commit: DID)
  case rev(event: TID, commit: TID)
  /// The nodes are no part of a tree, or the operations do not lead from one root to the other.
  case tree(MSTError)
}

extension CommitEventError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .car(let error): error.description
    case .root(let root, let commit):
      "the CAR of commit \(commit) has the root \(root?.description ?? "none")"
    case .commitMissing(let commit): "the CAR does not hold commit \(commit)"
    case .commit(let error): error.description
    case .did(let event, let commit): "an event of \(event) with a commit of \(commit)"
    case .rev(let event, let commit): "an event of rev \(event) with a commit of rev \(commit)"
    case .tree(let error): error.description
    }
  }
}
