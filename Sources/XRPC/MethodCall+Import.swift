// MethodCall+Import.swift: com.atproto.repo.importRepo: a repo from a CAR, all of it or nothing.
//
// The body is kept in a file without a name as it comes, so that a slow sender holds no thread and
// no memory; then it is imported as the store imports every CAR: verified whole before it counts.
import ATSyntax
import DAGCBOR
import HummingbirdCore
import NIOCore
import RepoStore

extension MethodCall {
  /// `importRepo`: signed by the account's key here, and of this account.
  func importRepo() async throws(XRPCError) -> Answer {
    guard case .car(let body) = input else { throw .internalServerError }
    let login = try login()
    let spool = try Spool(in: site.store.directory)
    do {
      for try await buffer in body { try spool.append(Array(buffer.readableBytesView)) }
    } catch let error as XRPCError {
      throw error
    } catch {
      throw .invalidRequest("the body did not come whole")
    }
    let reader = SpoolReader(spool)
    do throws(StoreError) {
      _ = try await site.store.importCAR(of: login.did) { () throws(StoreError) in
        try reader.next()
      }
    } catch {
      throw XRPCError(importing: error)
    }
    return .empty
  }
}

extension XRPCError {
  /// What is wrong with a client's CAR.
  fileprivate init(importing error: StoreError) {
    switch error {
    case .importRefused, .appendOnly, .wrongSpace, .limit, .record, .tree, .noSigningKey:
      self = .invalidRequest("\(error)")
    default: self.init(error)
    }
  }
}
