// CommandRow.swift: a command line and what it says in each form, as it stands in Tests/Commands.
//
//   $ plaited repo get app.example.note --count      the command
//   < {"text":"hello"}                               a line of its standard input
//   ~ numbers                                        what varies in it: numbers, keys, ids
//   ~ process                                        it runs until it is told to stop
//   human 0                                          a form, and the exit status
//   | 3                                              a line of standard output
//   ! no record matches                              a line of standard error
//   plain 0 …
//
// One file for each noun, or several for a large one (repo+history.rows): a new verb gets a row
// there, recorded by running the tests with PLAITED_RECORD=1, and then read. Output that is no text
// is told by its length and its CID. Not here: running rows (CommandRun), where they run
// (CommandWorld).
import DAGCBOR
import Foundation
import Testing

@testable import plaited

/// The ways in which a command can say what it has to say.
enum Form: String, CaseIterable {
  case human, plain, json, ndjson
}

/// What a command said.
struct Said: Equatable {
  var status: Int32 = 0
  var out = ""
  var err = ""
}

/// What the same command says otherwise each time, because it must.
enum Variety: String, CaseIterable {
  /// Of a measurement, or a port. Columns vary with them.
  case numbers
  /// Of a key that is made, and of what is named by it.
  case keys
  /// That a store gives to itself.
  case ids
  /// That are made, and shown once.
  case passwords
  /// The built program runs until it is told to stop.
  case process
}

struct CommandRow: Sendable {
  /// `repo`, of the file `repo.rows`.
  var noun: String
  /// As it is typed.
  var line: String
  var input = ""
  var varieties: Set<Variety> = []
  var forms: [Form: Said] = [:]

  init(noun: String, line: String) {
    self.noun = noun
    self.line = line
  }

  /// The arguments after `plaited`.
  var words: [String] { Array(CommandRow.words(line).dropFirst()) }

  /// Whether some form ended well.
  var hasSuccess: Bool { forms.values.contains { $0.status == 0 } }
  var hasFailure: Bool { forms.values.contains { $0.status != 0 } }

  /// Words of a line, as a shell would read it that expands nothing.
  static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      switch (character, quote) {
      case (let character, let open?) where character == open: quote = nil
      case (_, _?): word?.append(character)
      case ("'", nil), ("\"", nil):
        quote = character
        word = word ?? ""
      case (" ", nil):
        if let word { words.append(word) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    return words + [word].compactMap { $0 }
  }
}

extension CommandRow: CustomTestStringConvertible {
  var testDescription: String { line }
}

/// A file of rows, with the comments before each.
struct RowFile {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Commands")

  /// `repo+history`, of which the rows are about `repo`.
  var name: String
  private(set) var rows: [CommandRow] = []
  /// Lines that begin with `#` or are empty, by the row that they stand before.
  private var comments: [Int: [String]] = [:]

  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  init(name: String, text: String) throws {
    self.name = name
    var form: Form?
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    for (index, line) in lines.enumerated() {
      do {
        try take(String(line), &form)
      } catch {
        throw Unreadable(description: "\(name).rows, line \(index + 1): \(error)")
      }
    }
  }

  /// All files, by name.
  static func all() throws -> [RowFile] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .filter { $0.hasSuffix(".rows") }.map { name in
        try RowFile(
          name: String(name.dropLast(5)),
          text: String(contentsOf: folder.appending(path: name), encoding: .utf8))
      }
  }

  private mutating func take(_ line: String, _ form: inout Form?) throws {
    let rest = String(line.dropFirst(2))
    switch line.first {
    case nil, "#":
      form = nil
      comments[rows.count, default: []].append(line)
    case "$":
      let noun = name.prefix { $0 != "+" }
      rows.append(CommandRow(noun: String(noun), line: rest))
      form = nil
    case "<": rows[rows.count - 1].input += rest + "\n"
    case "~":
      guard let variety = Variety(rawValue: rest) else {
        throw Unreadable(description: "nothing varies like \(rest)")
      }
      rows[rows.count - 1].varieties.insert(variety)
    case "|": rows[rows.count - 1].forms[try named(form), default: Said()].out += rest + "\n"
    case "!": rows[rows.count - 1].forms[try named(form), default: Said()].err += rest + "\n"
    default:
      let parts = line.split(separator: " ")
      guard parts.count == 2, let next = Form(rawValue: String(parts[0])),
        let status = Int32(parts[1]), !rows.isEmpty
      else { throw Unreadable(description: "expected a form and its status, found \(line)") }
      form = next
      rows[rows.count - 1].forms[next] = Said(status: status)
    }
  }

  private func named(_ form: Form?) throws -> Form {
    guard let form else { throw Unreadable(description: "output before the form it is of") }
    return form
  }

  /// The file again, with what the rows say now.
  func text(with rows: [CommandRow]) -> String {
    var text = ""
    for (index, row) in rows.enumerated() {
      text += (comments[index] ?? []).map { $0 + "\n" }.joined()
      text += "$ \(row.line)\n" + RowFile.marked("<", row.input)
      for variety in Variety.allCases where row.varieties.contains(variety) {
        text += "~ \(variety.rawValue)\n"
      }
      for form in Form.allCases {
        guard let said = row.forms[form] else { continue }
        text += "\(form.rawValue) \(said.status)\n"
        text += RowFile.marked("|", said.out) + RowFile.marked("!", said.err)
      }
    }
    return text + (comments[rows.count] ?? []).map { $0 + "\n" }.joined()
  }

  private static func marked(_ mark: String, _ text: String) -> String {
    guard !text.isEmpty else { return "" }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return (text.hasSuffix("\n") ? lines.dropLast() : lines)
      .map { $0.isEmpty ? "\(mark) \n" : "\(mark) \($0)\n" }.joined()
  }
}
