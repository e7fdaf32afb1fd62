// RecordShape.swift: what is shown of a record: all of it, some fields, or its CID.
import ATSyntax
import DAGCBOR
import RepoStore

struct RecordShape {
  private let reading: Reading
  private let fields: [FieldPath]?
  private let isCIDOnly: Bool
  private let timeField: FieldPath

  init(_ reading: Reading, fields: [FieldPath]?, isCIDOnly: Bool, timeField: FieldPath) {
    self.reading = reading
    self.fields = fields
    self.isCIDOnly = isCIDOnly
    self.timeField = timeField
  }

  var columns: [Column] {
    if isCIDOnly { return [.id("rkey"), .id("cid")] }
    guard let fields else { return [.id("rkey"), .time("\(timeField)"), .text("record")] }
    return [.id("rkey")] + fields.map { .text("\($0)") }
  }

  func cells(_ record: StoredRecord) throws -> [Cell] {
    let name = Cell.id(record.path.rkey.description)
    if isCIDOnly { return [name, .id(record.cid.description)] }
    let value = try record.value
    if let fields {
      return [name] + fields.map { $0.first(in: value).map { .value($0) } ?? .absent }
    }
    return [name, time(of: value), .record(value)]
  }

  private func time(of value: CBORValue) -> Cell {
    guard let text = timeField.first(in: value)?.stringValue,
      let instant = Instant.reading(text)
    else { return .absent }
    return .time(instant)
  }

  func value(_ record: StoredRecord) throws -> CBORValue {
    var members: CBORMap = [
      "uri": .text(reading.uri(of: record.path)), "cid": .text(record.cid),
    ]
    if isCIDOnly { return .map(members) }
    let value = try record.value
    if let fields {
      members["value"] = .map(
        CBORMap(fields.compactMap { path in path.first(in: value).map { ("\(path)", $0) } }))
    } else {
      members["value"] = value
    }
    return .map(members)
  }

  /// A record that has gone.
  func deletedCells(_ path: RecordPath) -> [Cell] {
    let rest = columns.dropFirst().indices.map { index in
      index == columns.count - 1 ? Cell.bad("deleted") : .absent
    }
    return [.id(path.rkey.description)] + rest
  }

  func deletedValue(_ path: RecordPath) -> CBORValue {
    ["uri": .text(reading.uri(of: path)), "deleted": true]
  }

  /// A record by itself.
  func page(_ record: StoredRecord) throws -> [Piece] {
    if isCIDOnly { return [.lines([Piece.Line(record.cid.description)])] }
    let value = try record.value
    if let fields {
      var card = Card()
      for path in fields {
        card.add("\(path)", path.first(in: value).map { .value($0) } ?? .absent)
      }
      return [.card(card)]
    }
    return [
      .heading("\(reading.uri(of: record.path))"), .heading("\(record.cid)"), .json(value),
    ]
  }
}
