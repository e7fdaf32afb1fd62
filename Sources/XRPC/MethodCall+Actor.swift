// MethodCall+Actor.swift: app.bsky.actor, as far as clients ask the server of an account for it:
// preferences, and the profile of an account that is hosted here.
import ATSyntax
import Accounts
import DAGCBOR
import RepoStore

extension MethodCall {
  private static let family = "app.bsky."
  /// Birth dates: not for programs with an app password.
  private static let details = "app.bsky.actor.defs#personalDetailsPref"

  /// `getPreferences`.
  func getPreferences() throws(XRPCError) -> Answer {
    let login = try login()
    let found = try inAccounts { () throws(AccountError) in
      try site.accounts.preferences(of: login.did)
    }
    var preferences: [CBORValue] = []
    for preference in found where preference.type.hasPrefix(MethodCall.family) {
      if preference.type == MethodCall.details, login.reach < .full { continue }
      preferences.append(try value(of: preference))
    }
    return .json(["preferences": .array(preferences)])
  }

  private func value(of preference: Preference) throws(XRPCError) -> CBORValue {
    do throws(JSONError) {
      return try JSONForm.decode(Array(preference.json.utf8))
    } catch {
      var failure = XRPCError.internalServerError
      failure.cause = "a preference: \(error)"
      throw failure
    }
  }

  /// `putPreferences`: all of the family are replaced.
  func putPreferences() throws(XRPCError) -> Answer {
    let login = try login()
    var preferences: [Preference] = []
    for value in try json().list("preferences") {
      guard case .map(let map) = value, let type = map["$type"]?.stringValue else {
        throw .invalidRequest("a preference is no object with a $type")
      }
      guard type.hasPrefix(MethodCall.family) else {
        throw .invalidRequest("a preference's $type does not begin with \(MethodCall.family)")
      }
      guard type != MethodCall.details || login.reach == .full else {
        throw .invalidRequest("an app password may not change \(MethodCall.details)")
      }
      preferences.append(
        Preference(type: type, json: String(decoding: JSONForm.encode(value), as: UTF8.self)))
    }
    let reach = login.reach
    try inAccounts { () throws(AccountError) in
      try site.accounts.setPreferences(preferences, of: login.did) { type in
        type.hasPrefix(MethodCall.family) && (type != MethodCall.details || reach == .full)
      }
    }
    return .empty
  }

  /// `getProfile`: from the account's own record.
  func getProfile() throws(XRPCError) -> Answer {
    let status = try status(of: parameters.required("actor"))
    let path = MethodCall.profilePath
    let record = try inStore { () throws(StoreError) in
      try site.store.repo(status.did).snapshot().record(at: path)
    }
    var answer: CBORMap = [
      "did": .string("\(status.did)"),
      "handle": .string((status.handle ?? .invalid).description), "labels": [],
    ]
    if let record { try copyProfile(of: record, status.did, into: &answer) }
    return .json(.map(answer))
  }

  private static let profilePath: RecordPath = {
    // Safe: both parts are literals of the right form.
    try! RecordPath("app.bsky.actor.profile/self")
  }()

  private func copyProfile(
    of record: StoredRecord, _ did: DID, into answer: inout CBORMap
  ) throws(XRPCError) {
    let value: CBORValue
    do throws(CBORError) {
      value = try record.value
    } catch {
      var failure = XRPCError.internalServerError
      failure.cause = "the profile of \(did): \(error)"
      throw failure
    }
    for name in ["displayName", "description", "createdAt"] {
      if let text = value[name]?.stringValue { answer[name] = .string(text) }
    }
    for name in ["avatar", "banner"] {
      guard let map = value[name]?.mapValue, let blob = BlobReference(map) else { continue }
      answer[name] = .string(
        "\(site.origin)/xrpc/com.atproto.sync.getBlob?did=\(did)&cid=\(blob.cid)")
    }
  }
}
