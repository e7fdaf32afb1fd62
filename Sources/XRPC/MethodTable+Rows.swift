// MethodTable+Reading.swift: the methods that read.
import ATSyntax

extension MethodTable {
  /// Every method that needs no account.
  static let reading = MethodTable([
    .query("com.atproto.server.describeServer") { call in call.describeServer() },
    .query("com.atproto.repo.describeRepo") { call throws(XRPCError) in try call.describeRepo() },
    .query("com.atproto.repo.getRecord") { call throws(XRPCError) in try call.getRecord() },
    .query("com.atproto.repo.listRecords") { call throws(XRPCError) in try call.listRecords() },
    .query("com.atproto.sync.getBlocks", .slow) { call throws(XRPCError) in
      try call.getBlocks()
    },
    .query("com.atproto.sync.getLatestCommit") { call throws(XRPCError) in
      try call.getLatestCommit()
    },
    .query("com.atproto.sync.getRecord") { call throws(XRPCError) in try call.getRecordProof() },
    .query("com.atproto.sync.getRepo", .slow) { call throws(XRPCError) in try call.getRepo() },
    .query("com.atproto.sync.getRepoStatus") { call throws(XRPCError) in
      try call.getRepoStatus()
    },
    .query("com.atproto.sync.listRepos") { call throws(XRPCError) in try call.listRepos() },
    .subscribeRepos,
  ])
}

extension XRPCMethod {
  static let subscribeRepos = subscription("com.atproto.sync.subscribeRepos") {
    parameters throws(XRPCError) in
    let cursor = try parameters.optional("cursor", as: Int.self)
    if let cursor, cursor < 0 {
      throw .invalidRequest("parameter cursor is \(cursor), expected 0 or the seq of an event")
    }
    return Subscription(cursor: cursor.map(UInt64.init))
  }
}
