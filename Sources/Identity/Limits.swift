// Limits.swift: every bound of this module, with its source.

/// The bounds of identity documents. What is written is held to less than what is read, because old
/// did:plc logs were made under looser rules and must still verify.
public enum IdentityLimits {
  /// Bytes of a DID document's JSON. Ours: real ones have 1 to 4 KB.
  public static let documentByteCountMax = 262_144
  /// Bytes of the body of `/.well-known/atproto-did`. Ours: a DID has at most 2 048.
  public static let wellKnownByteCountMax = 4_096

  /// Bytes of a signed operation's DAG-CBOR that are read. Source: did:plc specification.
  public static let operationReadByteCountMax = 7_500
  /// Bytes of a signed operation's DAG-CBOR that are written. Source: the directory's code.
  public static let operationWriteByteCountMax = 4_000
  /// Bytes of an operation's JSON that are read. Ours: `\u0061` for each byte of 7 500, and room.
  public static let operationJSONByteCountMax = 65_536
  /// Elements of rotationKeys, alsoKnownAs, verificationMethods and services. Source: the
  /// directory.
  public static let operationElementCountMax = 10
  /// Rotation keys of an operation that is written. Source: did:plc specification.
  public static let rotationKeyCounts = 1...5
  /// Characters of one of alsoKnownAs, written. Source: the directory (253 of a handle, and
  /// `at://`).
  public static let nameCharacterCountMax = 258
  /// Characters of the name of a verification method or service, written. Source: the directory.
  public static let fragmentCharacterCountMax = 32
  /// Characters of a service's type, written. Source: the directory.
  public static let serviceTypeCharacterCountMax = 256
  /// Characters of a service's endpoint, written. Source: the directory.
  public static let endpointCharacterCountMax = 512

  /// Operations of one log. Ours: 100 a week are allowed, so two years of doing nothing else.
  public static let logOperationCountMax = 10_000
  /// How long a fork by a stronger key may come after the first operation that it nullifies: 72
  /// hours in microseconds. Source: did:plc specification.
  public static let recoveryMicroseconds: Int64 = 72 * 3_600 * 1_000_000
}
