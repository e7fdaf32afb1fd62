// Complaint.swift: an error as it is told to a person: what, why, and what to do.
//
// Not here: the errors of the rooms (Complaint+Rooms), which are turned into these at the edge.
import DAGCBOR

struct Complaint: Error, Equatable {
  var status: ExitStatus
  /// A name for programs, in the protocol's spelling where it has one: `RecordNotFound`.
  var name: String
  /// What did not happen.
  var what: String
  var why: String
  /// What to do about it, as a command where there is one.
  var remedy: String

  init(_ status: ExitStatus, _ name: String, what: String, why: String, remedy: String) {
    self.status = status
    self.name = name
    self.what = what
    self.why = why
    self.remedy = remedy
  }

  /// Three lines.
  func lines(_ colour: Colour) -> [String] {
    [
      Style.bad.applied(to: "error", colour) + ": " + VisibleText.escaped(what),
      Style.faint.applied(to: "  why", colour) + ": " + VisibleText.escaped(why),
      Style.faint.applied(to: "   do", colour) + ": " + VisibleText.escaped(remedy),
    ]
  }

  var value: CBORValue {
    [
      "name": .string(name), "message": .string("\(what): \(why)"), "hint": .string(remedy),
    ]
  }
}

/// The reader of our output has gone: there is nobody to tell, and nothing is wrong.
struct ClosedPipe: Error {}
