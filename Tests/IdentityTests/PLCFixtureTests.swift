// PLCFixtureTests.swift: the audit logs of the did:plc interop suite.
import ATCrypto
import ATSyntax
import DAGCBOR
@testable import Identity
import TestKit
import Testing

@Suite("did:plc interop logs", .enabled(if: Fixtures.areThere, Comment(rawValue: Fixtures.notice)))
struct PLCFixtureTests {
  static let folder = "did-method-plc/interop_tests/audit_log"

  struct Entry: Decodable { var did: String }

  func log(_ path: String) throws -> PLCLog {
    let path = "\(Self.folder)/\(path)"
    let entries: [Entry] = try Fixtures.decoded(path)
    let did = try DID(try #require(entries.first).did)
    return try PLCLog(of: did, auditJSON: try Fixtures.bytes(path))
  }

  @Test("each valid log verifies")
  func valid() throws {
    let names = try Fixtures.names(in: "\(Self.folder)/valid")
    #expect(names.count >= 7)
    for name in names {
      let log = try log("valid/\(name)")
      #expect(log.state != nil || name == "log_tombstone.json", "\(name)")
      #expect(log.entries[0].operation.createdDID == log.did)
    }
  }

  @Test("each invalid log is refused, at the operation and by the rule that its name tells")
  func invalid() throws {
    let expected: [String: PLCLogError.Rule?] = [
      "log_invalid_nullification_too_slow.json": .recoveryLate(microseconds: 259_201_000_000),
      "log_invalid_update_tombstoned.json": .afterTombstone,
      "log_invalid_sig_k256_high_s.json": .signature,
      "log_invalid_sig_b64_padding_chars.json": .operation(.signatureText),
      "log_invalid_sig_der.json": .signature,
    ]
    let names = try Fixtures.names(in: "\(Self.folder)/invalid")
    #expect(names.count >= 5)
    for name in names {
      let error = #expect(throws: PLCLogError.self, "\(name)") { try log("invalid/\(name)") }
      if let rule = expected[name] { #expect(error?.rule == rule, "\(name)") }
    }
  }

  @Test("an account's state after a log is that of its last operation")
  func state() throws {
    let log = try log("valid/log_legacy_dholms.json")
    let state = try #require(log.state)
    #expect(log.entries.count == 5)
    #expect(state.alsoKnownAs == ["at://dholms.xyz"])
    #expect(
      state.verificationMethods == [
        "atproto": "did:key:zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF"
      ])
    #expect(
      state.rotationKeys.map(\.didKey) == [
        "did:key:zQ3shhCGUqDKjStzuDxPkTxN6ujddP4RkEKJJouJGRRkaLGbg",
        "did:key:zQ3shpKnbdPx3g3CmPf5cRVTPe1HtSwVn5ish3wSnDPQCbLJK",
      ])
    let document = try #require(log.document)
    #expect(document.handle?.description == "dholms.xyz")
    #expect(try document.pdsEndpoint.description == "https://bsky.social")
    #expect(try document.signingKey.multikey == "zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF")
  }

  @Test("a fork nullifies what it replaces, and a tombstone leaves no state")
  func forks() throws {
    let forked = try log("valid/log_nullification.json")
    #expect(forked.entries.map(\.isNullified) == [false, true, false])
    #expect(forked.state?.rotationKeys.count == 2)
    let ended = try log("valid/log_tombstone.json")
    #expect(ended.state == nil && ended.document == nil)
  }

  @Test("operations read from JSON are written as the same JSON")
  func json() throws {
    for name in try Fixtures.names(in: "\(Self.folder)/valid") {
      for entry in try log("valid/\(name)").entries {
        let again = try PLCOperation(json: entry.operation.json)
        #expect(again == entry.operation && again.cid == entry.operation.cid)
      }
    }
  }

  @Test("a log is refused for another DID, and when an entry lies about itself")
  func lies() throws {
    let path = "\(Self.folder)/valid/log_nullification.json"
    let text = String(decoding: try Fixtures.bytes(path), as: UTF8.self)
    let did = try log("valid/log_nullification.json").did
    let other = try DID("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
    let lies: [(String, String, PLCLogError.Rule)] = [
      (#""nullified":true"#, #""nullified":false"#, .nullified(found: false)),
      (#""nullified":false"#, #""nullified":true"#, .nullified(found: true)),
      ("1970-01-01T00:00:01.000Z", "1970-01-01T00:00:03.000Z", .timeOrder),
      (
        "1970-01-01T00:00:02.000Z", "1970-01-04T00:00:01.001Z",
        .recoveryLate(microseconds: 259_200_001_000)
      ),
    ]
    let compact = text.filter { !$0.isWhitespace }
    for (truth, lie, rule) in lies {
      try #require(compact.contains(truth))
      let changed = Array(compact.replacingOccurrence(of: truth, with: lie).utf8)
      let error = #expect(throws: PLCLogError.self) { try PLCLog(of: did, auditJSON: changed) }
      #expect(error?.rule == rule)
    }
    // Just in time.
    let late = compact.replacingOccurrence(
      of: "1970-01-01T00:00:02.000Z", with: "1970-01-04T00:00:01.000Z")
    #expect(try PLCLog(of: did, auditJSON: Array(late.utf8)).entries.count == 3)
    #expect(throws: PLCLogError(.entryDID(did), at: 0)) {
      try PLCLog(of: other, auditJSON: Array(compact.utf8))
    }
    let renamed = compact.split(separator: did.description, omittingEmptySubsequences: false)
      .joined(separator: other.description)
    #expect(throws: PLCLogError(.otherDID(found: did), at: 0)) {
      try PLCLog(of: other, auditJSON: Array(renamed.utf8))
    }
  }
}

extension String {
  /// Replaces the first occurrence only.
  func replacingOccurrence(of old: String, with new: String) -> String {
    guard let range = firstRange(of: old) else { return self }
    return replacingCharacters(in: range, with: new)
  }

  private func replacingCharacters(in range: Range<Index>, with new: String) -> String {
    self[..<range.lowerBound] + new + self[range.upperBound...]
  }
}
