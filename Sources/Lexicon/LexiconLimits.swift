// LexiconLimits.swift: every bound of this module, with its reason.

/// The bounds on schemas, which come from strangers as records do.
public enum LexiconLimits {
  /// Bytes of one document: what a record may have, since a schema is published as one.
  public static let documentByteCountMax = 1_048_576
  /// Documents of one catalog. The whole public network has published fewer.
  public static let documentCountMax = 10_000
  /// Values of one closed set or known values of a string, and references of one union.
  public static let choiceCountMax = 4_096
  /// Folders inside the folder of a catalog: an NSID has far fewer segments.
  public static let folderDepthMax = 32
  /// Characters of found text that an error keeps.
  public static let excerptCountMax = 64
  /// Values of one parameter, or values of all parameters together, that are read.
  public static let parameterValueCountMax = 10_000
}
