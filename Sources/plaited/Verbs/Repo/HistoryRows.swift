// HistoryRows.swift: commits and changes as rows, for log, show, diff and revert.
import ATSyntax
import DAGCBOR
import MST
import RepoStore

/// A commit of the past, as a row.
struct CommitRow {
  var summary: CommitSummary

  init(_ summary: CommitSummary) { self.summary = summary }

  static let columns: [Column] = [
    .id("rev"), .time("time"), .count("ops"), .text("changes"), .id("commit"),
  ]

  var cells: [Cell] {
    [
      .id("\(summary.head.rev)"), .time(Int64(clamping: summary.time)),
      summary.ops.map { .count($0.count) } ?? .absent, .text(changes),
      .id("\(summary.head.commit)"),
    ]
  }

  /// `+2 ~1 -3`: created, updated, deleted.
  var changes: String {
    guard let ops = summary.ops else { return "came whole" }
    let names = ops.map { ChangeRow($0.change).name }
    let parts = [("+", "create"), ("~", "update"), ("-", "delete")].compactMap { sign, name in
      let count = names.count { $0 == name }
      return count == 0 ? nil : "\(sign)\(count)"
    }
    return parts.isEmpty ? "empty" : parts.joined(separator: " ")
  }

  func members(withOps: Bool) -> CBORMap {
    var members = summary.head.members
    members["time"] = .string(Instant.text(Int64(clamping: summary.time)))
    members["opCount"] = summary.ops.map { .count($0.count) }
    members["prevData"] = summary.previousData.map { .text($0) }
    members["sig"] = .bytes(summary.signature.bytes)
    if withOps {
      members["ops"] = summary.ops.map { .array($0.map { ChangeRow($0.change).value }) }
    }
    return members
  }
}

extension RepoOp {
  /// The same as a difference between two trees.
  var change: MSTChange { MSTChange(key: key, old: previous, new: value) }
}

/// One path that differs between two trees.
struct ChangeRow {
  var change: MSTChange

  init(_ change: MSTChange) { self.change = change }

  static let columns: [Column] = [
    .id("change"), Column(title: "path", give: .inTheMiddle), .id("cid"),
  ]

  var name: String {
    switch (change.old, change.new) {
    case (nil, _): "create"
    case (_, nil): "delete"
    case (_?, _?): "update"
    }
  }

  var cells: [Cell] {
    let mark: Cell =
      switch name {
      case "create": .good("create")
      case "delete": .bad("delete")
      default: .text("update")
      }
    return [
      mark, .id(change.key.description),
      (change.new ?? change.old).map { .id($0.description) } ?? .absent,
    ]
  }

  var value: CBORValue {
    .map(
      CBORMap(present: [
        "action": .string(name), "path": .string(change.key.description),
        "cid": change.new.map { .text($0) } ?? .null, "prev": change.old.map { .text($0) },
      ]))
  }
}

/// What changed inside of a record, line by line of its JSON, as `-p` shows it.
enum RecordPatch {
  /// - Parameters:
  ///   - old: nil where there was none.
  ///   - new: nil where there is none.
  static func lines(from old: CBORValue?, to new: CBORValue?) -> [Piece.Line] {
    let (a, b) = (jsonLines(old), jsonLines(new))
    var (removed, added) = (Set<Int>(), Set<Int>())
    for change in b.difference(from: a) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    var lines: [Piece.Line] = []
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      if removed.contains(i) {
        lines.append(Piece.Line("  - \(a[i])", .bad))
        i += 1
      } else if added.contains(j) {
        lines.append(Piece.Line("  + \(b[j])", .good))
        j += 1
      } else {
        lines.append(Piece.Line("    \(a[i])", .faint))
        (i, j) = (i + 1, j + 1)
      }
    }
    return lines
  }

  private static func jsonLines(_ value: CBORValue?) -> [String] {
    guard let value else { return [] }
    return String(decoding: JSONForm.encode(value, indented: true), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }
}
