// KeyRing.swift: the signing keys of a store: files in `keys/`, read once.
import ATCrypto
import Synchronization

/// Private keys by the multikey of their public half.
public final class KeyRing: Sendable {
  private let directory: String?
  private let loaded: Mutex<[String: PrivateKey]>

  /// - Parameter directory: nil for keys that are kept in memory only.
  init(directory: String?) {
    self.directory = directory
    loaded = Mutex([:])
  }

  /// The key whose public half is `name`, or nil where it is not here.
  public func key(named name: String) throws(StoreError) -> PrivateKey? {
    if let key = loaded.withLock({ $0[name] }) { return key }
    guard let directory else { return nil }
    do throws(KeyFileError) {
      let key = try KeyFile.read("\(directory)/\(name).key")
      loaded.withLock { $0[name] = key }
      return key
    } catch {
      if case .missing = error.reason { return nil }
      throw .policy("\(error)")
    }
  }

  /// Every key that is here, by name.
  public func all() throws(StoreError) -> [PrivateKey] {
    var names = Set(loaded.withLock { $0.keys })
    let disk = SystemDisk()
    if let directory, disk.exists(directory) {
      let suffix = ".key"
      for name in try onDisk({ () throws(DiskError) in try disk.names(in: directory) })
      where name.hasSuffix(suffix) && name.hasPrefix("z") {
        names.insert(String(name.dropLast(suffix.count)))
      }
    }
    var keys: [PrivateKey] = []
    for name in names.sorted() {
      if let key = try key(named: name) { keys.append(key) }
    }
    return keys
  }

  /// Keeps a key in memory only.
  func lend(_ key: PrivateKey) { loaded.withLock { $0[key.publicKey.multikey] = key } }

  /// Keeps a key, durably where the ring has a directory. One that is there stays.
  public func add(_ key: PrivateKey) throws(StoreError) {
    let name = key.publicKey.multikey
    if try self.key(named: name) != nil { return }
    if let directory {
      try translate({ () throws(KeyFileError) in
        try KeyFile.write(key, to: "\(directory)/\(name).key")
      }) { StoreError.policy("\($0)") }
    }
    loaded.withLock { $0[name] = key }
  }
}
