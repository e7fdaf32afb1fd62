// StreamLimits.swift: every bound of stream events, with its source.

/// The bounds of event-stream frames. Reading refuses what exceeds them; whoever drafts a frame has
/// kept them, because only the caller can choose another form for what is too large.
public enum StreamLimits {
  /// Bytes of one frame. Source: https://atproto.com/specs/event-stream (5 MB).
  public static let frameByteCountMax = 5_000_000
  /// Operations of one commit. Source: lexicon com.atproto.sync.subscribeRepos.
  public static let opCountMax = 200
  /// Bytes of a commit's `blocks`. Source: lexicon com.atproto.sync.subscribeRepos.
  public static let commitBlocksByteCountMax = 2_000_000
  /// Bytes of a sync's `blocks`. Source: lexicon com.atproto.sync.subscribeRepos.
  public static let syncBlocksByteCountMax = 10_000
}
