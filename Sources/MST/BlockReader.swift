// BlockReader.swift: where the tree gets its blocks from.
import DAGCBOR

/// Why a block could not be read; not the same as "it is not there".
public struct BlockReadFailure: Error, Hashable, Sendable {
  public var reason: String
  public init(reason: String) { self.reason = reason }
}

/// Blocks by CID. A reader vouches that the bytes it returns hash to the CID asked for, unless its
/// documentation says otherwise; whoever verifies foreign blocks hashes them again.
public protocol BlockReader: Sendable {
  /// - Returns: the block's bytes, or nil where this reader does not have it.
  func block(_ cid: CID) throws(BlockReadFailure) -> [UInt8]?
}

extension BlockReader {
  /// As `block`, with the tree's error where reading failed.
  func found(_ cid: CID) throws(MSTError) -> [UInt8]? {
    do throws(BlockReadFailure) {
      return try block(cid)
    } catch {
      throw .readFailed(cid, reason: error.reason)
    }
  }
}

/// Blocks in memory. As a reader it vouches for what its user put in.
public struct BlockMap: BlockReader, Hashable {
  public var blocks: [CID: [UInt8]]

  public init(_ blocks: [CID: [UInt8]] = [:]) { self.blocks = blocks }

  /// The bytes put in under `cid`, if any.
  public func block(_ cid: CID) -> [UInt8]? { blocks[cid] }

  /// Adds `bytes` under `cid` without hashing them.
  public mutating func insert(_ cid: CID, _ bytes: RawSpan) {
    blocks[cid] = bytes.withUnsafeBytes { Array($0) }
  }
}
