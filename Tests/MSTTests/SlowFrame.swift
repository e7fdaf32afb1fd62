// SlowFrame.swift: frames written the slow way, as maps that are sorted when they are written.
//
// The order of keys is computed here and fixed in the code under test; what the fields of an event
// are called is stated in both.
import ATSyntax
import DAGCBOR
import MST

/// A map whose entries may be changed, left out or added to before it is written.
struct SlowMap: Sendable {
  var fields: [String: [UInt8]]

  init(_ fields: [String: [UInt8]]) { self.fields = fields }

  /// By length, then bytewise.
  var names: [String] {
    fields.keys.sorted { a, b in
      let (a, b) = (Array(a.utf8), Array(b.utf8))
      return a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
    }
  }

  var bytes: [UInt8] {
    SlowCBOR.item { out in
      out.head(5, fields.count)
      for name in names {
        out.text(name)
        // Safe: the names are those of the fields.
        out.bytes += fields[name]!
      }
    }
  }

  func with(_ name: String, _ item: [UInt8]) -> SlowMap {
    var map = self
    map.fields[name] = item
    return map
  }

  func without(_ name: String) -> SlowMap {
    var map = self
    map.fields[name] = nil
    return map
  }
}

/// A header and a payload.
struct SlowFrame: Sendable {
  var header: SlowMap
  var payload: SlowMap

  var bytes: [UInt8] { header.bytes + payload.bytes }

  static let time = "2026-11-20T09:08:07.654Z"
  static let null: [UInt8] = [0xf6]

  static func text(_ value: String) -> [UInt8] { SlowCBOR.item { $0.text(value) } }
  static func integer(_ value: Int) -> [UInt8] { SlowCBOR.item { $0.integer(value) } }
  static func bool(_ value: Bool) -> [UInt8] { [value ? 0xf5 : 0xf4] }
  static func link(_ cid: CID?) -> [UInt8] { SlowCBOR.item { $0.link(cid) } }
  static func byteString(_ value: [UInt8]) -> [UInt8] { SlowCBOR.item { $0.byteString(value) } }
  static func array(_ items: [[UInt8]]) -> [UInt8] {
    SlowCBOR.item { $0.head(4, items.count) } + items.joined()
  }

  init(type: String, _ fields: [String: [UInt8]]) {
    header = SlowMap(["op": SlowFrame.integer(1), "t": SlowFrame.text(type)])
    payload = SlowMap(fields)
  }

  init(_ event: StreamEvent, seq: Int, time: String = SlowFrame.time) {
    switch event {
    case .commit(let event): self.init(type: "#commit", SlowFrame.fields(of: event))
    case .sync(let event):
      self.init(
        type: "#sync",
        [
          "did": SlowFrame.text(event.did.description),
          "rev": SlowFrame.text(event.rev.description),
          "blocks": SlowFrame.byteString(event.blocks),
        ])
    case .identity(let event):
      self.init(type: "#identity", ["did": SlowFrame.text(event.did.description)])
      payload.fields["handle"] = event.handle.map { SlowFrame.text($0.description) }
    case .account(let event):
      self.init(
        type: "#account",
        [
          "did": SlowFrame.text(event.did.description), "active": SlowFrame.bool(event.isActive),
        ])
      payload.fields["status"] = event.status.name.map { SlowFrame.text($0) }
    }
    payload.fields["seq"] = SlowFrame.integer(seq)
    payload.fields["time"] = SlowFrame.text(time)
  }

  private static func fields(of event: CommitEvent) -> [String: [UInt8]] {
    var fields = [
      "repo": text(event.did.description), "rev": text(event.rev.description),
      "since": event.since.map { text($0.description) } ?? null, "commit": link(event.commit),
      "blocks": byteString(event.blocks), "ops": array(event.ops.map { op($0).bytes }),
      "tooBig": bool(false), "rebase": bool(false), "blobs": array([]),
    ]
    fields["prevData"] = event.prevData.map { link($0) }
    return fields
  }

  static func op(_ op: RepoOp) -> SlowMap {
    let path = text(op.key.description)
    return switch op.action {
    case .create(let cid):
      SlowMap(["action": text("create"), "path": path, "cid": link(cid)])
    case .update(let cid, let prev):
      SlowMap(["action": text("update"), "path": path, "cid": link(cid), "prev": link(prev)])
    case .delete(let prev):
      SlowMap(["action": text("delete"), "path": path, "cid": null, "prev": link(prev)])
    }
  }
}
