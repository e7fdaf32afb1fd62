// Numbers.swift: the numbers that a store counts with, each a type of its own.
//
// An LSN orders the log; a seq numbers only what the public stream shows; a RepoID names a tree in
// this store. They must not be mistaken for one another, so none of them is a UInt64.

/// The place of an entry in the log: dense, one more for each entry of any kind, from 1.
public struct LSN: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Before every entry: the cursor of a reader that wants all of them.
  public static let zero = LSN(rawValue: 0)

  public static func < (a: LSN, b: LSN) -> Bool { a.rawValue < b.rawValue }

  public var description: String { String(rawValue) }

  func advanced(by count: Int) -> LSN { LSN(rawValue: rawValue + UInt64(count)) }
}

/// The number of an event of the public stream: gap-free but for announced jumps, never reused.
public struct Seq: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Before every event.
  public static let zero = Seq(rawValue: 0)

  public static func < (a: Seq, b: Seq) -> Bool { a.rawValue < b.rawValue }

  public var description: String { String(rawValue) }
}

/// The name of one tree in this store, never given twice: a DID and a space.
public struct RepoID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let rawValue: UInt32

  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// What an entry names that belongs to no repo.
  static let none = RepoID(rawValue: 0)

  public static func < (a: RepoID, b: RepoID) -> Bool { a.rawValue < b.rawValue }

  public var description: String { String(rawValue) }
}

/// Which of a DID's trees: what everyone may read, or what its owner alone may.
public enum Space: String, Hashable, Sendable, CaseIterable {
  case `public`, `private`
}

/// Who an entry is for.
public enum EventStream: UInt8, Hashable, Sendable {
  /// What subscribers get; numbered by seq.
  case `public` = 1
  /// The owner's other tree; numbered by LSN.
  case `private` = 2
  /// What another host said, in its own words and numbers.
  case mirror = 3

  init(_ space: Space) {
    self = space == .public ? .public : .private
  }
}
