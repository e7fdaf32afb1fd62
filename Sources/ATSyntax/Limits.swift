// Limits.swift: how many bytes each kind of text may have, with its source.

/// The bounds of identifiers, in bytes of their text. Lower bounds follow from the grammars.
public enum SyntaxLimits {
  /// Source: https://atproto.com/specs/did (2 KiB); the shortest is `did:m:v`.
  public static let did = 7...2_048
  /// Source: https://atproto.com/specs/handle, as DNS names; the shortest is `a.b`.
  public static let handle = 3...253
  /// One label of a handle or segment of an NSID. Source: DNS.
  public static let label = 1...63
  /// Source: https://atproto.com/specs/nsid (253 + 1 + 63); the shortest is `a.b.c`.
  public static let nsid = 5...317
  /// Source: https://atproto.com/specs/record-key
  public static let recordKey = 1...512
  /// Source: https://atproto.com/specs/tid
  public static let tid = 13...13
  /// Source: https://atproto.com/specs/at-uri-scheme (8 KiB); the shortest is `at://a.b`.
  public static let atURI = 8...8_192
  /// An NSID, a slash and a record key. Source: https://atproto.com/specs/repository
  public static let recordPath = 7...830
  /// A key of the Merkle search tree, of which record paths are the strict subset.
  public static let storageKey = 1...1_024
  /// Source: https://atproto.com/specs/lexicon#datetime; the shortest is `YYYY-MM-DDTHH:MM:SSZ`.
  public static let datetime = 20...64
  /// RFC 5646 sets no bound; ours is far above the 35 bytes that its §4.4 calls sufficient.
  public static let language = 2...128
  /// Source: https://atproto.com/specs/lexicon#uri (8 KiB); the shortest is `a:b`.
  public static let uri = 3...8_192
  /// The lexicon format `cid`. Ours: a real CID with the longest common hash stays below.
  public static let cid = 8...256
}
