// IdentityTargets.swift: any bytes as DID documents, did:plc operations and logs, handle answers.
import ATCrypto
import ATSyntax
import DAGCBOR
import Identity

extension FuzzTarget {
  static let identityTargets = [
    FuzzTarget(
      name: "diddoc",
      seeds: {
        [
          seed(document), seed(#"{"id":"did:plc:abc"}"#),
          seed(#"{"id":"did:plc:abc","service":null}"#),
        ]
      },
      run: { json in
        guard let did = attempt({ try DID("did:plc:abc") }) else { fail("the DID is none") }
        guard let document = attempt({ try DIDDocument(json: json, for: did) }) else { return }
        let again = attempt { try DIDDocument(json: document.json, for: did) }
        require(again == document, "writing changes a document")
      }),
    FuzzTarget(
      name: "plc",
      seeds: {
        [
          [0] + seed(operation), [0] + seed(tombstone), [1] + seed(log),
          [2] + seed(" did:plc:abc\n"), [3] + seed("https://pds.example:443"),
        ]
      },
      run: { input in
        let body = Array(input.dropFirst())
        switch (input.first ?? 0) % 4 {
        case 0: checkOperation(body)
        case 1: checkLog(body)
        case 2: _ = attempt { try HandleProof.did(inWellKnown: body) }
        default: _ = HTTPOrigin(String(decoding: body, as: UTF8.self))
        }
      }),
  ]

  private static let document = ##"""
    {"id":"did:plc:abc","alsoKnownAs":["at://a.example"],"verificationMethod":[{"id":"#atproto",
    "type":"Multikey","controller":"did:plc:abc",
    "publicKeyMultibase":"zQ3shunBKsXixLxKtC5qeSG9E4J5RkGN57im31pcTzbNQnm5w"}],
    "service":[{"id":"#atproto_pds","type":"AtprotoPersonalDataServer",
    "serviceEndpoint":"https://pds.example"}]}
    """##

  private static let operation = ##"""
    {"type":"plc_operation","prev":null,"alsoKnownAs":["at://a.example"],
    "rotationKeys":["did:key:zQ3shunBKsXixLxKtC5qeSG9E4J5RkGN57im31pcTzbNQnm5w"],
    "verificationMethods":{"atproto":
    "did:key:zQ3shunBKsXixLxKtC5qeSG9E4J5RkGN57im31pcTzbNQnm5w"},
    "services":{"atproto_pds":{"type":"AtprotoPersonalDataServer",
    "endpoint":"https://pds.example"}},"sig":"\##(String(repeating: "A", count: 86))"}
    """##

  private static let tombstone = ##"""
    {"type":"plc_tombstone","sig":"\##(String(repeating: "A", count: 86))",
    "prev":"bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"}
    """##

  /// An audit log of one entry.
  private static let log = ##"""
    [{"did":"did:plc:z72i7hdynmk6r22z27h6tvur","operation":\##(operation),"nullified":false,
    "cid":"bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
    "createdAt":"2023-04-12T04:53:57.057Z"}]
    """##

  private static func checkOperation(_ json: [UInt8]) {
    guard let operation = attempt({ try PLCOperation(json: json) }) else { return }
    require(attempt { try CBOR.validate(operation.bytes) } != nil, "an operation is not DAG-CBOR")
    let again = attempt { try PLCOperation(json: operation.json) }
    require(again == operation, "writing changes an operation")
    require(again?.cid == CID(of: operation.bytes), "an operation has another CID")
  }

  private static func checkLog(_ json: [UInt8]) {
    guard let did = attempt({ try DID("did:plc:z72i7hdynmk6r22z27h6tvur") }) else { return }
    require(attempt { try PLCLog(of: did, auditJSON: json) } == nil, "a forged log is accepted")
  }
}
