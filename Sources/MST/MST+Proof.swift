// MST+Proof.swift: the nodes that prove something about a tree to someone who knows its root.
//
// A proof is a partial tree: the nodes on the way to what it speaks of, every other subtree opaque.
//   path      root → where a key is or would be: proves the record's CID, or that there is none
//   covering  path, and for a key that is there also root → the key before and root → the key after
//             it: what undoing an operation needs
//   range     every node that a range of keys reaches: proves that nothing in it was left out
// One walk makes each: nodes come parents first, each once.
// Spec: https://atproto.com/specs/sync   Undoing: MST+Invert
import DAGCBOR

extension MST {
  /// Emits the nodes that prove what is under each of `keys`, parents first, each once; none for no
  /// keys.
  ///
  /// Cost: O(keys × height) nodes. The tree must be sealed.
  /// - Throws: `.blockMissing`, `.readFailed`, `.node`.
  public func proof(
    of keys: [MSTKey], emit: (CID, RawSpan) -> Void
  ) throws(MSTError) {
    var walk = ProofWalk(tree: self, covers: false)
    try walk.run(keys, emit)
  }

  /// Emits the covering proof of operations on `keys`, parents first, each once: for every key the
  /// nodes on the search paths to it, to the key before it and to the key after it.
  ///
  /// Cost and errors as `proof`.
  /// `isKnown`: nodes that need not be emitted, which then are not even encoded.
  public func coveringProof(
    of keys: [MSTKey], unless isKnown: (CID) -> Bool = { _ in false },
    emit: (CID, RawSpan) -> Void
  ) throws(MSTError) {
    try withoutActuallyEscaping(isKnown) { isKnown throws(MSTError) in
      var walk = ProofWalk(tree: self, covers: true, isKnown: isKnown)
      try walk.run(keys, emit)
    }
  }

  /// Emits the nodes that `range` reaches, parents first. The tree must be sealed.
  ///
  /// Size: the nodes that hold the range's keys, and at most one path to each end.
  public func rangeProof(
    of range: KeyRange, emit: (CID, RawSpan) -> Void
  ) throws(MSTError) {
    var walk = ProofWalk(tree: self, covers: false)
    try walk.visit(root, height: nil, range, emit)
  }

  /// What the proof in `nodes` says is under `key`, in the tree with this root; nil: nothing.
  ///
  /// - Throws: `.proof(.incomplete)` or `.superfluous` unless the proof holds exactly the path, and
  ///   everything that `verified` throws.
  public static func provenValue(
    of key: MSTKey, root: CID, nodes: BlockMap
  ) throws(MSTError) -> CID? {
    let tree = try verified(root: root, in: nodes, absent: .opaque)
    let value = try tree.complete { () throws(MSTError) in try tree.value(of: key) }
    try tree.expectExactly(nodes) { emit throws(MSTError) in
      try tree.proof(of: [key], emit: emit)
    }
    return value
  }

  /// All entries of `range` in the tree with this root, of which `nodes` proves that none is left
  /// out.
  ///
  /// - Throws: as `provenValue`.
  public static func provenEntries(
    in range: KeyRange, root: CID, nodes: BlockMap
  ) throws(MSTError) -> [MSTEntry] {
    let tree = try verified(root: root, in: nodes, absent: .opaque)
    let entries = try tree.complete { () throws(MSTError) in
      var entries: [MSTEntry] = []
      var walk = tree.walk(range)
      while let entry = try walk.next() { entries.append(entry) }
      return entries
    }
    try tree.expectExactly(nodes) { emit throws(MSTError) in
      try tree.rangeProof(of: range, emit: emit)
    }
    return entries
  }

  /// Checks that the entries of `range` are exactly those `claimed`, in order.
  ///
  /// - Throws: `.proof(.entry)` for the first that differs, and as `provenEntries`.
  public static func check(
    claimed: [MSTEntry], in range: KeyRange, root: CID, nodes: BlockMap
  ) throws(MSTError) {
    let found = try provenEntries(in: range, root: root, nodes: nodes)
    for (claim, entry) in zip(claimed, found) where claim != entry {
      let first = min(claim.key, entry.key)
      throw .proof(
        .entry(
          key: first.description, claimed: claim.key == first ? claim.value : nil,
          found: entry.key == first ? entry.value : nil))
    }
    if let extra = claimed.dropFirst(found.count).first {
      throw .proof(.entry(key: extra.key.description, claimed: extra.value, found: nil))
    }
    if let omitted = found.dropFirst(claimed.count).first {
      throw .proof(.entry(key: omitted.key.description, claimed: nil, found: omitted.value))
    }
  }
}

extension MST {
  /// Runs `question` on a partial tree: a block that it meets and does not find is a gap in the
  /// proof.
  private func complete<Answer>(
    _ question: () throws(MSTError) -> Answer
  ) throws(MSTError) -> Answer {
    do throws(MSTError) {
      return try question()
    } catch .blockMissing(let cid, _) {
      throw .proof(.incomplete(cid))
    }
  }

  /// Checks that `nodes` holds no block but those that `proof` emits; all of these are there, or
  /// the question before would have failed.
  private func expectExactly(
    _ nodes: BlockMap, _ proof: ((CID, RawSpan) -> Void) throws(MSTError) -> Void
  ) throws(MSTError) {
    var needed: Set<CID> = []
    try proof { cid, _ in needed.insert(cid) }
    if let extra = nodes.blocks.keys.filter({ !needed.contains($0) }).min() {
      throw .proof(.superfluous(extra))
    }
  }
}

/// One walk down a sealed tree that emits nodes, parents first.
private struct ProofWalk: ~Copyable {
  let tree: MST
  /// Whether the neighbours of a key that is there are proven as well.
  let covers: Bool
  /// What need not be emitted.
  let isKnown: (CID) -> Bool
  private var writer = NodeWriter()

  init(tree: MST, covers: Bool, isKnown: @escaping (CID) -> Bool = { _ in false }) {
    self.tree = tree
    self.covers = covers
    self.isKnown = isKnown
  }

  mutating func run(_ keys: [MSTKey], _ emit: (CID, RawSpan) -> Void) throws(MSTError) {
    if keys.isEmpty { return }
    let keys = keys.sorted()
    try visit(tree.root, height: nil, Wanted(keys: keys[...]), emit)
  }

  /// What is wanted of a subtree.
  struct Wanted {
    /// Keys in the subtree's range, ascending.
    var keys: ArraySlice<MSTKey>
    /// Whether the way to its first key is wanted, and to its last.
    var first = false
    var last = false

    var isNothing: Bool { keys.isEmpty && !first && !last }
  }

  mutating func visit(
    _ link: Link, height: Int?, _ wanted: Wanted, _ emit: (CID, RawSpan) -> Void
  ) throws(MSTError) {
    guard let node = try opened(link, height: height, emit), node.height > 0 else { return }
    var rest = wanted.keys
    var isFirstWanted = wanted.first
    var index = 0
    while index <= node.count {
      // No link before the place of the next key is wanted.
      if !isFirstWanted { index = rest.first.map(node.place(of:)) ?? node.count }
      var below = Wanted(keys: rest, first: isFirstWanted, last: wanted.last)
      isFirstWanted = false
      if index < node.count {
        let isWanted: Bool
        (below.keys, isWanted) = node.withKey(index) { ProofWalk.cut(&rest, at: $0) }
        below.last = covers && isWanted
        isFirstWanted = below.last
      }
      if !below.isNothing {
        try visit(node.links[index], height: node.height - 1, below, emit)
      }
      index += 1
    }
  }

  /// Takes the keys before `key` off `rest`, and the key itself: whether it is among them.
  private static func cut(
    _ rest: inout ArraySlice<MSTKey>, at key: UnsafeRawBufferPointer
  ) -> (before: ArraySlice<MSTKey>, isWanted: Bool) {
    let all = rest
    var end = all.startIndex
    while let first = rest.first {
      let order = first.bytes.withUnsafeBytes { KeyOrder.compare($0, key) }
      if order > 0 { break }
      rest.removeFirst()
      if order < 0 { end = rest.startIndex }
    }
    return (all[..<end], end < rest.startIndex)
  }

  mutating func visit(
    _ link: Link, height: Int?, _ range: KeyRange, _ emit: (CID, RawSpan) -> Void
  ) throws(MSTError) {
    guard let node = try opened(link, height: height, emit), node.height > 0 else { return }
    for slot in range.slots(of: node) where slot % 2 == 0 {
      try visit(node.links[slot / 2], height: node.height - 1, range, emit)
    }
  }

  /// The node behind `link`, its bytes emitted; nil for an empty link.
  private mutating func opened(
    _ link: Link, height: Int?, _ emit: (CID, RawSpan) -> Void
  ) throws(MSTError) -> MSTNode? {
    switch link {
    case .empty: return nil
    case .loaded(let digest, let node):
      let cid = CID(digest: digest)
      if !isKnown(cid) { node.encode(with: &writer) { emit(cid, $0.bytes) } }
      return node
    case .stored(let digest):
      let cid = CID(digest: digest)
      let block = try tree.bytes(cid, neededBy: nil)
      if !isKnown(cid) { emit(cid, block.span.bytes) }
      return try MST.decoded(block, cid, height: height)
    case .pending: preconditionFailure("INV-4: a proof is made of a sealed tree")
    }
  }
}
