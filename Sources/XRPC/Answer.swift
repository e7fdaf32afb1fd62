// Answer.swift: what a method says, before it is a response.
import DAGCBOR
import HTTPTypes

/// What a request is answered with when nothing is wrong.
enum Answer: Sendable {
  case json(CBORValue)
  case text(String)
  /// A CAR that is small enough to be whole in memory.
  case car([UInt8])
  /// A CAR of any size: called for the next bytes until it returns nil, by one reader at a time and
  /// off the event loops. A throw breaks the connection off, so that nobody takes it for whole.
  case carStream(@Sendable () throws -> [UInt8]?)
  /// A question whether a page may ask: all is in the headers.
  case preflight
  /// Done, and there is nothing to say.
  case empty
  /// What somebody uploaded, to be kept and never run.
  case blob([UInt8], type: String, cid: CID)

  var status: HTTPResponse.Status {
    switch self {
    case .json, .text, .car, .carStream, .empty, .blob: .ok
    case .preflight: .noContent
    }
  }

  var contentType: String? {
    switch self {
    case .json: "application/json; charset=utf-8"
    case .text: "text/plain; charset=utf-8"
    case .car, .carStream: "application/vnd.ipld.car"
    case .preflight, .empty: nil
    case .blob(_, let type, _): type
    }
  }
}
