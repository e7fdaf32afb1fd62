// CommitTests.swift: which blocks are commits, and why all others are not.
//
// Known bytes and signatures are in CommonInputTests.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@Suite("Commit blocks")
struct CommitTests {
  @Test("of version 3 are read and written back as they were, with or without a commit before")
  func current() throws {
    for prev in [nil, record(7)] {
      let form = CommitForm.current.with("prev", CommitForm.link(prev))
      let block = try CommitBlock(form.bytes)
      guard case .current(let commit) = block else {
        Issue.record("read as \(block)")
        continue
      }
      #expect(commit.unsigned.did.description == CommitForm.did)
      #expect(commit.unsigned.rev.description == CommitForm.rev)
      #expect(commit.unsigned.data == CommitForm.data)
      #expect(commit.unsigned.prev == prev)
      #expect(commit.signature.bytes == CommitForm.signature)
      #expect(commit.encoded == form.bytes)
      #expect(commit.cid == CID(of: form.bytes))
      #expect(commit.unsigned.encoded == form.without("sig").bytes)
      #expect(block.signed.digest == Digest(of: form.without("sig").bytes))
      #expect(block.signed.signature == commit.signature)
      #expect((block.did, block.data) == (commit.unsigned.did, CommitForm.data))
    }
  }

  @Test("of version 2 are read, with or without a rev")
  func legacy() throws {
    for form in [
      CommitForm.legacy, CommitForm.legacy.without("rev"),
      CommitForm.legacy.with("prev", CommitForm.link(record(7))),
    ] {
      let block = try CommitBlock(form.bytes)
      guard case .legacy(let commit) = block else {
        Issue.record("read as \(block)")
        continue
      }
      let hasRev = form.fields.contains { $0.name == "rev" }
      #expect(commit.rev?.description == (hasRev ? CommitForm.rev : nil))
      #expect(commit.data == CommitForm.data)
      #expect(commit.digest == Digest(of: form.without("sig").bytes))
      #expect(block.signed.digest == commit.digest)
      #expect(commit.signature.bytes == CommitForm.signature)
    }
  }

  struct Broken: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var bytes: [UInt8]
    var rule: CommitError.Rule?

    init(_ name: String, _ form: CommitForm, _ rule: CommitError.Rule? = nil) {
      (testDescription, bytes, self.rule) = (name, form.bytes, rule)
    }
  }

  static let broken: [Broken] = {
    let good = CommitForm.current
    let raw = CID(of: [1], codec: .raw)
    var swapped = good
    swapped.fields.swapAt(0, 1)
    return good.fields.filter { $0.name != "rev" }.map {
      Broken("without \($0.name)", good.without($0.name))
    } + [
      Broken("without rev", good.without("rev"), .revMissing),
      Broken("version 1", good.with("version", CommitForm.integer(1)), .version(1)),
      Broken("version 4", good.with("version", CommitForm.integer(4)), .version(4)),
      Broken("version -1", good.with("version", CommitForm.integer(-1))),
      Broken("version 2^63", good.with("version", [0x1b, 0x80] + [UInt8](repeating: 0, count: 7))),
      Broken("version as text", good.with("version", CommitForm.text("3"))),
      Broken("data of codec raw", good.with("data", CommitForm.link(raw)), .dataCodec),
      Broken("data null", good.with("data", CommitForm.link(nil))),
      Broken("data as text", good.with("data", CommitForm.text(CommitForm.data.description))),
      Broken("prev false", good.with("prev", [0xf4])),
      Broken("prev undefined", good.with("prev", [0xf7])),
      Broken("rev null", good.with("rev", [0xf6])),
      Broken("sig null", good.with("sig", [0xf6])),
      Broken("sig as text", good.with("sig", CommitForm.text(String(repeating: "a", count: 64)))),
      Broken("an unknown field first", good.adding("abc", [0xf6], at: 0)),
      Broken("an unknown field inside", good.adding("rex", [0xf6], at: 2)),
      Broken("an unknown field last", good.adding("zzzzzzzz", [0xf6], at: 6)),
      Broken("a repeated field", good.adding("did", CommitForm.text(CommitForm.did), at: 1)),
      Broken("fields out of order", swapped),
      Broken("no field", CommitForm(fields: [])),
    ]
      + [0, 63, 65, 72].map {
        Broken(
          "sig of \($0) bytes",
          good.with("sig", CommitForm.byteString(.init(repeating: 1, count: $0))))
      }
  }()

  @Test("are refused with a rule and a place where a field is wrong", arguments: broken)
  func refused(broken: Broken) throws {
    let error = #expect(throws: CommitError.self) { try CommitBlock(broken.bytes) }
    let found = try #require(error)
    #expect((0...broken.bytes.count).contains(found.offset))
    #expect(!found.description.isEmpty)
    if let rule = broken.rule {
      #expect(found.rule == rule)
    } else if case .encoding = found.rule {
    } else {
      Issue.record("\(found)")
    }
  }

  @Test(
    "are refused with an identifier that is none", arguments: ["3n74wodl2222", "zzzzzzzzzzzzz", ""])
  func identifiers(rev: String) {
    for form in [
      CommitForm.current.with("rev", CommitForm.text(rev)),
      CommitForm.current.with("did", CommitForm.text(rev)),
    ] {
      let error = #expect(throws: CommitError.self) { try CommitBlock(form.bytes) }
      guard case .identifier = error?.rule else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("are refused when cut short or followed by anything")
  func ends() {
    for form in [CommitForm.current, CommitForm.legacy, CommitForm.legacy.without("rev")] {
      let bytes = form.bytes
      for count in 0..<bytes.count {
        let error = #expect(throws: CommitError.self) {
          try CommitBlock(Array(bytes.prefix(count)))
        }
        #expect(error?.rule == .encoding(.truncated))
      }
      let error = #expect(throws: CommitError.self) { try CommitBlock(bytes + [0]) }
      #expect(error == nil || error?.rule == .encoding(.trailingBytes))
      #expect(error?.offset == bytes.count)
    }
  }

  @Test(
    "with one byte altered are refused or are another commit, never the same bytes read wrongly")
  func mutations() throws {
    for form in [CommitForm.current, CommitForm.legacy, CommitForm.legacy.without("rev")] {
      for index in form.bytes.indices {
        for change in 1...255 { try check(form.bytes, index, UInt8(change)) }
      }
    }
  }

  private func check(_ good: [UInt8], _ index: Int, _ change: UInt8) throws {
    var bytes = good
    bytes[index] ^= change
    let block: CommitBlock
    do throws(CommitError) {
      block = try CommitBlock(bytes)
    } catch {
      if !(0...bytes.count).contains(error.offset) { Issue.record("\(error)") }
      return
    }
    if block.form.bytes != bytes { Issue.record("byte \(index) ^ \(change) was read as \(block)") }
  }
}

extension CommitBlock {
  /// The fields as they were read.
  var form: CommitForm {
    switch self {
    case .current(let commit):
      let unsigned = commit.unsigned
      return CommitForm.current.with("did", CommitForm.text(unsigned.did.description))
        .with("rev", CommitForm.text(unsigned.rev.description))
        .with("sig", CommitForm.byteString(commit.signature.bytes))
        .with("data", CommitForm.link(unsigned.data)).with("prev", CommitForm.link(unsigned.prev))
    case .legacy(let commit):
      let form = CommitForm.legacy.with("did", CommitForm.text(commit.did.description))
        .with("sig", CommitForm.byteString(commit.signature.bytes))
        .with("data", CommitForm.link(commit.data)).with("prev", CommitForm.link(commit.prev))
      return commit.rev.map { form.with("rev", CommitForm.text($0.description)) }
        ?? form.without("rev")
    }
  }
}
