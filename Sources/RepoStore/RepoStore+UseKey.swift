// RepoStore+UseKey.swift: a signing key that is kept outside of the store, for as long as it is
// open.
import ATCrypto
import ATSyntax

extension RepoStore {
  /// Lets the repos of `did` be written with `key`, which stays where it is: nothing is written to
  /// the store's own keys.
  ///
  /// - Throws: `.noRepo`; `.policy` where another key signs its commits, or none does yet
  ///   (`giveKey`).
  public func useKey(_ key: PrivateKey, of did: DID) throws(StoreError) {
    let signers = repos.filter { $0.did == did }.map(\.signingKey)
    guard !signers.isEmpty else { throw .noRepo(did, .public) }
    guard signers.contains(key.publicKey.multikey) else {
      let known = signers.compactMap { $0 }.first.map { "did:key:\($0)" } ?? "none"
      throw .policy("the signing key of \(did) is \(known), not \(key.publicKey.didKey)")
    }
    keys.lend(key)
  }
}
