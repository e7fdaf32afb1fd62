// MSTError.swift: what can be wrong with a tree, its blocks, its keys or a proof about it.
import ATSyntax
import DAGCBOR

/// Everything the tree can refuse. Cases carry evidence; `description` makes the sentence.
public enum MSTError: Error, Hashable, Sendable {
  /// A block that the tree names is not there. `neededBy` is the node that names it, nil for a
  /// root.
  case blockMissing(CID, neededBy: CID?)
  /// The reader failed, which says nothing about the block.
  case readFailed(CID, reason: String)
  /// A block was read whose bytes do not hash to the CID that names it.
  case hashMismatch(CID)
  /// The bytes of a node are not a node.
  case node(CID, NodeFault)
  /// A node is well formed, but not at its place in the tree.
  case shape(CID, ShapeRule, key: String?)
  /// A key that may not stand in a tree.
  case key(SyntaxError)
  /// A change that would make the tree exceed a bound of `MSTLimits`, and the key it was for.
  case limit(ShapeRule, key: String)
  /// A value that is not the CID of a dag-cbor block.
  case value(CID)
  /// `MSTBuilder` was given a key that does not come after the one before it.
  case notAscending(key: String)
  /// A proof or a commit that does not say what it claims.
  case proof(ProofFault)
}

/// A rule of the node encoding that was broken, and the byte offset in the block.
public struct NodeFault: Error, Hashable, Sendable {
  /// The rules of one node by itself.
  public enum Rule: Hashable, Sendable {
    /// The bytes are not DAG-CBOR, or not the item that a node has at this place.
    case encoding(CBORError.Rule)
    case tooLarge
    case link
    case prefixTooLong
    case prefixNotMaximal
    case order
    case keyTooLong
    case emptyKey
    case subtreeAtLayerZero
  }

  public var rule: Rule
  /// Offset in bytes in the block: of the item, or of the entry that it belongs to; 0 where the
  /// node as a whole is meant.
  public var offset: Int

  init(_ rule: Rule, at offset: Int) {
    self.rule = rule
    self.offset = offset
  }

  init(_ error: CBORError) { self.init(.encoding(error.rule), at: error.offset) }
}

extension NodeFault.Rule: CustomStringConvertible {
  public var description: String {
    switch self {
    case .encoding(let rule): rule.rawValue
    case .tooLarge: "a node over the size limit"
    case .link: "a link that is not to a dag-cbor block"
    case .prefixTooLong: "a prefix longer than the key before it"
    case .prefixNotMaximal: "a prefix shorter than what the key shares with the one before it"
    case .order: "a key that is not after the one before it"
    case .keyTooLong: "a key over the length limit"
    case .emptyKey: "a key without bytes"
    case .subtreeAtLayerZero: "a subtree below layer zero"
    }
  }
}

/// A rule about where a node or key stands in the tree.
public enum ShapeRule: String, Hashable, Sendable {
  case height = "a key at a layer other than its hash names"
  case order = "a key that is not after every key before it"
  case key = "a key that is not <collection>/<record key>"
  case emptyNode = "a node without keys and without a subtree below the root"
  case untrimmedRoot = "a root without keys that points to one subtree"
  case tooHigh = "a layer over the limit"
  case tooManyEntries = "more entries in a node than the limit"
}

/// What a proof or commit claims and the tree denies.
public enum ProofFault: Hashable, Sendable {
  /// A block that the proof needs is not in it.
  case incomplete(CID)
  /// A block that the proof does not need.
  case superfluous(CID)
  /// The entry is not as claimed: what was claimed and what the tree says (nil: absent).
  case entry(key: String, claimed: CID?, found: CID?)
  /// Two operations on one path.
  case repeatedPath(String)
  /// After undoing the operations the root is another one.
  case inversion(expected: CID, found: CID)
}

extension MSTError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .blockMissing(let cid, let parent):
      "block \(cid) is missing" + (parent.map { ", which node \($0) names" } ?? "")
    case .readFailed(let cid, let reason): "block \(cid) could not be read: \(reason)"
    case .hashMismatch(let cid): "the bytes given for block \(cid) do not hash to it"
    case .node(let cid, let fault):
      "node \(cid): \(fault.rule), at byte \(fault.offset)"
    case .shape(let cid, let rule, let key):
      "node \(cid): \(rule.rawValue)" + (key.map { ": \($0)" } ?? "")
    case .key(let error): error.description
    case .limit(let rule, let key): "\(key) cannot be written or removed: \(rule.rawValue)"
    case .value(let cid): "\(cid) is not the CID of a record (dag-cbor)"
    case .notAscending(let key): "\(key) does not come after the key before it"
    case .proof(let fault): fault.description
    }
  }
}

extension ProofFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .incomplete(let cid): "the proof is incomplete: block \(cid) is needed"
    case .superfluous(let cid): "the proof holds block \(cid), which it does not need"
    case .entry(let key, let claimed, let found):
      "\(key): claimed \(claimed?.description ?? "absent"), "
        + "found \(found?.description ?? "absent")"
    case .repeatedPath(let path): "two operations on \(path)"
    case .inversion(let expected, let found):
      "undoing the operations gives root \(found), expected \(expected)"
    }
  }
}
