// Complaint+Store.swift: what a store refuses or fails at, as it is told to people.
import ATSyntax
import DAGCBOR
import Glibc
import RepoStore

extension Complaint {
  init(_ error: StoreError) {
    switch error {
    case .noStore, .storeExists, .locked, .closed, .readOnly, .noRepo, .repoExists, .noSigningKey:
      self = Complaint.ofStore(error)
    case .noRecord, .recordExists, .recordMoved, .headMoved, .noSuchRev, .appendOnly, .wrongSpace,
      .record, .limit, .tree, .clock, .query, .importRefused, .policy, .busy:
      self = Complaint.ofWrite(error)
    case .disk(let cause): self = Complaint.ofDisk(cause, error)
    case .outcomeUnknown(_, let cause):
      self = Complaint.ofDisk(cause, error)
      name = "OutcomeUnknown"
      remedy = "run plaited repo log: it says what is durable"
    case .corrupt:
      self.init(
        .io, "StoreCorrupt", what: "the store is damaged", why: "\(error)",
        remedy: "plaited store check, and restore a backup")
    case .snapshotExpired:
      self.init(
        .negative, "SnapshotExpired", what: "the commit is not kept any more", why: "\(error)",
        remedy: "plaited repo log")
    case .blockMissing:
      self.init(
        .io, "BlockMissing", what: "a block that the tree names is not there", why: "\(error)",
        remedy: "plaited store check, and restore a backup")
    }
  }

  /// The store itself, or which repos it has.
  private static func ofStore(_ error: StoreError) -> Complaint {
    switch error {
    case .noStore(let path):
      Complaint(
        .unavailable, "NoStore", what: "there is no store in \(path)", why: "\(error)",
        remedy: "plaited init, or name another folder with -C")
    case .locked(_, let holder):
      Complaint(
        .unavailable, "StoreLocked", what: "the store is in use", why: "\(error)",
        remedy: "wait, or end \(holder)")
    case .readOnly, .closed:
      Complaint(
        .unavailable, "ReadOnly", what: "nothing was written", why: "\(error)",
        remedy: "plaited store check")
    case .noSigningKey(let did):
      Complaint(
        .unauthorized, "NoSigningKey", what: "nothing was written", why: "\(error)",
        remedy: "put the key of \(did) into the store's folder keys/, or name it with --key")
    case .noRepo(_, let space):
      Complaint(
        .negative, "RepoNotFound", what: "there is no such repo", why: "\(error)",
        remedy: space == .private ? "plaited status, or leave out --space" : "plaited status")
    default:
      Complaint(
        .cannotCreate, "AlreadyExists", what: "nothing was made", why: "\(error)",
        remedy: "plaited status")
    }
  }

  /// What was to be written, or asked.
  private static func ofWrite(_ error: StoreError) -> Complaint {
    let nothing = "nothing was written"
    return switch error {
    case .noRecord(let path):
      Complaint(
        .negative, "RecordNotFound", what: nothing, why: "\(error)",
        remedy: "plaited repo get \(path.collection)")
    case .recordExists(let path):
      Complaint(
        .conflict, "RecordAlreadyExists", what: nothing, why: "\(error)",
        remedy: "plaited repo put \(path.collection) \(path.rkey) RECORD")
    case .recordMoved(let path, _, _):
      Complaint(
        .conflict, "InvalidSwap", what: nothing, why: "\(error)",
        remedy: "plaited repo get \(path.collection) \(path.rkey) --cid")
    case .headMoved:
      Complaint(
        .conflict, "InvalidSwap", what: nothing, why: "\(error)",
        remedy: "plaited repo describe --json")
    case .appendOnly:
      Complaint(
        .conflict, "AppendOnlyCollection", what: nothing, why: "\(error)",
        remedy: "write a new record instead; plaited repo policy shows the rules")
    case .wrongSpace(_, let space):
      Complaint(
        .conflict, "WrongSpace", what: nothing, why: "\(error)",
        remedy: "--space \(space.rawValue), or leave it out")
    case .noSuchRev:
      Complaint(
        .negative, "RevNotFound", what: "there is no such commit", why: "\(error)",
        remedy: "plaited repo log")
    case .record(let path, .schema): Complaint.ofSchema(path, error)
    case .importRefused:
      Complaint(
        .negative, "ImportRefused", what: "nothing was imported", why: "\(error)",
        remedy: "plaited repo verify FILE.car lists all that is wrong")
    case .clock:
      Complaint(
        .configuration, "ClockRefused", what: nothing, why: "\(error)",
        remedy: "set the machine's clock")
    case .busy:
      Complaint(
        .unavailable, "Busy", what: nothing, why: "\(error)", remedy: "wait, and try again")
    default:
      Complaint(
        .usage, "InvalidRequest", what: nothing, why: "\(error)", remedy: "--help has examples")
    }
  }

  /// What a schema refuses.
  private static func ofSchema(_ path: RecordPath, _ error: StoreError) -> Complaint {
    Complaint(
      .usage, "InvalidRecord", what: "nothing was written", why: "\(error)",
      remedy: "plaited lex show \(path.collection), or write it with --validate off")
  }

  private static func ofDisk(_ cause: DiskError, _ error: StoreError) -> Complaint {
    if [ENOENT, ENOTDIR].contains(cause.code), cause.operation == "mkdir" {
      return Complaint.cannotCreate(cause.path, Complaint.system("create it", cause.code))
    }
    let status: ExitStatus = [EACCES, EPERM, EROFS].contains(cause.code) ? .permission : .io
    return Complaint(
      status, cause.code == ENOSPC ? "DiskFull" : "IOError", what: "the store's disk failed",
      why: "\(error)",
      remedy: cause.code == ENOSPC
        ? "free some space, and run the command again" : "check the disk, and plaited store check")
  }
}
