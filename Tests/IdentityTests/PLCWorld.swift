// PLCWorld.swift: did:plc identities made for tests.
import ATCrypto
import ATSyntax
@testable import Identity
import TestKit
import Testing

/// Keys of an owner (strongest) and two servers, and a log that they write.
struct PLCWorld {
  static let hour: Int64 = 3_600 * 1_000_000

  let keys: [PrivateKey]
  let creation: PLCOperation
  var log: PLCLog

  init(on curve: Curve = .k256) throws {
    keys = (0..<3).map { _ in PrivateKey.generate(on: curve) }
    creation = try UnsignedPLCOperation.update(
      PLCWorld.state(of: keys, named: "alice.test"), prev: nil
    ).signed(by: keys[0])
    log = try PLCLog(of: try #require(creation.createdDID), creation: creation, at: 0)
  }

  static func state(of keys: [PrivateKey], named name: String) throws -> PLCState {
    PLCState(
      rotationKeys: keys.map(\.publicKey), signingKey: keys[0].publicKey,
      handle: try Handle(name), server: try #require(HTTPOrigin("https://pds.test")))
  }

  /// An update that names the account `name`, by the key of that place.
  func update(_ name: String, after prev: PLCOperation, by key: Int) throws -> PLCOperation {
    try UnsignedPLCOperation.update(
      PLCWorld.state(of: keys, named: name), prev: prev.cid
    ).signed(by: keys[key])
  }

  func tombstone(after prev: PLCOperation, by key: Int) throws -> PLCOperation {
    try UnsignedPLCOperation.tombstone(prev: prev.cid).signed(by: keys[key])
  }

  var name: String? { log.document?.handle?.description }
  var flags: [Bool] { log.entries.map(\.isNullified) }
}
