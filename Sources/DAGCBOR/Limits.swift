// Limits.swift: every bound of this module, with its reason.

/// The bounds of what is read and written as DAG-CBOR, JSON or CAR.
public enum Limits {
  /// Containers inside containers, the outermost counting one. Source: data model, recommended.
  public static let nestingMax = 32
  /// Elements of one array or entries of one map. Source: data model, recommended.
  public static let containerCountMax = 131_072
  /// Bytes of one map key. Source: data model, recommended.
  public static let mapKeyByteCountMax = 8_192
  /// Bytes of one binary CID. Source: data model, recommended.
  public static let cidByteCountMax = 100
  /// Bytes of one encoded item. Source: data model, recommended (5 MiB).
  public static let itemByteCountMax = 5 * 1_048_576
  /// Bytes of a JSON text: twice the record's bound, as for records. Source: data model.
  public static let jsonByteCountMax = 2 * itemByteCountMax
  /// Bytes of one CAR section's block: a record may be 1 MiB in a foreign repo, a node 256 KiB.
  public static let carBlockByteCountMax = 2 * 1_048_576
  /// Bytes of a CAR header: a root is 41 bytes, and one is usual.
  public static let carHeaderByteCountMax = 65_536
}
