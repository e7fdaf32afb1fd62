// KeyFile.swift: one private key in one file that its owner alone can read.
//
//   plaited private key 1
//   did:key:zQ3sh…            the public half: to recognise the key, and to notice damage
//   z3vL…                     the private multikey: base58btc of 81 26 (K-256) or 86 26 (P-256)
//                             and the scalar
//
// Here the rules of modes, names and contents; the system calls are in KeyDirectory.swift. Not
// here: encryption. The file is as safe as the account that owns it.
import DAGCBOR

/// Reads and writes key files. Blocking calls on small files; nothing is cached.
public enum KeyFile {
  static let header = "plaited private key 1"
  /// Bytes of the longest file read; ours have about 140.
  public static let byteCountMax = 512

  /// Writes `key` to a new file of mode 0600, whole or not at all, durable on return.
  ///
  /// A missing directory is made with mode 0700 (its parent must exist); one that is there must be
  /// ours and closed to group and others. A crash can leave a hidden `.new` file beside the name.
  /// - Throws: `.exists` rather than replace a file; after any error the name is as it was, except
  ///   that `.system("fsync")` on the directory may leave a whole file whose name is not yet
  ///   durable.
  public static func write(_ key: PrivateKey, to path: String) throws(KeyFileError) {
    let directory = try KeyDirectory(of: path, creating: true)
    var text = Array(
      "\(header)\n\(key.publicKey.didKey)\n\(key.privateMultikey)\n".utf8)
    let written = Result { () throws(KeyFileError) in try directory.writeNew(text) }
    text.wipe()
    try written.get()
  }

  /// Reads a key and checks it against the public key beside it.
  ///
  /// - Throws: `.fileTooOpen` or `.directoryTooOpen` before a byte is read, if group or others have
  ///   any right; `.notRegularFile` for a symbolic link in the last place; `.owner` for files of
  ///   others.
  public static func read(_ path: String) throws(KeyFileError) -> PrivateKey {
    let directory = try KeyDirectory(of: path, creating: false)
    var bytes = try directory.read(byteCountMax: byteCountMax)
    let key = Result { () throws(KeyFileError.Refusal) in try parse(bytes) }
    bytes.wipe()
    switch key {
    case .success(let key): return key
    case .failure(let refusal): throw KeyFileError(path: path, reason: refusal.reason)
    }
  }

  static func parse(_ bytes: [UInt8]) throws(KeyFileError.Refusal) -> PrivateKey {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.count == 4, lines[3].isEmpty, lines[0].elementsEqual(header.utf8) else {
      throw .init(reason: .format)
    }
    let key: PrivateKey
    do throws(KeyError) {
      key = try PrivateKey(privateMultikey: lines[2])
    } catch {
      throw .init(reason: .key(error))
    }
    guard lines[1].elementsEqual(key.publicKey.didKey.utf8) else {
      throw .init(reason: .publicKeyDiffers)
    }
    return key
  }
}

extension KeyFileError {
  /// A reason before it is known at which path.
  struct Refusal: Error {
    var reason: Reason
  }
}
