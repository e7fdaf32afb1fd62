// LazyUse.swift: everything that can be done with a tree whose blocks nobody has checked.
//
// Any of it may be refused with an error of the tree; nothing may stop the program, and what was
// refused must have changed nothing.
import DAGCBOR
import MST
import TestKit

struct LazyUse {
  var root: CID
  var blocks: any BlockReader
  var keys: [MSTKey]
  /// The operations that were refused.
  private(set) var refusedCount = 0

  init(root: CID, blocks: any BlockReader, keys: [MSTKey]) {
    (self.root, self.blocks, self.keys) = (root, blocks, keys)
  }

  @discardableResult
  func tryEverything() throws -> Int {
    var use = self
    try use.read()
    try use.write()
    return use.refusedCount
  }

  /// - Returns: nil where the tree refused.
  private mutating func attempt<T>(_ body: () throws -> T) throws -> T? {
    do {
      return try body()
    } catch let error as MSTError {
      refusedCount += 1
      if error.description.isEmpty { throw Disagreement("an error without words") }
      return nil
    }
  }

  private mutating func read() throws {
    let (root, blocks, keys) = (root, blocks, keys)
    let tree = MST(root: root, in: blocks)
    _ = try attempt { try tree.count() }
    _ = try attempt { try tree.entries(.descending) }
    _ = try attempt { try tree.diff(to: MST()) }
    _ = try attempt { try MST().diff(to: tree) }
    for key in keys {
      _ = try attempt { try tree.value(of: key) }
      _ = try attempt { try tree.count(in: KeyRange(from: key.bytes)) }
      _ = try attempt { try emitted { try tree.proof(of: [key], emit: $0) } }
    }
    _ = try attempt { try emitted { try tree.coveringProof(of: keys, emit: $0) } }
    _ = try attempt { try emitted { try tree.rangeProof(of: .all, emit: $0) } }
    _ = try attempt { try MST.verify(root: root, in: blocks) }
    _ = try attempt { try MST.verified(root: root, in: blocks, absent: .opaque) }
  }

  private mutating func write() throws {
    let (root, blocks) = (root, blocks)
    for key in keys {
      try compare { tree in _ = try tree.insert(key, record(77)) }
      try compare { tree in _ = try tree.remove(key) }
    }
    // One after the other, on one tree.
    var tree = MST(root: root, in: blocks)
    for key in keys { _ = try attempt { try tree.remove(key) } }
    for key in keys { _ = try attempt { try tree.insert(key, record(78)) } }
    var sealed = tree
    _ = sealed.seal()
    _ = try attempt { try tree.count() }
    _ = try attempt { try MST(root: root, in: blocks).diff(to: sealed) }
  }

  /// A change that is refused leaves every answer as it was.
  private mutating func compare(_ change: (inout MST) throws -> Void) throws {
    var tree = MST(root: root, in: blocks)
    let before = answers(tree)
    if try attempt({ try change(&tree) }) != nil { return }
    guard answers(tree) == before else { throw Disagreement("a refused change changed answers") }
    guard tree.seal() == root else { throw Disagreement("a refused change changed the root") }
  }

  /// What is under each key, or why that is not known.
  private func answers(_ tree: MST) -> [Result<CID?, MSTError>] {
    keys.map { key in
      do throws(MSTError) { return .success(try tree.value(of: key)) } catch {
        return .failure(error)
      }
    }
  }
}

extension KeyPool {
  /// A few keys of all heights.
  static let some: [MSTKey] = stride(from: 0, to: all.count, by: 11).map {
    // Proof of `try!`: the pool holds valid keys.
    try! MSTKey(all[$0].key)
  }
}
