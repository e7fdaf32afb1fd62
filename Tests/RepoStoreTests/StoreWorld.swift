// StoreWorld.swift: stores, repos and records for the tests of this room.
import ATCrypto
import ATSyntax
import DAGCBOR
import Foundation
import Glibc
import TestKit

@testable import RepoStore

/// A directory that goes when the test does.
final class Scratch {
  let path: String

  init() {
    let folder = FileManager.default.temporaryDirectory.path
    var template = Array("\(folder)/plaited-test-XXXXXX".utf8CString)
    // Safe: mkdtemp writes into the template, which ends with a zero byte.
    path = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? ""
    }
    precondition(!path.isEmpty, "no temporary directory: errno \(errno)")
  }

  deinit {
    let disk = SystemDisk()
    Scratch.remove(path, disk)
  }

  var store: String { path + "/data" }

  static func remove(_ path: String, _ disk: SystemDisk = SystemDisk()) {
    if let names = try? disk.names(in: path) {
      for name in names { remove("\(path)/\(name)", disk) }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}

enum World {
  static let did = try! DID("did:plc:ewvi7nxzyoun6zhxrhs64oiz")
  static let otherDID = try! DID("did:plc:44ybard66vv44zksje25o7dz")
  static let key = try! PrivateKey(curve: .k256, bytes: Array(repeating: 7, count: 32))
  static let otherKey = try! PrivateKey(curve: .p256, bytes: Array(repeating: 9, count: 32))

  static func path(_ text: String) -> RecordPath { try! RecordPath(text) }

  static func note(_ text: String) -> CBORValue {
    ["text": .string(text), "createdAt": "2026-11-21T10:00:00.000Z"]
  }

  static func options(_ change: (inout StoreOptions) -> Void = { _ in }) -> StoreOptions {
    var options = StoreOptions()
    options.createsIfMissing = true
    options.clock = FixedClock(microseconds: 1_790_000_000_000_000)
    options.lockWaitMilliseconds = 0
    change(&options)
    return options
  }

  static func store(
    in scratch: Scratch, _ change: (inout StoreOptions) -> Void = { _ in }
  ) throws -> RepoStore {
    try RepoStore.open(scratch.store, options(change))
  }
}
