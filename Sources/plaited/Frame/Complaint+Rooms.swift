// Complaint+Rooms.swift: the errors of the rooms below, as they are told to people.
//
// Cases carry evidence; here they get a sentence, an exit status and something to do. Those of the
// store are in Complaint+Store.
import ATCrypto
import ATSyntax
import Accounts
import DAGCBOR
import Identity
import Lexicon
import MST
import RepoStore

extension Complaint {
  init(_ error: any Error) {
    switch error {
    case let error as Complaint: self = error
    case let error as StoreError: self.init(error)
    case let error as SyntaxError: self.init(error)
    case let error as AccountError: self.init(error)
    case let error as QueryError: self.init(error)
    case let error as LexiconError:
      self.init(
        .configuration, "InvalidLexicon", what: "the schemas are not what they must be",
        why: "\(error)", remedy: "correct the file, or name another; plaited lex check says all")
    case let error as KeyFileError: self.init(error)
    case let error as RepoProofError: self.init(error)
    case let error as MSTError: self.init(damage: error)
    case let error as CBORError: self.init(damage: error)
    case let error as PLCOperationError:
      self.init(
        .usage, "InvalidIdentity", what: "no identity was made", why: "\(error)",
        remedy: "plaited init --help")
    case let error as KeyError:
      self.init(
        .usage, "InvalidKey", what: "that is no key", why: "\(error)", remedy: "plaited key list")
    default:
      self.init(
        .bug, "InternalError", what: "the command failed in a way that it does not know",
        why: "\(error)", remedy: "report it with the command line that led to it")
    }
  }

  private init(_ error: SyntaxError) {
    self.init(
      .usage, "InvalidSyntax", what: "no \(error.expected.rawValue) was given where one is needed",
      why: "\(error)", remedy: "check the spelling; --help has examples")
  }

  private init(_ error: AccountError) {
    switch error {
    case .noAccount:
      self.init(
        .negative, "AccountNotFound", what: "the account has no password yet", why: "\(error)",
        remedy: "plaited account password")
    case .emailTaken, .password, .appPasswordName, .appPasswordExists, .appPasswordCount,
      .preferences:
      self.init(
        .usage, "InvalidRequest", what: "the account was not changed", why: "\(error)",
        remedy: "plaited account --help")
    case .fileTooOpen(let path, _):
      self.init(
        .permission, "FileTooOpen", what: "the accounts are not opened", why: "\(error)",
        remedy: "chmod 600 \(path)")
    case .file, .database, .version, .foreign, .damaged, .hashing:
      self.init(
        .io, "AccountsUnavailable", what: "the accounts cannot be used", why: "\(error)",
        remedy: "restore private.sqlite from a backup")
    }
  }

  private init(_ error: QueryError) {
    self.init(
      .usage, "InvalidQuery", what: "the question is not understood", why: "\(error)",
      remedy: "write it as --where 'field=value', 'field>=3', 'field~word' or 'field exists'")
  }

  private init(_ error: RepoProofError) {
    let isSignature = if case .signature = error { true } else { false }
    self.init(
      .negative, isSignature ? "InvalidSignature" : "InvalidProof",
      what: "the proof proves nothing", why: "\(error)",
      remedy: isSignature
        ? "check that this is the key of the repo: plaited identity show"
        : "make a new one: plaited repo prove")
  }

  private init(damage error: any Error) {
    self.init(
      .io, "InvalidBlock", what: "a block is not what it should be", why: "\(error)",
      remedy: "plaited repo verify")
  }

  private init(_ error: KeyFileError) {
    let status: ExitStatus
    switch error.reason {
    case .missing, .notRegularFile, .size, .format, .key, .publicKeyDiffers: status = .negative
    case .exists, .path: status = .cannotCreate
    case .fileTooOpen, .directoryTooOpen, .owner: status = .permission
    case .system: status = .io
    }
    let parts = "\(error)".split(separator: ";", maxSplits: 1)
    self.init(
      status, "KeyFileError", what: "the key file was not used",
      why: String(parts.first ?? ""),
      remedy: parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "plaited key list")
  }
}
