// SubscriberLimits.swift: how far a subscriber may fall behind, and what is kept for it meanwhile.

/// The bounds of a stream. The defaults are for servers; tests make them small.
public struct SubscriberLimits: Sendable, Hashable {
  /// Events that a subscriber that had caught up may fall behind while its socket takes nothing,
  /// before it is cut with `ConsumerTooSlow`.
  public var lagFrameCountMax: UInt64 = 5_000
  /// Seconds that a socket may take nothing, for the same end.
  public var stallSeconds: Int64 = 30
  /// Seconds between pings.
  public var pingSeconds: Int64 = 30
  /// Seconds without a byte from the client, its pongs included, until it is taken for gone.
  public var silenceSeconds: Int64 = 90
  /// Seconds between an announced end and the connection's.
  public var closeSeconds: Int64 = 5
  /// Seconds between looks at the clock.
  public var tickSeconds: Int64 = 1
  /// Bytes and frames of the log's end that are kept in memory for all subscribers together.
  public var tailByteCountMax = 8 << 20
  public var tailFrameCountMax = 8_192
  /// Bytes after which one read of the log for a subscriber further back ends.
  public var backlogByteCount = 65_536
  /// Bytes after which one read of the log for all live subscribers ends.
  public var liveByteCount = 1 << 20
  /// Frames and bytes that are written between looks at the socket.
  public var burstFrameCountMax = 64
  public var burstByteCountMax = 262_144

  public init() {}
}
