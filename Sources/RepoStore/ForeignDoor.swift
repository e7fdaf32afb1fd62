// ForeignDoor.swift: what a record of somebody else's repo must be to come in.
//
// Less than what is written here must be (RecordDoor): records of others may hold links of other
// forms, and their types are theirs. Bytes stay as they are.
import ATSyntax
import DAGCBOR
import MST

struct ForeignDoor {
  var policy: RepoPolicy
  var validate: StoreOptions.Validate?
  var validation: ValidationMode
  private(set) var schemaCounts: [ValidationStatus: Int] = [:]

  init(policy: RepoPolicy, validate: StoreOptions.Validate?, validation: ValidationMode) {
    self.policy = policy
    self.validate = validate
    self.validation = validation
  }

  /// What is wrong with one record; nil: nothing.
  mutating func fault(of key: MSTKey, _ cid: CID, in walk: StagedWalk) -> StoreError? {
    do throws(StoreError) {
      let path = try translate({ () throws(SyntaxError) in
        try key.bytes.span.bytes.withUnsafeBytes { bytes throws(SyntaxError) in
          try RecordPath(utf8: bytes)
        }
      }) { StoreError.importRefused(.unreadable("\(key): \($0)")) }
      guard policy.space(of: path.collection) == .public else {
        return .wrongSpace(path.collection, belongsTo: .private)
      }
      let found = try translate({ () throws(BlockReadFailure) in
        try walk.with(cid) { judgement(of: $0, path, cid) }
      }) { StoreError.importRefused(.unreadable($0.reason)) }
      guard let found else { return .importRefused(.recordMissing(path, cid)) }
      if let status = found.status { schemaCounts[status, default: 0] += 1 }
      return found.fault
    } catch {
      return error
    }
  }

  private struct Judgement {
    var fault: StoreError?
    /// What was found of the schema, where somebody looked.
    var status: ValidationStatus?
  }

  private func judgement(of block: RawSpan, _ path: RecordPath, _ cid: CID) -> Judgement {
    guard block.byteCount <= StoreLimits.foreignRecordByteCountMax else {
      return Judgement(fault: .importRefused(.record(path, cid, "\(block.byteCount) bytes")))
    }
    do throws(CBORError) {
      try CBOR.validateObject(block)
    } catch {
      return Judgement(fault: .importRefused(.record(path, cid, "\(error)")))
    }
    guard validation != .off, let validate else { return Judgement() }
    do throws(RecordRefusal) {
      return Judgement(status: try validate(path, block, validation))
    } catch {
      return Judgement(fault: .record(path, error))
    }
  }
}
