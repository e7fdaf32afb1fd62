// Answer.swift: what a command has to say, before it is known how.
import DAGCBOR

/// The end of a command that worked. Rows of a list have been printed before it.
struct Answer: Equatable {
  var status = ExitStatus.ok
  /// Members of `result`, beside a list.
  var result: CBORMap = [:]
  /// The same for people and in plain output.
  var page = Page()
  /// What is worth knowing beside the answer; standard error, and not in JSON.
  var notes: [String] = []
  /// Commands that follow from this one.
  var next: [String] = []
  /// Standard output has had bytes: an envelope would spoil them.
  var isRaw = false

  /// A card, and the same members in JSON.
  init(
    _ result: CBORMap = [:], page: [Piece] = [], notes: [String] = [], next: [String] = []
  ) {
    self.result = result
    self.page = Page(page)
    self.notes = notes
    self.next = next
  }

  /// Bytes have been written and nothing else is to be.
  static func raw(notes: [String] = []) -> Answer {
    var answer = Answer(notes: notes)
    answer.isRaw = true
    return answer
  }
}

extension CBORMap {
  /// A map of the members that are there.
  init(present members: KeyValuePairs<String, CBORValue?>) {
    self.init(members.compactMap { name, value in value.map { (name, $0) } })
  }
}

extension CBORValue {
  static func text(_ value: some CustomStringConvertible) -> CBORValue {
    .string(value.description)
  }

  static func count(_ value: Int) -> CBORValue { .integer(Int64(value)) }

  /// Numbers of the log and of the stream stay below 2^53.
  static func number(_ value: UInt64) -> CBORValue { .integer(Int64(clamping: value)) }
}
