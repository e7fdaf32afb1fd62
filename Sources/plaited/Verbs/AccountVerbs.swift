// AccountVerbs.swift: `plaited account …`: an account's password, its app passwords, its state.
//
// They work on the store's private.sqlite, beside a server too. A password that is made here is
// shown once; one that is chosen comes from a file or standard input.
import ATSyntax
import Accounts
import ArgumentParser
import DAGCBOR
import RepoStore

struct AccountGroup: Group {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Who may log in, and with what.",
    subcommands: [AccountStatusVerb.self, AccountPassword.self, AppPasswordGroup.self])
}

struct AppPasswordGroup: Group {
  static let configuration = CommandConfiguration(
    commandName: "app-password", abstract: "Passwords for programs.",
    subcommands: [AppPasswordNew.self, AppPasswordList.self, AppPasswordRevoke.self])
}

extension Job {
  /// The account that `name` names by its DID or handle; the owner's for nil.
  func accountDID(_ name: String?) throws -> DID { try store().account(name) }

  var moment: Moment { Moment(seconds: desk.now() / 1_000_000) }
}

struct AccountStatusVerb: Verb {
  static let configuration = verb("status", "An account: whether one can log in, and with what.")
  static let examples = [
    Example("plaited account status", "the owner's account"),
    Example("plaited account status --account alice.example.com", "another account"),
    Example("plaited account status --json", "the same as JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @Option(help: ArgumentHelp("A DID or a handle.", valueName: "account")) var account: String?

  func answer(_ job: inout Job) async throws -> Answer {
    let did = try job.accountDID(account)
    let accounts = try job.accounts()
    let found = try accounts.account(did)
    let programs = try accounts.appPasswords(of: did)
    let status = try job.store().repo(did).status
    let card = Card([
      "did": .id("\(did)"), "handle": status.handle.map { .id("\($0)") } ?? .absent,
      "status": status.status == .active ? .good("active") : .bad(status.status.name ?? "inactive"),
      "password": found?.hasPassword == true ? .text("set") : .bad("none: nobody can log in"),
      "email": found?.email.map { .text($0) }, "app passwords": .count(programs.count),
    ])
    return Answer(
      CBORMap(present: [
        "did": .text(did), "handle": status.handle.map { .text($0) },
        "status": .string(status.status.name ?? "active"),
        "hasPassword": .bool(found?.hasPassword ?? false),
        "email": found?.email.map { .string($0) }, "appPasswords": .count(programs.count),
      ]),
      page: [.card(card)], next: found == nil ? ["plaited account password"] : ["plaited serve"])
  }
}

struct AccountPassword: Verb {
  static let configuration = verb(
    "password", "Set the password of an account; without a file one is made and shown once.",
    "Every session that began with the old password ends.")
  static let examples = [
    Example("plaited account password", "make a password and show it"),
    Example("plaited account password --password-file secret.txt", "take one from a file"),
    Example("plaited account password --password-file - <secret.txt", "or from standard input"),
  ]

  @OptionGroup var common: CommonOptions
  @Option(help: ArgumentHelp("A DID or a handle.", valueName: "account")) var account: String?
  @Option(help: ArgumentHelp("A file whose first line is the password.", valueName: "file"))
  var passwordFile: String?
  @Flag(help: "Check what is given, and change nothing.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    let did = try job.accountDID(account)
    let made = passwordFile == nil ? AccountPassword.made() : nil
    let password = try passwordFile.map { try SecretFile.read($0, on: job.desk) } ?? made ?? ""
    if dryRun {
      return Answer(
        ["did": .text(did), "dryRun": true],
        page: [.card(Card(["did": .id("\(did)"), "password": .text("would be set")]))])
    }
    try job.accounts().setPassword(password, of: did, at: job.moment)
    let card = Card(["did": .id("\(did)"), "password": made.map { .id($0) } ?? .text("set")])
    return Answer(
      CBORMap(present: ["did": .text(did), "password": made.map { .string($0) }]),
      page: [.card(card)],
      notes: made == nil ? [] : ["this password is not shown again"], next: ["plaited serve"])
  }

  /// 120 bits of chance.
  private static func made() -> String { Base32.encode(Chance.ofSystem.bytes(15)) }
}

struct AppPasswordNew: Verb {
  static let configuration = verb(
    "new", "Make a password for a program; it is shown once.",
    "It may read and write records, but not change the account; --privileged adds private messages."
  )
  static let examples = [
    Example("plaited account app-password new phone", "make one named phone"),
    Example("plaited account app-password new phone --privileged", "with private messages"),
    Example("plaited account app-password new phone --json", "print it as JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: "What the password is for.") var name: String
  @Option(help: ArgumentHelp("A DID or a handle.", valueName: "account")) var account: String?
  @Flag(help: "Let it do private messages.") var privileged = false
  @Flag(help: "Say what would be made, and make nothing.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    let did = try job.accountDID(account)
    if dryRun {
      return Answer(
        ["name": .string(name), "privileged": .bool(privileged), "dryRun": true],
        page: [.card(Card(["name": .text(name), "password": .text("would be made")]))])
    }
    let password = try job.accounts().createAppPassword(
      name, isPrivileged: privileged, of: did, at: job.moment)
    return Answer(
      ["name": .string(name), "password": .string(password), "privileged": .bool(privileged)],
      page: [.card(Card(["name": .text(name), "password": .id(password)]))],
      notes: ["this password is not shown again"])
  }
}

struct AppPasswordList: Verb {
  static let configuration = verb("list", "The app passwords of an account, without the passwords.")
  static let examples = [
    Example("plaited account app-password list", "the owner's"),
    Example("plaited account app-password list --account alice.example.com", "another account's"),
    Example("plaited account app-password list --ndjson", "an object for each"),
  ]

  @OptionGroup var common: CommonOptions
  @Option(help: ArgumentHelp("A DID or a handle.", valueName: "account")) var account: String?

  func answer(_ job: inout Job) async throws -> Answer {
    let did = try job.accountDID(account)
    try job.printer.openList("appPasswords", [.id("name"), .time("created"), .text("privileged")])
    for password in try job.accounts().appPasswords(of: did) {
      let created = password.created.seconds * 1_000_000
      try job.printer.row(
        [.id(password.name), .time(created), .text(password.isPrivileged ? "yes" : "no")],
        [
          "name": .string(password.name), "created": .string(Instant.text(created)),
          "privileged": .bool(password.isPrivileged),
        ])
    }
    return Answer(next: ["plaited account app-password new NAME"])
  }
}

struct AppPasswordRevoke: Verb {
  static let configuration = verb("revoke", "Take an app password back; its sessions end.")
  static let examples = [
    Example("plaited account app-password revoke phone", "the one named phone"),
    Example("plaited account app-password revoke phone --json", "say so as JSON"),
    Example(
      "plaited account app-password revoke phone --account alice.example.com",
      "that of another account"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: "The name of the password.") var name: String
  @Option(help: ArgumentHelp("A DID or a handle.", valueName: "account")) var account: String?
  @Flag(help: "Say what would be taken back, and take nothing.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    let did = try job.accountDID(account)
    let accounts = try job.accounts()
    let isThere =
      try dryRun
      ? accounts.appPasswords(of: did).contains { $0.name == name }
      : accounts.revokeAppPassword(name, of: did)
    guard isThere else {
      throw Complaint(
        .negative, "AppPasswordNotFound", what: "nothing was revoked",
        why: "\(did) has no app password named \(name)",
        remedy: "plaited account app-password list")
    }
    return Answer(
      CBORMap(present: ["name": .string(name), "dryRun": dryRun ? true : nil]),
      page: [.card(Card([dryRun ? "would be revoked" : "revoked": .text(name)]))])
  }
}
