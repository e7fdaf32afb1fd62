// ServerLimits.swift: every bound of this module, with its reason.

/// The bounds of what is taken from and kept for clients over the network.
public enum ServerLimits {
  /// Bytes of a request target: 250 CIDs of `sync.getBlocks`.
  public static let targetByteCountMax = 16_384
  /// Parameters in one query string: what a target of CIDs can hold.
  public static let parameterCountMax = 512
  /// Bytes of one header field, name and value. Source: security.
  public static let headerFieldByteCountMax = 16_384
  /// Bytes of all header fields of a request.
  public static let headerListByteCountMax = 65_536
  /// Header fields of a request.
  public static let headerFieldCountMax = 100
  /// Seconds from a connection to the end of its first request's head.
  public static let firstRequestSeconds: Int64 = 10
  /// Seconds that a connection may stay without a request.
  public static let idleSeconds: Int64 = 90
  /// Seconds that a stopping server waits for answers that have begun.
  public static let drainSeconds: Int64 = 10
  /// Open connections; more wait to be accepted.
  public static let connectionCountMax = 12_000
  /// Bytes of a frame that a subscriber sends: it has nothing to say but ping, pong and close.
  public static let clientFrameByteCountMax = 4_096
  /// Bytes of records in a page of `listRecords`, beside the first: a page may hold fewer than
  /// asked for.
  public static let recordPageByteCountMax = 4 << 20
  /// Records in a page of `listRecords`. Source: its lexicon.
  public static let recordPageMax = 100
  /// Repos in a page of `listRepos`. Source: its lexicon.
  public static let repoPageMax = 1_000
  /// Blobs in a page of `listBlobs` and `listMissingBlobs`. Source: their lexicons.
  public static let blobPageMax = 1_000
  /// Bytes of a JSON body. Source: protocol §22.
  public static let jsonByteCountMax = 150 << 10
  /// Bytes of the JSON of records to be written. Source: protocol §22.
  public static let writeByteCountMax = 1_000_000
  /// Bytes that are read where nothing is expected: an empty object.
  public static let emptyBodyByteCountMax = 1_024
  /// Bytes of a blob, unless the server is configured otherwise. Source: the reference.
  public static let blobByteCountDefault = 5 << 20
  /// Counts of who did how much lately: some 20 MB at the most.
  static let rateCountMax = 100_000
  /// Threads that hash passwords: one for each core of a small machine.
  public static let hasherThreadCount = 2
  /// Threads that make exports and answer slow queries, and as many again that read the log for
  /// subscribers: whoever asks for much waits for others who do, and nobody else waits for them.
  public static let readerThreadCount = 2
}
