// HandleProof.swift: reading the two places where a handle says which DID it belongs to.
//
// Not here: asking DNS or the web; and whether the DID's document names the handle in return,
// without which a handle proves nothing (DIDDocument.handle). Spec:
// https://atproto.com/specs/handle
import ATSyntax

/// The pure rules of handle resolution. DNS wins where both places answer.
public enum HandleProof {
  /// The name of the TXT record of `handle`.
  public static func dnsName(of handle: Handle) -> String { "_atproto.\(handle)" }

  /// Where `handle` says it over HTTP, as text with status 2xx.
  public static func wellKnownURL(of handle: Handle) -> String {
    "https://\(handle)/.well-known/atproto-did"
  }

  /// The DID in the values of TXT records, each the joined strings of one record.
  ///
  /// Values that are not `did=` and a DID are other people's business and are passed over.
  /// - Returns: nil if no value names a DID.
  /// - Throws: `.conflict` if two values name different ones.
  public static func did(inTXT values: [String]) throws(HandleProofError) -> DID? {
    var found: DID?
    for value in values where value.hasPrefix("did=") {
      let did: DID
      do throws(SyntaxError) {
        did = try DID(String(value.dropFirst(4)))
      } catch {
        continue  // as if it were not there: the specification speaks of valid records only
      }
      if let found, found != did { throw .conflict(found, did) }
      found = did
    }
    return found
  }

  /// The DID in the body of the well-known document: the whole text, but for white space around it.
  ///
  /// - Throws: `.tooLarge` over 4 096 bytes; `.body` unless it is one DID.
  public static func did(inWellKnown body: [UInt8]) throws(HandleProofError) -> DID {
    guard body.count <= IdentityLimits.wellKnownByteCountMax else {
      throw .tooLarge(byteCount: body.count)
    }
    let trimmed = body.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    do throws(SyntaxError) {
      return try DID(String(decoding: Array(trimmed), as: UTF8.self))
    } catch {
      throw .body(error)
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || 0x09...0x0d ~= byte
  }
}

/// Why a handle's answer is no DID.
public enum HandleProofError: Error, Hashable, Sendable, CustomStringConvertible {
  case conflict(DID, DID)
  case tooLarge(byteCount: Int)
  case body(SyntaxError)

  public var description: String {
    switch self {
    case .conflict(let a, let b): "TXT records name both \(a) and \(b); one must go"
    case .tooLarge(let count):
      "atproto-did has \(count) bytes, at most \(IdentityLimits.wellKnownByteCountMax) are read"
    case .body(let error): "atproto-did: \(error)"
    }
  }
}
