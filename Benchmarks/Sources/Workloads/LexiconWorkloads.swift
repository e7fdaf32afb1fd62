// LexiconWorkloads.swift: how fast records are held to their schemas, one schema at a time.
//
// The record is the fullest sample of each schema. Beside the compiled schema on bytes: the strict
// check of the same bytes alone, which is part of it, and the judge on a decoded value.
import ATSyntax
import DAGCBOR
import Foundation
import Lexicon

extension Workload {
  /// The schemas that are measured: the smallest, the usual and the largest of ours.
  static let lexiconNames = [
    "dev.joelclaw.system.log", "dev.joelclaw.memory.observation", "dev.plaited.agent.session",
    "dev.plaited.constraint", "dev.plaited.module",
  ]

  private static let validationCount = 10_000

  static func validating() -> [Workload] {
    lexiconNames.flatMap { name in
      [
        Workload("validate/cbor/\(name)", operations: validationCount) { _ in
          let sample = try LexiconSample(name)
          return Pass {
            for _ in 0..<validationCount { try CBOR.validate(sample.bytes) }
          }
        },
        Workload("validate/lexicon/\(name)", operations: validationCount) { _ in
          let sample = try LexiconSample(name)
          return Pass { for _ in 0..<validationCount { use(try sample.checkBytes()) } }
        },
        Workload("judge/lexicon/\(name)", operations: validationCount) { _ in
          let sample = try LexiconSample(name)
          return Pass { for _ in 0..<validationCount { use(try sample.checkValue()) } }
        },
      ]
    } + [
      Workload("load/lexicon/all-documents", operations: 1) { _ in
        let files = try Catalog.files(in: LexiconSample.root + "/lexicons").map {
          JSONForm.encode(.map(try $0.document.get().source))
        }
        return Pass { use(try Catalog(files.map { try LexiconDocument(json: $0) })) }
      }
    ]
  }
}

/// A schema and its fullest valid record.
private struct LexiconSample {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  let catalog: Catalog
  let collection: NSID
  let key: RecordKey
  let value: CBORValue
  let bytes: [UInt8]

  init(_ name: String) throws {
    catalog = try Catalog(folder: Self.root + "/lexicons")
    collection = try NSID(name)
    key = try RecordKey("3jzfcijpj2z2a")
    let path = "\(Self.root)/Tests/LexiconSamples/\(name)/valid-full.json"
    let sample = try JSONForm.decode([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
    value = sample["value"] ?? sample
    bytes = try CBOR.encode(value)
    guard try checkBytes() == .valid, try checkValue() == .valid else {
      throw Invalid(name: name)
    }
  }

  struct Invalid: Error { var name: String }

  func checkBytes() throws -> ValidationStatus {
    try catalog.check(bytes, in: collection, key: key, mode: .required)
  }

  func checkValue() throws -> ValidationStatus {
    try catalog.check(value, in: collection, key: key, mode: .required)
  }
}
