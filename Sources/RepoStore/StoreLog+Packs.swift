// StoreLog+Packs.swift: packs that are written for the log: their numbers, and giving one up.
//
// A pack is nothing before an entry attaches it. Whoever writes one and then cannot attach it
// removes it; what a crash leaves is removed by the next open.

extension StoreLog {
  /// A pack with a number that was never used.
  ///
  /// - Parameter begun: what it is made of so far; its file gets the pack's name.
  func packWriter(of id: RepoID, begun: PackBody? = nil) throws(StoreError) -> PackWriter {
    let state = state
    let number = try onDisk { () throws(DiskError) in
      let used = max(try files.packNumbers().last ?? 0, state.lastPack)
      return lastPackNumber.withLock { last in
        last = max(last, used) + 1
        return last
      }
    }
    return try onDisk { () throws(DiskError) in
      try PackWriter(
        number: number, repo: id, identity: state.identity, in: files, begun: begun)
    }
  }

  /// Writes a pack of what `body` appends, durable under its name. After a throw nothing is left.
  func layDown(
    of id: RepoID, begun: PackBody? = nil,
    _ body: (inout PackWriter) throws(StoreError) -> Void
  ) throws(StoreError) -> StoreState.PackMark {
    var writer = try packWriter(of: id, begun: begun)
    do throws(StoreError) {
      try body(&writer)
      return try onDisk { () throws(DiskError) in try writer.finish() }
    } catch {
      let cause = error
      do throws(DiskError) { try writer.discard() } catch { throw cause }
      throw cause
    }
  }

  /// Removes a pack that no entry attaches.
  func discard(_ mark: StoreState.PackMark) throws(StoreError) {
    try index.remove([.pack(mark.number)])
    files.forget(.pack(mark.number))
    try onDisk { () throws(DiskError) in
      try surroundings.disk.remove(files.layout.path(of: .pack(mark.number)))
    }
  }

  /// Takes packs in that hold what older files hold too: before any of those goes.
  func indexPacks() throws(StoreError) {
    let state = state
    let known = try index.files()
    for mark in state.packs where !known.contains(BlockFile.pack(mark.number).code) {
      try PackReader(mark, in: files).add(to: index, leaving: state.files(upTo: mark.lsn))
    }
  }
}
