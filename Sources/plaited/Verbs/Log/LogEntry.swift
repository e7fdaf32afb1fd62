// LogEntry.swift: one line of the system log, as a record and as a line of JSON.
//
// The record's key is made of the line alone: a TID of its timestamp, whose clock identifier is the
// first ten bits of the content's hash. So a line has the same key wherever and whenever it is
// imported, and beside it no other line. Where another record has that key already, the next
// microsecond is taken, and so on (LogKeys). Lines of one timestamp have no order among each other.
import ATSyntax
import DAGCBOR
import Records

struct LogEntry {
  static let collection = SystemLog.collection

  /// Members of the record without `$type`.
  private(set) var members: CBORMap
  private(set) var timestamp: Datetime

  /// An entry with the members of a line; what the schema says of them is not checked here.
  /// - Throws: a sentence about what keeps it from being an entry.
  init(_ members: CBORMap) throws(Fault) {
    guard let text = members["timestamp"]?.stringValue else {
      throw Fault(why: "timestamp is \(members["timestamp"] == nil ? "missing" : "not text")")
    }
    do throws(SyntaxError) {
      timestamp = try Datetime(text)
    } catch {
      throw Fault(why: "timestamp: \(error)")
    }
    guard 0...Int64(TID.microsecondsMax) ~= timestamp.microsecondsSinceEpoch else {
      throw Fault(why: "timestamp \(text) is outside of what a record key can say: 1970 to 2255")
    }
    self.members = members
    self.members["$type"] = nil
  }

  /// What is wrong with a line.
  struct Fault: Error {
    var why: String
  }

  /// The record: the line's members, and when it was written, which a line does not say.
  var record: CBORValue {
    var record = members
    record["$type"] = .string(LogEntry.collection)
    if record["createdAt"] == nil { record["createdAt"] = members["timestamp"] }
    return .map(record)
  }

  /// The line in a file, with its end. `createdAt` is left out where it says no more than the
  /// timestamp, so that the record is the same when the line is imported.
  var line: [UInt8] {
    var members = members
    if members["createdAt"] == members["timestamp"] { members["createdAt"] = nil }
    return JSONForm.encode(.map(members)) + [UInt8(ascii: "\n")]
  }

  /// The key that the content asks for.
  func key(_ cid: CID) throws(SyntaxError) -> TID {
    let bytes = cid.digest.bytes
    let clockID = UInt16(bytes[0]) << 2 | UInt16(bytes[1]) >> 6
    return try TID(microseconds: UInt64(timestamp.microsecondsSinceEpoch), clockID: clockID)
  }
}
