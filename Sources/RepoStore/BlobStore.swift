// BlobStore.swift: blobs by content, one file each: `blobs/ab/bafkrei…`.
//
// A blob is durable before its CID is told: temporary name, sync, rename, sync of the directory.
// The same bytes again cost nothing. Not here: who refers to a blob, or when it may go.
// Spec: https://atproto.com/specs/blob
import DAGCBOR

/// The blobs of a store. Blocking calls; any thread.
public struct BlobStore: Sendable {
  let root: String
  let disk: any Disk
  let randomWord: @Sendable () -> UInt64

  /// Keeps `bytes` and returns their CID (raw, SHA-256). Durable on return.
  @discardableResult
  public func put(_ bytes: [UInt8]) throws(StoreError) -> CID {
    let cid = CID(of: bytes, codec: .raw)
    if contains(cid) { return cid }
    try onDisk { () throws(DiskError) in
      let folder = folder(of: cid)
      let isNew = !disk.exists(folder)
      if !disk.exists(root) { try disk.makeDirectory(root) }
      try disk.makeDirectory(folder)
      let temporary = "\(folder)/\(randomWord()).new"
      let file = try disk.open(temporary, .creating)
      try file.write(bytes, at: 0)
      try file.sync()
      try disk.rename(temporary, to: path(of: cid))
      try disk.syncDirectory(folder)
      if isNew { try disk.syncDirectory(root) }
    }
    return cid
  }

  /// Whether the blob is here; its bytes are not read.
  public func contains(_ cid: CID) -> Bool { disk.exists(path(of: cid)) }

  /// The bytes of a blob, hashed again as they come from the disk; nil where it is not here.
  /// - Throws: `.corrupt` where they are not what the CID says.
  public func bytes(of cid: CID) throws(StoreError) -> [UInt8]? {
    guard contains(cid) else { return nil }
    let bytes = try onDisk { () throws(DiskError) in
      let file = try disk.open(path(of: cid), .reading)
      return try file.bytes(at: 0, byteCount: try file.byteCount())
    }
    guard Digest(of: bytes) == cid.digest else {
      throw .corrupt(Corruption(.block, path(of: cid), "\(cid)"))
    }
    return bytes
  }

  /// Removes a blob, durably; one that is not here is gone already.
  func remove(_ cid: CID) throws(StoreError) {
    guard contains(cid) else { return }
    try onDisk { () throws(DiskError) in
      try disk.remove(path(of: cid))
      try disk.syncDirectory(folder(of: cid))
    }
  }

  private func folder(of cid: CID) -> String { "\(root)/\(cid.description.suffix(2))" }
  private func path(of cid: CID) -> String { "\(folder(of: cid))/\(cid)" }
}

extension RepoStore {
  /// The blobs beside the log.
  public var blobs: BlobStore {
    BlobStore(
      root: log.files.layout.blobs, disk: surroundings.disk, randomWord: surroundings.randomWord)
  }
}
