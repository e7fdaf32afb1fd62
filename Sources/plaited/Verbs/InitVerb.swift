// InitVerb.swift: `plaited init`: a store with an identity and its two empty, signed trees.
import ATCrypto
import ATSyntax
import ArgumentParser
import DAGCBOR
import Identity
import RepoStore

struct Init: Verb {
  static let configuration = verb(
    "init", "Make a store, with an identity of its own.",
    """
    Without --did a did:plc identity is made and signed here, without a network: its recovery key \
    comes first, and no directory is told. With --did the store is for an identity that exists, \
    whose document must name the signing key.

    The account has two trees, a public and a private one; plaited repo policy says which \
    collections are kept where. Keys go into the store's folder keys/; take the recovery key \
    away from this machine.
    """)
  static let examples = [
    Example("plaited init", "make a store in ./data with a new identity"),
    Example(
      "plaited init --handle alice.example.com --public-url https://pds.example.com",
      "with a handle and the place where it will be served"),
    Example(
      "plaited init -C other --did did:web:example.com --key signing.key",
      "for a did:web that you have, with a key of your own"),
  ]

  @OptionGroup var common: CommonOptions
  @Option(help: ArgumentHelp("An identity that exists.", valueName: "did"))
  var did: String?
  @Option(help: "The handle of the account.") var handle: String?
  @Option(help: ArgumentHelp("Where the account will be served.", valueName: "url"))
  var publicURL: String?
  @Option(help: ArgumentHelp("The signing key, else one is made.", valueName: "file"))
  var key: String?
  @Option(help: ArgumentHelp("The recovery key, else one is made.", valueName: "file"))
  var recoveryKey: String?
  @Option(
    help: ArgumentHelp(
      "A clock that stands at this microsecond; then no recovery key is made.",
      valueName: "micros"))
  var clock: UInt64?
  @Flag(help: "Check everything, and make nothing.")
  var dryRun = false

  /// Declared private by the plan of lexicons, and append-only by it.
  static let policy = RepoPolicy(
    privateCollections: [
      "dev.plaited.agent.*", "dev.joelclaw.memory.*", "dev.joelclaw.telemetry.*",
    ],
    appendOnlyCollections: [
      "dev.plaited.agent.event", "dev.plaited.agent.decision", "dev.plaited.constraint",
      "dev.plaited.constraint.suspension", "dev.plaited.modnet.payment",
      "dev.plaited.identity.sshCert", "dev.plaited.identity.caKey",
    ])

  func answer(_ job: inout Job) async throws -> Answer {
    let handle = try handle.map { try Handle($0) }
    let signing = try key.map { try job.privateKey($0) } ?? .generate(on: .k256)
    let existing = try did.map { try DID($0) }
    let server = try server()
    try refuseExisting(job)
    if dryRun { return try preview(job, existing, handle) }
    let store = try job.store(StoreWish(createsIfMissing: true, clock: clock))
    guard store.repos.isEmpty else { throw exists(job, store.repos[0].did) }
    let recovery = existing == nil ? try recoveryPair(job) : nil
    let name: DID
    if let existing {
      name = existing
    } else {
      let genesis = try Genesis(
        Genesis.Wish(
          signing: signing, recovery: recovery?.key, handle: handle, server: server))
      name = genesis.did
      try IdentityFile(of: name, in: job).write(genesis.operation, in: job)
    }
    let new = NewRepo(name, .public, key: signing, handle: handle, policy: Init.policy)
    let repo = try await store.createRepo(new)
    try await store.createRepo(NewRepo(name, .private, key: signing))
    return try answer(repo, signing.publicKey, recovery, in: store)
  }

  /// What is there already is never made anew, and not even opened.
  private func refuseExisting(_ job: Job) throws {
    guard Folder.isThere("\(job.folder)/log") else { return }
    let repos = try job.store().repos
    if let first = repos.first { throw exists(job, first.did) }
  }

  /// Keys that are not made have no names, and so has an identity that is not made.
  private func preview(_ job: Job, _ did: DID?, _ handle: Handle?) throws -> Answer {
    if let recoveryKey { _ = try job.privateKey(recoveryKey) }
    return Answer(
      CBORMap(present: [
        "path": .string(job.folder), "did": did.map { .text($0) },
        "handle": handle.map { .text($0) }, "dryRun": true,
      ]),
      page: [
        .card(
          Card([
            "would be": .good("made"), "store": .text(job.folder),
            "did": .text(did?.description ?? "a new did:plc"),
            "handle": handle.map { .id("\($0)") },
          ]))
      ])
  }

  private func exists(_ job: Job, _ did: DID) -> Complaint {
    Complaint(
      .cannotCreate, "StoreExists", what: "no store was made",
      why: "\(job.folder) holds one already, of \(did)",
      remedy: "plaited status, or name another place with -C")
  }

  private func server() throws -> HTTPOrigin? {
    guard let publicURL else { return nil }
    if let origin = HTTPOrigin(publicURL) { return origin }
    throw Complaint(
      .usage, "UsageError", what: "\(publicURL) is not a place to be served at",
      why: "expected https://host[:port], and nothing after it",
      remedy: "plaited init --public-url https://pds.example.com")
  }

  /// The recovery key, and the file in which it was put if it was made here.
  private func recoveryPair(_ job: Job) throws -> (key: PrivateKey, file: String?)? {
    if let recoveryKey { return (try job.privateKey(recoveryKey), nil) }
    if clock != nil { return nil }
    let key = PrivateKey.generate(on: .k256)
    let file = "\(job.keyFolder)/recovery-\(key.publicKey.multikey).key"
    try KeyFile.write(key, to: file)
    return (key, file)
  }

  private func answer(
    _ repo: Repo, _ signing: PublicKey, _ recovery: (key: PrivateKey, file: String?)?,
    in store: RepoStore
  ) throws -> Answer {
    let head = try repo.head
    var members = head.members
    for (name, value) in CBORMap(present: [
      "did": .text(repo.did), "handle": try repo.status.handle.map { .text($0) },
      "signingKey": .string(signing.didKey),
      "recoveryKey": recovery.map { .string($0.key.publicKey.didKey) },
      "recoveryKeyFile": recovery?.file.map { .string($0) }, "path": .string(store.directory),
    ]) {
      members[name] = value
    }
    var card = Card([
      "store": .text(store.directory), "did": .id("\(repo.did)"),
      "handle": try repo.status.handle.map { .id("\($0)") },
      "signing key": .id(signing.didKey),
      "recovery key": recovery.map { .id($0.key.publicKey.didKey) },
      "recovery file": recovery?.file.map { .id($0) },
    ])
    card.add(head)
    var notes: [String] = []
    if recovery?.file != nil { notes.append("move the recovery key to a safe place") }
    if did == nil, recovery == nil {
      notes.append("no recovery key: only the signing key can change this identity")
    }
    return Answer(
      members, page: [.card(card)], notes: notes,
      next: ["plaited repo create app.example.note '{\"text\":\"hello\"}'"])
  }
}
