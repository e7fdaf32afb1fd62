// GoldenFrames.swift: frames as another implementation writes them.
//
// The bytes come from the Python package dag-cbor, which knows DAG-CBOR and nothing of streams.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

struct GoldenFrame: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var bytes: [UInt8]
  var frame: StreamFrame

  static func all() throws -> [GoldenFrame] { try messages() + others() }

  static func messages() throws -> [GoldenFrame] {
    let did = try DID("did:plc:peerbenchpeerbenchpeer22")
    let (rev, since) = (try TID("3n74wodl22222"), try TID("3n74wodkzzzz2"))
    let ops = [
      RepoOp(try key("app.example.note/1"), .create(record(1))),
      RepoOp(try key("app.example.note/2"), .update(record(2), previous: record(3))),
      RepoOp(try key("app.example.note/3"), .delete(previous: record(4))),
    ]
    let commit = CommitEvent(
      did: did, rev: rev, since: since, commit: record(0), blocks: [1, 2, 3], ops: ops,
      prevData: record(5))
    let first = CommitEvent(
      did: did, rev: rev, since: nil, commit: record(0), blocks: [], ops: [], prevData: nil)
    let identity = IdentityEvent(did: did, handle: try Handle("peer.bench.test"))
    return [
      try GoldenFrame("commit", seq: 70_000, .commit(commit), GoldenBytes.commit),
      try GoldenFrame("first commit", seq: 1, .commit(first), GoldenBytes.first),
      try GoldenFrame(
        "sync", seq: 24, .sync(SyncEvent(did: did, rev: rev, blocks: [7])), GoldenBytes.sync),
      try GoldenFrame("identity", seq: (1 << 53) - 1, .identity(identity), GoldenBytes.identity),
      try GoldenFrame(
        "identity without handle", seq: 2, .identity(IdentityEvent(did: did, handle: nil)),
        GoldenBytes.hint),
      try GoldenFrame(
        "active account", seq: 300, .account(AccountEvent(did: did, status: .active)),
        GoldenBytes.account),
      try GoldenFrame(
        "account that is not", seq: 301, .account(AccountEvent(did: did, status: .takendown)),
        GoldenBytes.takendown),
    ]
  }

  static func others() -> [GoldenFrame] {
    [
      GoldenFrame(
        testDescription: "info", bytes: GoldenBytes.info,
        frame: .info(name: "OutdatedCursor", message: "too old")),
      GoldenFrame(
        testDescription: "error", bytes: GoldenBytes.error,
        frame: .error(name: "FutureCursor", message: "not yet")),
      GoldenFrame(
        testDescription: "error without message", bytes: GoldenBytes.bare,
        frame: .error(name: "ConsumerTooSlow", message: nil)),
    ]
  }
}

extension GoldenFrame {
  private init(_ name: String, seq: Int64, _ event: StreamEvent, _ bytes: [UInt8]) throws {
    let time = try Datetime(SlowFrame.time)
    self.init(
      testDescription: name, bytes: bytes, frame: .message(seq: seq, time: time, event: event))
  }
}

private enum GoldenBytes {
  static let commit = bytes(
    hex: "a261746723636f6d6d6974626f7001ac636f707383a363636964d82a582500017112204bf5122f34"
      + "4554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a6470617468726170702e657861"
      + "6d706c652e6e6f74652f3166616374696f6e66637265617465a463636964d82a58250001711220db"
      + "c1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986647061746872617070"
      + "2e6578616d706c652e6e6f74652f326470726576d82a58250001711220084fed08b978af4d7d196a"
      + "7446a86b58009e636b611db16211b65a9aadff29c566616374696f6e66757064617465a463636964"
      + "f66470617468726170702e6578616d706c652e6e6f74652f336470726576d82a58250001711220e5"
      + "2d9c508c502347344d8c07ad91cbd6068afc75ff6292f062a09ca381c89e7166616374696f6e6664"
      + "656c657465637265766d336e3734776f646c3232323232637365711a00011170647265706f782064"
      + "69643a706c633a7065657262656e63687065657262656e63687065657232326474696d6578183230"
      + "32362d31312d32305430393a30383a30372e3635345a65626c6f6273806573696e63656d336e3734"
      + "776f646b7a7a7a7a3266626c6f636b734301020366636f6d6d6974d82a582500017112206e340b9c"
      + "ffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d66726562617365f466746f6f"
      + "426967f4687072657644617461d82a58250001711220e77b9a9ae9e30b0dbdb6f510a264ef9de781"
      + "501d7b6b92ae89eb059c5ab743db")

  static let first = bytes(
    hex: "a261746723636f6d6d6974626f7001ab636f707380637265766d336e3734776f646c323232323263"
      + "73657101647265706f78206469643a706c633a7065657262656e63687065657262656e6368706565"
      + "7232326474696d657818323032362d31312d32305430393a30383a30372e3635345a65626c6f6273"
      + "806573696e6365f666626c6f636b734066636f6d6d6974d82a582500017112206e340b9cffb37a98"
      + "9ca544e6bb780a2c78901d3fb33738768511a30617afa01d66726562617365f466746f6f426967f4")

  static let sync = bytes(
    hex: "a26174652373796e63626f7001a56364696478206469643a706c633a7065657262656e6368706565"
      + "7262656e6368706565723232637265766d336e3734776f646c32323232326373657118186474696d"
      + "657818323032362d31312d32305430393a30383a30372e3635345a66626c6f636b734107")

  static let identity = bytes(
    hex: "a2617469236964656e74697479626f7001a46364696478206469643a706c633a7065657262656e63"
      + "687065657262656e6368706565723232637365711b001fffffffffffff6474696d65781832303236"
      + "2d31312d32305430393a30383a30372e3635345a6668616e646c656f706565722e62656e63682e74"
      + "657374")

  static let hint = bytes(
    hex: "a2617469236964656e74697479626f7001a36364696478206469643a706c633a7065657262656e63"
      + "687065657262656e636870656572323263736571026474696d657818323032362d31312d32305430"
      + "393a30383a30372e3635345a")

  static let account = bytes(
    hex: "a2617468236163636f756e74626f7001a46364696478206469643a706c633a7065657262656e6368"
      + "7065657262656e63687065657232326373657119012c6474696d657818323032362d31312d323054"
      + "30393a30383a30372e3635345a66616374697665f5")

  static let takendown = bytes(
    hex: "a2617468236163636f756e74626f7001a56364696478206469643a706c633a7065657262656e6368"
      + "7065657262656e63687065657232326373657119012d6474696d657818323032362d31312d323054"
      + "30393a30383a30372e3635345a66616374697665f4667374617475736974616b656e646f776e")

  static let info = bytes(
    hex: "a261746523696e666f626f7001a2646e616d656e4f75746461746564437572736f72676d65737361"
      + "676567746f6f206f6c64")

  static let error = bytes(
    hex: "a1626f7020a2656572726f726c467574757265437572736f72676d657373616765676e6f74207965"
      + "74")

  static let bare = bytes(
    hex: "a1626f7020a1656572726f726f436f6e73756d6572546f6f536c6f77")
}
