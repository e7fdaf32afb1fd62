// JWS.swift: the compact form of signed JSON, read strictly: three parts, one reading.
//
//   base64url(header) . base64url(payload) . base64url(signature)      no padding, no spare bits
//
// Both parts are JSON objects in which no name stands twice and no number is a fraction. What is
// not understood and must be (`crit`), or would change what is signed (`b64`), is refused.
// Not here: keys and claims (SessionToken, ServiceToken), and any algorithm but the three that the
// protocol has. Spec: RFC 7515, RFC 7519
import DAGCBOR

/// A token that was taken apart; nothing about it has been checked but its form.
public struct JWS: Hashable, Sendable {
  public let header: CBORMap
  public let payload: CBORMap
  /// What is signed: the two first parts as they came.
  public let signed: [UInt8]
  public let signature: [UInt8]

  /// Takes a token apart.
  /// - Throws: what is wrong with its form.
  public init(_ text: String) throws(TokenError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= TokenLimits.byteCountMax else {
      throw .tooLong(byteCount: bytes.count)
    }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .form(partCount: parts.count) }
    header = try JWS.object(parts[0], .header)
    payload = try JWS.object(parts[1], .payload)
    guard let signature = Base64.decode(parts[2], alphabet: .url, padding: .none) else {
      throw .base64(.signature)
    }
    self.signature = signature
    signed = Array(bytes[..<parts[1].endIndex])
    for name in ["crit", "b64", "zip", "enc"] where header[name] != nil {
      throw .header(name: name)
    }
  }

  private static func object(
    _ text: ArraySlice<UInt8>, _ part: TokenError.Part
  ) throws(TokenError) -> CBORMap {
    guard let json = Base64.decode(text, alphabet: .url, padding: .none) else {
      throw .base64(part)
    }
    let value: CBORValue
    do throws(JSONError) {
      value = try JSONForm.decode(json, as: .plain)
    } catch {
      throw .json(part, error)
    }
    guard case .map(let map) = value else { throw .notObject(part) }
    return map
  }

  /// Puts a token together.
  static func text(
    header: CBORMap, payload: CBORMap, signing sign: ([UInt8]) -> [UInt8]
  ) -> String {
    let parts = [header, payload].map {
      Base64.encode(JSONForm.encode(.map($0)), alphabet: .url)
    }
    let signed = parts.joined(separator: ".")
    return "\(signed).\(Base64.encode(sign(Array(signed.utf8)), alphabet: .url))"
  }

  /// What a token says to be signed with, and what kind it says to be.
  public var algorithm: String? { header["alg"]?.stringValue }
  public var type: String? { header["typ"]?.stringValue }
}

/// The bounds of tokens.
public enum TokenLimits {
  /// Bytes of a token: a DID of 2 048 bytes twice, in base64, and what stands beside.
  public static let byteCountMax = 8_192
  /// Seconds that a service token may be good for. Source: protocol, getServiceAuth.
  public static let serviceSecondsMax: Int64 = 3_600
  /// Bytes of a nonce.
  public static let nonceByteCountMax = 256
}
