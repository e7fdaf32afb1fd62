// MethodTable+Rows.swift: the methods of this server.
import ATSyntax

extension MethodTable {
  /// All of them.
  static let served = MethodTable(server + identity + repo + sync + actor + admin)

  private static let json = InputRule.json(byteCountMax: ServerLimits.jsonByteCountMax)
  private static let records = InputRule.json(byteCountMax: ServerLimits.writeByteCountMax)

  private static let server: [XRPCMethod] = [
    .query("com.atproto.server.describeServer") { call in call.describeServer() },
    .procedure("com.atproto.server.createSession", .anyone, json) { call throws(XRPCError) in
      try await call.createSession()
    },
    .procedure("com.atproto.server.refreshSession", .refresh, .nothing) {
      call throws(XRPCError) in try call.refreshSession()
    },
    .procedure("com.atproto.server.deleteSession", .oldRefresh, .nothing) {
      call throws(XRPCError) in try call.deleteSession()
    },
    .query("com.atproto.server.getSession", .session(.app)) { call throws(XRPCError) in
      try call.getSession()
    },
    .query("com.atproto.server.getServiceAuth", .session(.app)) { call throws(XRPCError) in
      try call.getServiceAuth()
    },
    .procedure("com.atproto.server.createAppPassword", .session(.full), json) {
      call throws(XRPCError) in try await call.createAppPassword()
    },
    .query("com.atproto.server.listAppPasswords", .session(.full)) { call throws(XRPCError) in
      try call.listAppPasswords()
    },
    .procedure("com.atproto.server.revokeAppPassword", .session(.full), json) {
      call throws(XRPCError) in try call.revokeAppPassword()
    },
    .query("com.atproto.server.checkAccountStatus", .session(.app), .slow) {
      call throws(XRPCError) in try call.checkAccountStatus()
    },
    .procedure("com.atproto.server.activateAccount", .session(.full), .nothing) {
      call throws(XRPCError) in try await call.activateAccount()
    },
    .procedure("com.atproto.server.deactivateAccount", .session(.full), json) {
      call throws(XRPCError) in try await call.deactivateAccount()
    },
  ]

  private static let identity: [XRPCMethod] = [
    .query("com.atproto.identity.resolveHandle") { call throws(XRPCError) in
      try call.resolveHandle()
    },
    .query("com.atproto.identity.resolveDid") { call throws(XRPCError) in try call.resolveDID() },
    .query("com.atproto.identity.resolveIdentity") { call throws(XRPCError) in
      try call.resolveIdentity()
    },
    .query("com.atproto.identity.getRecommendedDidCredentials", .session(.app)) {
      call throws(XRPCError) in try call.getRecommendedDIDCredentials()
    },
  ]

  private static let repo: [XRPCMethod] = [
    .procedure("com.atproto.repo.createRecord", .session(.app), records) {
      call throws(XRPCError) in try await call.createRecord()
    },
    .procedure("com.atproto.repo.putRecord", .session(.app), records) {
      call throws(XRPCError) in try await call.putRecord()
    },
    .procedure("com.atproto.repo.deleteRecord", .session(.app), records) {
      call throws(XRPCError) in try await call.deleteRecord()
    },
    .procedure("com.atproto.repo.applyWrites", .session(.app), records) {
      call throws(XRPCError) in try await call.applyWrites()
    },
    .query("com.atproto.repo.describeRepo", .optional) { call throws(XRPCError) in
      try call.describeRepo()
    },
    .query("com.atproto.repo.getRecord", .optional) { call throws(XRPCError) in
      try call.getRecord()
    },
    .query("com.atproto.repo.listRecords", .optional) { call throws(XRPCError) in
      try call.listRecords()
    },
    .procedure("com.atproto.repo.uploadBlob", .sessionOrService, .blob) {
      call throws(XRPCError) in try call.uploadBlob()
    },
    .procedure("com.atproto.repo.importRepo", .session(.full), .car) { call throws(XRPCError) in
      try await call.importRepo()
    },
    .query("com.atproto.repo.listMissingBlobs", .session(.app), .slow) {
      call throws(XRPCError) in try call.listMissingBlobs()
    },
  ]

  private static let sync: [XRPCMethod] = [
    .query("com.atproto.sync.getBlob", .optional, .slow) { call throws(XRPCError) in
      try call.getBlob()
    },
    .query("com.atproto.sync.listBlobs", .optional, .slow) { call throws(XRPCError) in
      try call.listBlobs()
    },
    .query("com.atproto.sync.getBlocks", .optional, .slow) { call throws(XRPCError) in
      try call.getBlocks()
    },
    .query("com.atproto.sync.getLatestCommit", .optional) { call throws(XRPCError) in
      try call.getLatestCommit()
    },
    .query("com.atproto.sync.getRecord", .optional) { call throws(XRPCError) in
      try call.getRecordProof()
    },
    .query("com.atproto.sync.getRepo", .optional, .slow) { call throws(XRPCError) in
      try call.getRepo()
    },
    .query("com.atproto.sync.getRepoStatus") { call throws(XRPCError) in
      try call.getRepoStatus()
    },
    .query("com.atproto.sync.listRepos") { call throws(XRPCError) in try call.listRepos() },
    .subscribeRepos,
  ]

  private static let actor: [XRPCMethod] = [
    .query("app.bsky.actor.getPreferences", .session(.app)) { call throws(XRPCError) in
      try call.getPreferences()
    },
    .procedure("app.bsky.actor.putPreferences", .session(.app), json) {
      call throws(XRPCError) in try call.putPreferences()
    },
    .query("app.bsky.actor.getProfile", .session(.app)) { call throws(XRPCError) in
      try call.getProfile()
    },
  ]

  private static let admin: [XRPCMethod] = [
    .query("com.atproto.admin.getAccountInfo", .admin) { call throws(XRPCError) in
      try call.getAccountInfo()
    },
    .procedure("com.atproto.admin.updateAccountPassword", .admin, json) {
      call throws(XRPCError) in try await call.updateAccountPassword()
    },
  ]
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
