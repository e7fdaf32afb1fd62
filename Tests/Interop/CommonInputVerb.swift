// CommonInputVerb.swift: `interop common-input COUNT`: the common input as lines for
// `plaited repo apply`, and on standard error the root that a bulk build gives for it.
import DAGCBOR
import Foundation
import MST
import TestKit

enum CommonInputVerb {
  static func run(_ arguments: [String]) throws {
    guard arguments.count == 1, let count = Int(arguments[0]), count >= 0 else {
      throw Usage(description: "common-input COUNT")
    }
    var entries: [(key: [UInt8], cid: CID)] = []
    entries.reserveCapacity(count)
    for index in 0..<count {
      let (key, record) = (CommonInput.key(index), CommonInput.record(index))
      entries.append((key, CID(of: record)))
      try write(key, record)
    }
    entries.sort { $0.key.lexicographicallyPrecedes($1.key) }
    var builder = MSTBuilder()
    for entry in entries { try builder.append(MSTKey(entry.key), entry.cid) { _, _ in } }
    let root = builder.finish { _, _ in }
    FileHandle.standardError.write(Data("\(root)\n".utf8))
  }

  private static func write(_ key: [UInt8], _ record: [UInt8]) throws {
    let path = String(decoding: key, as: UTF8.self).split(separator: "/")
    let json = String(decoding: JSONForm.encode(try CBOR.decode(record)), as: UTF8.self)
    print(
      #"{"action":"create","collection":"\#(path[0])","rkey":"\#(path[1])","record":\#(json)}"#)
  }
}
