// MSTLimits.swift: every bound of the tree, with its reason.

/// The bounds that keep a tree's shape honest. Keys can be mined to degenerate a tree (layer-0 keys
/// cost 1.33 hashes each), so the bounds hold on write as well as on read. Honest data does not
/// meet them: 10⁷ keys reach layer 24 with probability 4·10⁻⁸ and 256 entries with 10⁻³².
public enum MSTLimits {
  /// Bytes of one key. Source: both reference implementations.
  public static let keyByteCountMax = 1_024
  /// Entries of one node, written or read.
  public static let entryCountMax = 256
  /// The highest layer a written key may have.
  public static let writtenHeightMax = 24
  /// The highest layer accepted in other people's trees.
  public static let acceptedHeightMax = 32
  /// Bytes of one encoded node: what the bounds on entries and keys permit, and no more.
  public static let nodeByteCountMax = 64 + entryCountMax * (keyByteCountMax + 104)
}
