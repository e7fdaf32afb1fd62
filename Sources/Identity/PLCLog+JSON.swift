// PLCLog+JSON.swift: reading what a did:plc directory says about a log, and comparing it with the
// log.
//
// Spec: https://web.plc.directory/api/redoc (`/{did}/log/audit`)
import ATSyntax
import DAGCBOR

extension PLCLog {
  /// Verifies the audit log that a directory serves for `did`: signatures, order, forks, and that
  /// each entry's `did`, `cid`, `createdAt` and `nullified` are what follows from the operations.
  ///
  /// The times are the directory's word: a directory can say that a fork came in time.
  /// - Complexity: one to ten signatures an operation, at most 10 000 operations.
  /// - Throws: the rule and the operation.
  public init(of did: DID, auditJSON json: [UInt8]) throws(PLCLogError) {
    let fields = try PLCLog.fields(json)
    var claims: [PLCAuditEntry] = []
    for (index, field) in fields.enumerated() {
      let claim = try PLCAuditEntry(field, at: index)
      guard claim.did == did else { throw PLCLogError(.entryDID(claim.did), at: index) }
      claims.append(claim)
    }
    guard let first = claims.first else { throw PLCLogError(.empty, at: nil) }
    try self.init(
      of: did, creation: first.operation, at: first.createdAt.microsecondsSinceEpoch)
    for claim in claims.dropFirst() {
      try append(claim.operation, at: claim.createdAt.microsecondsSinceEpoch)
    }
    for (index, claim) in claims.enumerated()
    where claim.isNullified != entries[index].isNullified {
      throw PLCLogError(.nullified(found: claim.isNullified), at: index)
    }
  }

  private static func fields(_ json: [UInt8]) throws(PLCLogError) -> [Field] {
    let value: CBORValue
    do throws(JSONError) {
      value = try JSONForm.decode(json, as: .plain)
    } catch {
      throw PLCLogError(.json(error), at: nil)
    }
    do throws(FieldError) {
      return try Field(value).elements(countMax: IdentityLimits.logOperationCountMax)
    } catch {
      throw PLCLogError(.field(error), at: nil)
    }
  }
}

/// One entry of an audit log, as the directory gives it.
private struct PLCAuditEntry {
  let did: DID
  let operation: PLCOperation
  let isNullified: Bool
  let createdAt: Datetime

  init(_ field: Field, at index: Int) throws(PLCLogError) {
    let cid: CID
    let time: String
    do throws(FieldError) {
      did = try field["did"].did()
      cid = try field["cid"].cid()
      time = try field["createdAt"].string()
      isNullified = try field["nullified"].bool()
    } catch {
      throw PLCLogError(.field(error), at: index)
    }
    do throws(SyntaxError) {
      createdAt = try Datetime(time)
    } catch {
      throw PLCLogError(.time(error), at: index)
    }
    do throws(PLCOperationError) {
      operation = try PLCOperation(field["operation"])
    } catch {
      throw PLCLogError(.operation(error), at: index)
    }
    guard cid == operation.cid else {
      throw PLCLogError(.entryCID(found: cid, expected: operation.cid), at: index)
    }
  }
}
