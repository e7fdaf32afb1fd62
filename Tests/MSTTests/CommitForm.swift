// CommitForm.swift: a commit's map as a list of fields, so that it can be written wrongly as well.
import DAGCBOR
import TestKit

struct CommitForm {
  var fields: [(name: String, item: [UInt8])]

  static let did = "did:plc:peerbenchpeerbenchpeer22"
  static let rev = "3n74wodl22222"
  static let data = record(1)
  static let signature = [UInt8](repeating: 0x11, count: 64)

  static func text(_ value: String) -> [UInt8] { SlowCBOR.item { $0.text(value) } }
  static func byteString(_ value: [UInt8]) -> [UInt8] { SlowCBOR.item { $0.byteString(value) } }
  static func link(_ cid: CID?) -> [UInt8] { SlowCBOR.item { $0.link(cid) } }
  static func integer(_ value: Int) -> [UInt8] { SlowCBOR.item { $0.integer(value) } }

  /// A good commit of version 3.
  static let current = CommitForm(fields: [
    ("did", text(did)), ("rev", text(rev)), ("sig", byteString(signature)), ("data", link(data)),
    ("prev", link(nil)), ("version", integer(3)),
  ])

  /// A good commit of version 2.
  static var legacy: CommitForm { current.with("version", integer(2)) }

  func with(_ name: String, _ item: [UInt8]) -> CommitForm {
    CommitForm(fields: fields.map { $0.name == name ? (name, item) : $0 })
  }

  func without(_ name: String) -> CommitForm {
    CommitForm(fields: fields.filter { $0.name != name })
  }

  func adding(_ name: String, _ item: [UInt8], at index: Int) -> CommitForm {
    var form = self
    form.fields.insert((name, item), at: index)
    return form
  }

  var bytes: [UInt8] {
    var out = SlowCBOR()
    out.head(5, fields.count)
    for field in fields {
      out.text(field.name)
      out.bytes += field.item
    }
    return out.bytes
  }

  /// Where the item of a field begins.
  func offset(of name: String) -> Int {
    var offset = 1
    for field in fields {
      offset += 1 + field.name.utf8.count
      if field.name == name { return offset }
      offset += field.item.count
    }
    return offset
  }
}
