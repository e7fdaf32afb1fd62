// Repo+Preview.swift: what writes would do, without doing it.
import DAGCBOR

extension Repo {
  /// Judges `writes` on the newest durable commit, as `commit` would, and writes nothing.
  ///
  /// - Throws: what `commit` would throw for them; not the limit on a commit's bytes, which is
  ///   known only when the commit is made.
  public func preview(
    _ writes: [RecordWrite], swapCommit: CID? = nil
  ) throws(StoreError) -> WritePreview {
    let head = try head
    let effect = try WriteEffect(
      of: writes, on: snapshot().tree, door: RecordDoor(validate: store.options.validate),
      policy: store.policy(of: did), space: space)
    if effect.isNoOp { return effect.preview }
    try effect.checkSwaps()
    if let swapCommit, swapCommit != head.commit {
      throw .headMoved(did, expected: swapCommit, found: head.commit)
    }
    return effect.preview
  }
}
