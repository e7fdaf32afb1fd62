// RequestBodies.swift: what a procedure takes as its body, and reading that much of it.
//
// A body is read after its sender is known, and never more of it than the method takes.
// Spec: https://atproto.com/specs/xrpc#lexicon-http-endpoints
import DAGCBOR
import HTTPTypes
import HummingbirdCore
import NIOCore

/// What a procedure takes: a column of the method table.
enum InputRule: Hashable, Sendable {
  /// Nothing; an empty object is as good.
  case nothing
  /// A JSON object of at most so many bytes.
  case json(byteCountMax: Int)
  /// Bytes of any type, at most as many as a blob may have.
  case blob
  /// A CAR, as it comes.
  case car
}

/// The body of one call.
enum CallInput: Sendable {
  case nothing
  case json(JSONInput)
  case blob([UInt8], contentType: String?)
  case car(RequestBody)
}

/// A request's body and what its head says of it.
struct IncomingBody: Sendable {
  let body: RequestBody
  /// The values of `Content-Type`.
  let types: [String]
  /// What `Content-Length` says; nil where the body comes in chunks or there is none.
  let byteCount: Int?
  let isEncoded: Bool

  init(_ request: Request) {
    body = request.body
    let fields = request.head.headerFields
    types = fields[values: .contentType]
    byteCount = fields[.contentLength].flatMap { Int($0) }
    isEncoded = fields[.contentEncoding].map { $0.lowercased() != "identity" } ?? false
  }

  /// Reads what `rule` takes.
  func read(_ rule: InputRule, blobByteCountMax: Int) async throws(XRPCError) -> CallInput {
    guard !isEncoded else {
      throw XRPCError(
        .unsupportedMediaType, status: .unsupportedMediaType,
        "a body with a Content-Encoding is not read here")
    }
    switch rule {
    case .nothing:
      _ = try await bytes(upTo: ServerLimits.emptyBodyByteCountMax)
      return .nothing
    case .json(let byteCountMax):
      try expect("application/json")
      return .json(try JSONInput(try await bytes(upTo: byteCountMax)))
    case .blob:
      let type = types.first
      guard types.count <= 1 else { throw .invalidRequest("more than one Content-Type") }
      return .blob(try await bytes(upTo: blobByteCountMax), contentType: type)
    case .car:
      try expect("application/vnd.ipld.car")
      return .car(body)
    }
  }

  private func expect(_ type: String) throws(XRPCError) {
    let found = types.first?.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    guard types.count == 1, found == type else {
      throw .invalidRequest("the body's Content-Type is not \(type)")
    }
  }

  private func bytes(upTo byteCountMax: Int) async throws(XRPCError) -> [UInt8] {
    let tooLarge = XRPCError(
      .payloadTooLarge, status: .contentTooLarge,
      "the body has more than \(byteCountMax) bytes, which is what this method reads")
    if let byteCount, byteCount > byteCountMax { throw tooLarge }
    var bytes: [UInt8] = []
    var isTooLarge = false
    do {
      for try await buffer in body {
        isTooLarge = bytes.count + buffer.readableBytes > byteCountMax
        if isTooLarge { break }
        bytes.append(contentsOf: buffer.readableBytesView)
      }
    } catch {
      throw .invalidRequest("the body did not come whole")
    }
    if isTooLarge { throw tooLarge }
    return bytes
  }
}

extension JSONInput {
  /// Reads a body as an object of the data model.
  fileprivate init(_ bytes: [UInt8]) throws(XRPCError) {
    let value: CBORValue
    do throws(JSONError) {
      value = try JSONForm.decode(bytes)
    } catch {
      throw .invalidRequest("the body: \(error)")
    }
    guard case .map(let map) = value else {
      throw .invalidRequest("the body is no JSON object")
    }
    self.map = map
  }
}
