// AccountStore+Nonces.swift: service tokens that have been used, each remembered until it would be
// refused for its age anyway.
import ATSyntax

/// What came of claiming a nonce.
public enum NonceClaim: Hashable, Sendable {
  /// Nobody used it before, and nobody will again.
  case first
  case used
  /// More are remembered than can be: nothing is let in that could be a repetition.
  case full
}

extension AccountStore {
  /// Claims the nonce of a token that is good until `expires`: of any number of calls at once, one
  /// gets it.
  public func claimNonce(
    _ id: String, of issuer: DID, until expires: Moment, at now: Moment
  ) throws(AccountError) -> NonceClaim {
    try write { database throws(AccountError) in
      try database.run("DELETE FROM nonce WHERE expires < ?", .integer(now.seconds))
      let count = try database.row("SELECT count(*) FROM nonce") { $0.integer(0) } ?? 0
      guard count < AccountLimits.nonceCountMax else { return .full }
      let changed = try database.run(
        "INSERT INTO nonce VALUES (?, ?, ?) ON CONFLICT DO NOTHING", .text("\(issuer)"),
        .text(id), .integer(expires.seconds))
      return changed == 1 ? .first : .used
    }
  }
}
