// MSTNode+Invariants.swift: what holds of every node, executed.
//
// Invariants: INV-1, INV-2, INV-3 (INVARIANTS.md)
import DAGCBOR

extension MSTNode {
  /// INV-2: no links at layer zero, one more link than keys above it.
  var linkCountIsRight: Bool { links.count == (height == 0 ? 0 : leaves.count + 1) }

  /// Stops the program where this node or one loaded below it breaks an invariant; for tests.
  package func checkInvariants(isRoot: Bool = true) {
    precondition(linkCountIsRight, "INV-2: \(links.count) links, \(count) keys, layer \(height)")
    precondition(
      count <= MSTLimits.entryCountMax, "INV-2: \(count) entries, at most 256 are allowed")
    precondition(
      keyBytes.count == (leaves.last.map { Int($0.keyEnd) } ?? 0), "INV-2: stray key bytes")
    for index in 0..<count {
      precondition(key(index).height == height, "INV-1: \(key(index)) stands at layer \(height)")
      precondition(index == 0 || key(index - 1) < key(index), "INV-3: \(key(index)) out of order")
    }
    if count == 0 {
      let isEmptyTree = isRoot && height == 0
      precondition(isEmptyTree || !isRoot, "INV-3: a root without keys over a subtree")
      precondition(isEmptyTree || !link(0).isEmpty, "INV-3: an empty node below the root")
    }
    for link in links {
      switch link {
      case .empty, .stored: continue
      case .loaded(_, let child), .pending(let child):
        precondition(child.height == height - 1, "INV-3: \(child.height) below \(height)")
        child.checkInvariants(isRoot: false)
      }
    }
  }
}
