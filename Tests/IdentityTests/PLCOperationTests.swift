// PLCOperationTests.swift: operations as JSON: what is written, what is read, what is refused.
import ATCrypto
import ATSyntax
import DAGCBOR
@testable import Identity
import TestKit
import Testing

@Suite("did:plc operations")
struct PLCOperationTests {
  func error(of body: () throws -> Void) -> PLCOperationError? {
    do {
      try body()
    } catch let error as PLCOperationError {
      #expect(error.description.hasPrefix("did:plc operation: "))
      return error
    } catch {
      Issue.record(error)
    }
    return nil
  }

  @Test("an operation is named by the hash of its signed bytes, and signs them without sig")
  func names() throws {
    let world = try PLCWorld()
    let operation = world.creation
    #expect(operation.cid == CID(of: operation.bytes))
    #expect(operation.createdDID?.description.utf8.count == 32)
    #expect(operation.signerIndex(among: world.keys.map(\.publicKey)) == 0)
    #expect(operation.signerIndex(among: world.keys.reversed().map(\.publicKey)) == 2)
    #expect(operation.signerIndex(among: []) == nil)
    #expect(try world.update("a.test", after: operation, by: 0).createdDID == nil)
  }

  @Test("one changed byte of the JSON is refused, changes nothing, or breaks the signature")
  func mutations() throws {
    let world = try PLCWorld()
    let keys = world.keys.map(\.publicKey)
    let end = try world.tombstone(after: world.creation, by: 1)
    for operation in [world.creation, end] {
      let json = operation.json
      #expect(try PLCOperation(json: json) == operation)
      var (refusedCount, brokenCount) = (0, 0)
      for index in json.indices {
        for mask: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128] {
          var changed = json
          changed[index] ^= mask
          do throws(PLCOperationError) {
            let other = try PLCOperation(json: changed)
            if other == operation { continue }
            #expect(other.signerIndex(among: keys) == nil, "byte \(index) ^ \(mask)")
            brokenCount += 1
          } catch { refusedCount += 1 }
        }
      }
      #expect(refusedCount > 0 && brokenCount > 0)
    }
  }

  @Test("the text of a signature has no padding, no other alphabet and no left-over bits")
  func signatureText() throws {
    let json = String(decoding: try PLCWorld().creation.json, as: UTF8.self)
    let start = try #require(json.firstRange(of: "\"sig\":\"")).upperBound
    let sig = json[start...].prefix { $0 != "\"" }
    #expect(sig.utf8.count == 86)
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let last = try #require(digits.firstIndex(of: sig.last!))
    #expect(last % 16 == 0)
    let text = String(sig)
    let others: [String] = [
      text + "==", text + "=", text.dropLast() + "=", String(text.dropLast(2)), text + "A",
      text + "AA", "", "\(text.dropLast())\(digits[last + 1])",
      "\(text.dropLast())\(digits[last + 15])", "+" + text.dropFirst(), " " + text, text + "\\n",
    ]
    for other in others {
      let changed = json.replacingOccurrence(of: text, with: other)
      #expect(error { _ = try PLCOperation(json: Array(changed.utf8)) } == .signatureText)
    }
  }

  @Test("members that are missing, unknown or of another kind are refused by path")
  func members() throws {
    let json = String(decoding: try PLCWorld().creation.json, as: UTF8.self)
    let changes: [(String, String, String, FieldError.Expectation)] = [
      (
        #""type":"plc_operation""#, #""type":"plc""#, "/type",
        .oneOf(["plc_operation", "plc_tombstone", "create"])
      ),
      (#""type":"plc_operation""#, #""type":"plc_tombstone""#, "/services", .noSuchKey),
      (#""prev":null"#, #""prev":1"#, "/prev", .stringOrNull),
      (#""prev":null"#, #""prev":"""#, "/prev", .cid),
      (#""prev":null"#, #""prev":null,"a/b~\u001b":1"#, "/a~1b~0?", .noSuchKey),
      (#"["at://alice.test"]"#, "{}", "/alsoKnownAs", .array),
      (#"["at://alice.test"]"#, "[1]", "/alsoKnownAs/0", .string),
      (
        #"["at://alice.test"]"#, "[\"a\"" + String(repeating: ",\"a\"", count: 10) + "]",
        "/alsoKnownAs", .countAtMost(10)
      ),
      (#""endpoint":"#, #""endpoinT":"#, "/services/atproto_pds/endpoinT", .noSuchKey),
      (
        #""endpoint":"https://pds.test""#, #""endpoint":{}"#,
        "/services/atproto_pds/endpoint", .string
      ),
      (#""endpoint":"#, #""x":1,"endpoint":"#, "/services/atproto_pds/x", .noSuchKey),
      (
        #""rotationKeys":["did:key:"#, #""rotationKeys":[""#, "/rotationKeys/0",
        .publicKey(.didKeyPrefix)
      ),
    ]
    for (old, new, path, expected) in changes {
      let changed = json.replacingOccurrence(of: old, with: new)
      try #require(changed != json, "\(old)")
      guard case .field(let field)? = error(of: { _ = try PLCOperation(json: Array(changed.utf8)) })
      else {
        Issue.record("\(new) was read")
        continue
      }
      #expect(field.path == path && field.expected == expected, "\(new): \(field)")
    }
  }

  @Test("two names that differ by Unicode normalisation alone are refused")
  func normalisation() throws {
    let json = String(decoding: try PLCWorld().creation.json, as: UTF8.self)
    let twins =
      "\"services\":{\"\u{e9}\":{\"type\":\"a\",\"endpoint\":\"b\"},"
      + "\"e\u{301}\":{\"type\":\"a\",\"endpoint\":\"b\"},"
    let changed = json.replacingOccurrence(of: "\"services\":{", with: twins)
    try #require(changed != json)
    guard case .field(let field)? = error(of: { _ = try PLCOperation(json: Array(changed.utf8)) })
    else {
      Issue.record("was read")
      return
    }
    #expect(field.expected == .noSuchKey)
  }

  @Test("old operations with empty, repeated or long members are read, to 7 500 bytes")
  func historic() throws {
    let world = try PLCWorld()
    let json = String(decoding: world.creation.json, as: UTF8.self)
    let key = world.keys[0].publicKey.didKey
    let start = try #require(json.firstRange(of: "\"rotationKeys\":[")).upperBound
    let end = try #require(json[start...].firstIndex(of: "]"))
    for keys in ["", "\"\(key)\",\"\(key)\""] {
      let changed = json[..<start] + keys + json[end...]
      #expect(try PLCOperation(json: Array(changed.utf8)).unsigned.state != nil)
    }
    let room = 7_500 - world.creation.bytes.count - 2  // a length over 255 has two bytes more
    for (count, isRead) in [(room, true), (room + 20, false)] {
      let name = "at://alice.test" + String(repeating: "a", count: count)
      let changed = Array(json.replacingOccurrence(of: "at://alice.test", with: name).utf8)
      if isRead {
        #expect(try PLCOperation(json: changed).bytes.count <= 7_500)
      } else {
        guard case .byteCount(_, most: 7_500)? = error(of: { _ = try PLCOperation(json: changed) })
        else {
          Issue.record("was read")
          return
        }
      }
    }
  }

  @Test("what a directory would refuse is not signed")
  func writing() throws {
    let keys = (0..<6).map { _ in PrivateKey.generate(on: .p256) }
    let good = try PLCWorld.state(of: Array(keys.prefix(5)), named: "alice.test")
    func refusal(_ change: (inout PLCState) -> Void) -> PLCOperationError? {
      var state = good
      change(&state)
      return error { _ = try UnsignedPLCOperation.update(state, prev: nil).signed(by: keys[0]) }
    }
    #expect(refusal { _ in } == nil)
    #expect(refusal { $0.rotationKeys = [] } == .rotationKeyCount(0))
    #expect(refusal { $0.rotationKeys = keys.map(\.publicKey) } == .rotationKeyCount(6))
    #expect(refusal { $0.rotationKeys[1] = $0.rotationKeys[0] } == .repeated("rotationKeys"))
    #expect(refusal { $0.alsoKnownAs = ["at://a", "at://a"] } == .repeated("alsoKnownAs"))
    #expect(
      refusal { $0.alsoKnownAs = (0..<11).map { "at://a\($0)" } }
        == .elementCount("alsoKnownAs", 11))
    #expect(
      refusal { $0.alsoKnownAs = [String(repeating: "a", count: 259)] }
        == .textTooLong("alsoKnownAs", characterCount: 259, characterCountMax: 258))
    #expect(
      refusal {
        $0.services["a"] = PLCService(type: "", endpoint: String(repeating: "a", count: 513))
      }
        == .textTooLong("services", characterCount: 513, characterCountMax: 512))
    #expect(
      refusal { $0.verificationMethods["x"] = "did:web:a.test" }
        == .field(FieldError(path: "/verificationMethods/x", expected: .publicKey(.didKeyPrefix))))
    let big = refusal {
      $0.services = [:]
      for index in 0..<10 {
        let endpoint = String(repeating: "a", count: 400)
        $0.services["\(index)"] = PLCService(type: "a", endpoint: endpoint)
      }
    }
    guard case .byteCount(_, most: 4_000)? = big else {
      Issue.record("\(String(describing: big))")
      return
    }
  }

  @Test("hostile text is refused in little time")
  func hostile() {
    for text in [
      "", "{", "null", "[]", "1", "{}", #"{"type":null}"#, #"{"type":"plc_operation"}"#,
      String(repeating: "[", count: 60_000), String(repeating: #"{"a":"#, count: 10_000),
      #"{"type":"plc_tombstone","prev":"bafyrei","sig":""}"#,
      #"{"type":"create","prev":"x","sig":""}"#, "\u{feff}{}", #"{"sig":"\ud800"}"#,
    ] {
      #expect(error { _ = try PLCOperation(json: Array(text.utf8)) } != nil, "\(text.prefix(40))")
    }
    #expect(
      error { _ = try PLCOperation(json: [UInt8](repeating: 0x20, count: 1_000_000)) }
        == .jsonTooLarge(byteCount: 1_000_000))
    #expect(error { _ = try PLCOperation(json: Array("{}".utf8)) } != nil)
  }
}
