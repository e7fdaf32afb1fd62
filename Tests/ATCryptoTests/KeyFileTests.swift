// KeyFileTests.swift: key files are closed to others, never replaced, and checked when read.
import DAGCBOR
import Foundation
import Glibc
import TestKit
import Testing

@testable import ATCrypto

@Suite("Key files")
struct KeyFileTests {
  /// A directory of our own that goes with the test.
  final class Folder {
    let path: String

    init() throws {
      let url = FileManager.default.temporaryDirectory
        .appendingPathComponent("plaited-keys-\(UUID().uuidString)")
      try FileManager.default.createDirectory(
        at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      path = url.path
    }

    deinit {
      do { try FileManager.default.removeItem(atPath: path) } catch { print("left: \(path)") }
    }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path) }

    func put(_ text: String, at name: String, mode: Int = 0o600) throws -> String {
      let file = path + "/" + name
      let isMade = FileManager.default.createFile(
        atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
      try #require(isMade)
      return file
    }
  }

  func reason(of body: () throws -> some Any) -> KeyFileError.Reason? {
    do {
      _ = try body()
    } catch let error as KeyFileError {
      #expect(error.description.hasPrefix("key file \(error.path)"))
      return error.reason
    } catch {
      Issue.record(error)
    }
    return nil
  }

  func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  @Test("a key that was written is read back", arguments: Curve.allCases)
  func roundTrip(curve: Curve) throws {
    let folder = try Folder()
    let key = PrivateKey.generate(on: curve)
    let path = folder.path + "/keys/signing.key"  // the directory is made
    try KeyFile.write(key, to: path)
    let back = try KeyFile.read(path)
    #expect(back.publicKey == key.publicKey)
    let digest = Digest(of: [1, 2, 3])
    #expect(key.publicKey.verify(back.sign(digest), digest))
    #expect(try mode(path) == 0o600)
    #expect(try mode(folder.path + "/keys") == 0o700)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/keys").count == 1)
  }

  @Test("a key is never overwritten")
  func exists() throws {
    let folder = try Folder()
    let path = folder.path + "/a.key"
    let first = PrivateKey.generate(on: .k256)
    try KeyFile.write(first, to: path)
    #expect(reason { try KeyFile.write(.generate(on: .k256), to: path) } == .exists)
    #expect(try KeyFile.read(path).publicKey == first.publicKey)
    #expect(try folder.names() == ["a.key"])
    // Not through a dangling link either.
    symlink(folder.path + "/elsewhere", folder.path + "/b.key")
    #expect(reason { try KeyFile.write(first, to: folder.path + "/b.key") } == .exists)
    #expect(try folder.names().sorted() == ["a.key", "b.key"])
  }

  @Test(
    "a file with any right for group or others is refused",
    arguments: [0o601, 0o602, 0o604, 0o610, 0o620, 0o640, 0o644, 0o666, 0o777])
  func fileModes(mode: Int) throws {
    let folder = try Folder()
    let path = folder.path + "/a.key"
    try KeyFile.write(.generate(on: .k256), to: path)
    chmod(path, mode_t(mode))
    #expect(reason { try KeyFile.read(path) } == .fileTooOpen(mode: UInt32(mode)))
    chmod(path, 0o400)
    #expect(reason { try KeyFile.read(path) } == nil)
  }

  @Test(
    "a directory with any right for group or others is refused", arguments: [0o701, 0o750, 0o1777])
  func directoryModes(mode: Int) throws {
    let folder = try Folder()
    let path = folder.path + "/a.key"
    try KeyFile.write(.generate(on: .k256), to: path)
    chmod(folder.path, mode_t(mode))
    let expected = KeyFileError.Reason.directoryTooOpen(mode: UInt32(mode))
    #expect(reason { try KeyFile.read(path) } == expected)
    #expect(reason { try KeyFile.write(.generate(on: .k256), to: path + "2") } == expected)
    chmod(folder.path, 0o700)
    #expect(try folder.names() == ["a.key"])
  }

  @Test("links, pipes, directories and devices are refused, and nobody waits for a pipe")
  func kinds() throws {
    let folder = try Folder()
    let key = folder.path + "/a.key"
    try KeyFile.write(.generate(on: .k256), to: key)
    symlink(key, folder.path + "/link")
    mkfifo(folder.path + "/pipe", 0o600)
    mkdir(folder.path + "/dir", 0o700)
    for name in ["link", "pipe", "dir"] {
      #expect(reason { try KeyFile.read(folder.path + "/" + name) } == .notRegularFile, "\(name)")
    }
  }

  @Test(
    "paths that name no file are refused", arguments: ["", "/", "a/", "a/.", "..", ".", "x/\0y"])
  func paths(path: String) {
    #expect(reason { try KeyFile.read(path) } == .path)
    #expect(reason { try KeyFile.write(.generate(on: .k256), to: path) } == .path)
  }

  @Test("a missing file or directory is said to be missing")
  func missing() throws {
    let folder = try Folder()
    #expect(reason { try KeyFile.read(folder.path + "/none") } == .missing)
    #expect(reason { try KeyFile.read(folder.path + "/none/none") } == .missing)
    #expect(
      reason { try KeyFile.write(.generate(on: .p256), to: folder.path + "/a/b/c") } == .missing)
    let file = try folder.put("x", at: "file")
    #expect(reason { try KeyFile.read(file + "/a") } == .system(call: "open", errno: ENOTDIR))
  }

  @Test("files of other sizes and contents are refused")
  func contents() throws {
    let folder = try Folder()
    let key = PrivateKey.generate(on: .k256)
    let (shown, secret) = (key.publicKey.didKey, key.privateMultikey)
    let other = PrivateKey.generate(on: .k256).publicKey.didKey
    let cases: [(String, KeyFileError.Reason)] = [
      ("", .size(0)), (String(repeating: "x", count: 513), .size(513)), ("x", .format),
      ("\(KeyFile.header)\n\(shown)\n\(secret)", .format),
      ("\(KeyFile.header)\n\(shown)\n\(secret)\n\n", .format),
      ("\(KeyFile.header)\r\n\(shown)\r\n\(secret)\r\n", .format),
      ("plaited private key 2\n\(shown)\n\(secret)\n", .format),
      ("\(KeyFile.header)\n\(other)\n\(secret)\n", .publicKeyDiffers),
      ("\(KeyFile.header)\n\(shown)\n\(secret.dropFirst())\n", .key(.multibasePrefix)),
      ("\(KeyFile.header)\n\(shown)\n\(shown.dropFirst(8))\n", .key(.codec(0xe7))),
    ]
    for (index, (text, expected)) in cases.enumerated() {
      let path = try folder.put(text, at: "\(index)")
      #expect(reason { try KeyFile.read(path) } == expected, "case \(index)")
    }
    let good = try folder.put("\(KeyFile.header)\n\(shown)\n\(secret)\n", at: "good")
    #expect(reason { try KeyFile.read(good) } == nil)
  }

  @Test("one changed byte of a key file is noticed")
  func mutations() throws {
    let key = PrivateKey.generate(on: .p256)
    let text = Array("\(KeyFile.header)\n\(key.publicKey.didKey)\n\(key.privateMultikey)\n".utf8)
    #expect(try KeyFile.parse(text).publicKey == key.publicKey)
    for index in text.indices {
      for bit in 0..<8 {
        var changed = text
        changed[index] ^= 1 << UInt8(bit)
        #expect(throws: KeyFileError.Refusal.self) { try KeyFile.parse(changed) }
      }
    }
  }

  @Test("reading and refusing leave no descriptor open")
  func descriptors() throws {
    let folder = try Folder()
    let path = folder.path + "/a.key"
    try KeyFile.write(.generate(on: .k256), to: path)
    for _ in 0..<3_000 {  // beyond the usual limit of 1 024
      _ = try KeyFile.read(path)
      #expect(reason { try KeyFile.read(path + "x") } == .missing)
    }
    chmod(folder.path, 0o755)
    for _ in 0..<3_000 {
      #expect(reason { try KeyFile.read(path) } == .directoryTooOpen(mode: 0o755))
    }
    chmod(folder.path, 0o700)
  }
}
