// PLCLogTests.swift: which operation may follow which, in logs made here.
import ATCrypto
import ATSyntax
import DAGCBOR
@testable import Identity
import TestKit
import Testing

@Suite("did:plc logs")
struct PLCLogTests {
  func rule(of body: () throws -> Void) -> PLCLogError.Rule? {
    do {
      try body()
    } catch let error as PLCLogError {
      #expect(error.description.hasPrefix("did:plc log"))
      return error.rule
    } catch {
      Issue.record(error)
    }
    return nil
  }

  @Test("an account is created, renamed, given a new key, and ended", arguments: Curve.allCases)
  func life(curve: Curve) throws {
    var world = try PLCWorld(on: curve)
    #expect(world.log.did.isPLC && world.name == "alice.test")
    try world.log.append(world.update("bob.test", after: world.log.last, by: 2), at: 10)
    #expect(world.name == "bob.test")

    let newcomer = PrivateKey.generate(on: curve == .k256 ? .p256 : .k256)
    let rotated = try UnsignedPLCOperation.update(
      PLCWorld.state(of: [newcomer], named: "carol.test"), prev: world.log.last.cid
    ).signed(by: world.keys[0])
    try world.log.append(rotated, at: 10)
    #expect(try world.log.document?.signingKey == newcomer.publicKey)

    // The keys of before have no more to say, in this state.
    let old = try world.update("mallory.test", after: rotated, by: 0)
    #expect(rule { try world.log.append(old, at: 20) } == .signature)
    let end = try UnsignedPLCOperation.tombstone(prev: rotated.cid).signed(by: newcomer)
    try world.log.append(end, at: 30)
    #expect(world.log.state == nil)
    let late = try UnsignedPLCOperation.update(
      PLCWorld.state(of: [newcomer], named: "d.test"), prev: end.cid
    ).signed(by: newcomer)
    #expect(rule { try world.log.append(late, at: 40) } == .afterTombstone)
    #expect(world.log.entries.count == 4 && world.log.state == nil)
    let chain = world.log.entries.map(\.operation)
    #expect(try PLCLog(of: world.log.did, chain: chain).state == nil)
    #expect(try PLCLog(of: world.log.did, chain: chain.dropLast()).state == rotated.unsigned.state)
  }

  @Test("a stronger key takes an account back within 72 hours, and not later")
  func recovery() throws {
    let base = try PLCWorld()
    let stolen = try base.update("mallory.test", after: base.creation, by: 1)
    let next = try base.update("mallory2.test", after: stolen, by: 1)
    let rescue = try base.update("alice2.test", after: base.creation, by: 0)
    let day = 24 * PLCWorld.hour

    var world = base
    try world.log.append(stolen, at: day)
    try world.log.append(next, at: 2 * day)
    var late = world
    try world.log.append(rescue, at: 4 * day)  // 72 hours after `stolen`, to the microsecond
    #expect(world.flags == [false, true, true, false])
    #expect(world.name == "alice2.test")
    // What was nullified can be followed no more.
    let more = try base.update("mallory3.test", after: next, by: 1)
    #expect(rule { try world.log.append(more, at: 5 * day) } == .prevUnknown(next.cid))

    #expect(
      rule { try late.log.append(rescue, at: 4 * day + 1) }
        == .recoveryLate(microseconds: 3 * day + 1))
    #expect(late.flags == [false, false, false] && late.name == "mallory2.test")
  }

  @Test("an equal or weaker key cannot fork", arguments: [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2)])
  func weaker(disputed: Int, forking: Int) throws {
    var world = try PLCWorld()
    let first = try world.update("a.test", after: world.creation, by: disputed)
    let fork = try world.update("b.test", after: world.creation, by: forking)
    try world.log.append(first, at: 1)
    #expect(
      rule { try world.log.append(fork, at: 2) } == .recoveryKey(disputedSignerIndex: disputed))
  }

  @Test("a fork may be forked again by a key that is stronger still, and a tombstone undone")
  func forkOfFork() throws {
    var world = try PLCWorld()
    let weak = try world.tombstone(after: world.creation, by: 2)
    let middle = try world.update("middle.test", after: world.creation, by: 1)
    let strong = try world.update("strong.test", after: world.creation, by: 0)
    try world.log.append(weak, at: 1)
    #expect(world.log.state == nil)
    try world.log.append(middle, at: 2)
    try world.log.append(strong, at: 3)
    #expect(world.flags == [false, true, true, false] && world.name == "strong.test")
    #expect(rule { try world.log.append(middle, at: 4) } == .recoveryKey(disputedSignerIndex: 0))
  }

  @Test("a repeated creation, an unknown prev and a time that runs back are refused")
  func order() throws {
    var world = try PLCWorld()
    let next = try world.update("a.test", after: world.creation, by: 0)
    let beyond = try world.update("b.test", after: next, by: 0)
    #expect(rule { try world.log.append(world.creation, at: 1) } == .secondCreation)
    #expect(rule { try world.log.append(beyond, at: 1) } == .prevUnknown(next.cid))
    #expect(rule { try world.log.append(next, at: -1) } == .timeOrder)
    #expect(rule { try world.log.append(next) } == .timeOrder)
    try world.log.append(next, at: .max)
    let rescue = try world.update("c.test", after: world.creation, by: 0)
    #expect(rule { try world.log.append(rescue, at: .max) } == .recoveryKey(disputedSignerIndex: 0))
  }

  @Test("a log begins with a creation, of that DID, signed by one of its own keys")
  func beginnings() throws {
    let world = try PLCWorld()
    let did = world.log.did
    let update = try world.update("a.test", after: world.creation, by: 0)
    let end = try world.tombstone(after: world.creation, by: 0)
    for operation in [update, end] {
      #expect(rule { _ = try PLCLog(of: did, creation: operation) } == .noCreation)
    }
    let other = try PLCWorld()
    #expect(
      rule { _ = try PLCLog(of: did, creation: other.creation) }
        == .otherDID(found: other.log.did))
    let stranger = try UnsignedPLCOperation.update(
      PLCWorld.state(of: world.keys, named: "a.test"), prev: nil
    ).signed(by: other.keys[0])
    let claimed = try #require(stranger.createdDID)
    #expect(rule { _ = try PLCLog(of: claimed, creation: stranger) } == .signature)
    #expect(rule { _ = try PLCLog(of: did, chain: []) } == .empty)
    #expect(rule { _ = try PLCLog(of: did, auditJSON: Array("[]".utf8)) } == .empty)
  }

  @Test("a chain without times has no forks")
  func chains() throws {
    let world = try PLCWorld()
    let first = try world.update("a.test", after: world.creation, by: 1)
    let fork = try world.update("b.test", after: world.creation, by: 0)
    #expect(
      rule { _ = try PLCLog(of: world.log.did, chain: [world.creation, first, fork]) }
        == .forkWithoutTimes)
  }

  @Test("audit logs that are not of that shape are refused by path")
  func shapes() throws {
    let did = try DID("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
    for text in [
      "", "{}", "null", "[1]", "[{}]", "[[]]", #"[{"did":"x"}]"#, "[" + "[1.5]",
      String(repeating: "[", count: 100_000), #"[{"did":"did:plc:a","cid":"b"}]"#,
      "[" + String(repeating: "{},", count: 10_000) + "{}]",
    ] {
      #expect(rule { _ = try PLCLog(of: did, auditJSON: Array(text.utf8)) } != nil)
    }
  }
}
