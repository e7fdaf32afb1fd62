// RevName.swift: how people name a commit: its rev, `HEAD`, `HEAD~3`, or the commit's CID.
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

enum RevName: Equatable, Sendable, CustomStringConvertible {
  case rev(TID)
  case commit(CID)
  /// So many commits before the newest.
  case back(Int)

  init?(_ text: String) {
    if text == "HEAD" {
      self = .back(0)
    } else if text.hasPrefix("HEAD~"), let count = Int(text.dropFirst(5)), count >= 0 {
      self = .back(count)
    } else if let cid = CID(text) {
      self = .commit(cid)
    } else {
      do throws(SyntaxError) {
        self = .rev(try TID(text))
      } catch {
        return nil  // the argument's own message says what is expected
      }
    }
  }

  var description: String {
    switch self {
    case .rev(let rev): rev.description
    case .commit(let cid): cid.description
    case .back(0): "HEAD"
    case .back(let count): "HEAD~\(count)"
    }
  }
}

extension RevName: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}

extension Repo {
  /// The rev that `name` means here.
  /// - Throws: `RevNotFound`. Cost: for anything but a rev, a read of the log for each commit
  ///   since.
  func rev(_ name: RevName) throws -> TID {
    switch name {
    case .rev(let rev): return rev
    case .back(0): return try head.rev
    case .back(let count):
      let log = try log(limit: count + 1)
      guard log.count > count else { throw Complaint.noRev(name, did) }
      return log[count].head.rev
    case .commit(let cid):
      guard let summary = try log().first(where: { $0.head.commit == cid }) else {
        throw Complaint.noRev(name, did)
      }
      return summary.head.rev
    }
  }

  /// The repo as it was with the commit that `name` means.
  func snapshot(_ name: RevName?) throws -> RepoSnapshot {
    guard let name else { return try snapshot() }
    return try snapshot(at: rev(name))
  }
}

extension Complaint {
  static func noRev(_ name: RevName, _ did: DID) -> Complaint {
    Complaint(
      .negative, "RevNotFound", what: "there is no commit \(name.description)",
      why: "the history of \(did) that is kept here does not hold it", remedy: "plaited repo log")
  }
}
