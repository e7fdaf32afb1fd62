// IdentityFile.swift: the signed operations of identities that were made here, one file each.
//
//   data/identity/did:plc:….json     the JSON of the operation that creates the identity
import ATSyntax
import Identity

struct IdentityFile {
  let path: String

  init(of did: DID, in job: Job) { path = "\(job.folder)/identity/\(did).json" }

  /// Writes the operation, durably.
  func write(_ operation: PLCOperation, in job: Job) throws {
    try Folder.make("\(job.folder)/identity")
    let file = try ReplacingFile(path)
    try file.append(operation.json + [UInt8(ascii: "\n")])
    try file.finish()
  }

  /// The operation, or nil where the identity was made elsewhere.
  func read() throws -> PLCOperation? {
    guard Folder.isThere(path) else { return nil }
    return try PLCOperation(
      json: try ReadableFile(path).inlet.all(upTo: IdentityLimits.operationJSONByteCountMax))
  }
}
