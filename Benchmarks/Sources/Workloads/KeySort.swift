// KeySort.swift: pairs in any order, made ascending, as fast as we know how.
//
// Keys lie end to end in one buffer. Slots of (eight bytes of the key, its index) are sorted by
// those eight bytes with a stable radix sort that skips bytes in which all agree; slots that agree
// in all eight are sorted by the next eight. Keys hold no zero byte, so padding sorts a key before
// those that continue it. Not here: building (BuildWorkloads).
import DAGCBOR

/// Keys and values, each key's bytes after the one before.
struct PairArena {
  private(set) var keyBytes: [UInt8] = []
  private(set) var ends: [Int] = [0]
  private(set) var values: [Digest] = []

  var count: Int { values.count }

  init(capacity: Int) {
    keyBytes.reserveCapacity(capacity * 40)
    ends.reserveCapacity(capacity + 1)
    values.reserveCapacity(capacity)
  }

  mutating func append(_ key: UnsafeRawBufferPointer, _ value: Digest) {
    keyBytes.append(contentsOf: key)
    ends.append(keyBytes.count)
    values.append(value)
  }

  /// Calls `body` with each pair in order; `body` must not keep the key.
  func forEach<E: Error>(
    _ body: (UnsafeRawBufferPointer, Digest) throws(E) -> Void
  ) throws(E) {
    try keyBytes.span.bytes.withUnsafeBytes { bytes throws(E) in
      for index in 0..<count {
        try body(
          UnsafeRawBufferPointer(rebasing: bytes[ends[index]..<ends[index + 1]]), values[index])
      }
    }
  }

  /// The same pairs in ascending order of their keys.
  func sorted() -> PairArena {
    var sort = KeySort(self)
    return sort.run()
  }
}

private struct KeySort {
  struct Slot {
    /// Eight bytes of the key as a big-endian word, so that words compare as bytes do.
    var word: UInt64
    var index: Int
  }

  /// Below this many slots the library's sort is faster than counting.
  private static let radixCountMin = 128

  let pairs: PairArena
  var slots: [Slot]
  var spare: [Slot]

  init(_ pairs: PairArena) {
    self.pairs = pairs
    slots = (0..<pairs.count).map { Slot(word: 0, index: $0) }
    spare = slots
  }

  mutating func run() -> PairArena {
    pairs.keyBytes.withUnsafeBytes { bytes in
      slots.withUnsafeMutableBufferPointer { slots in
        spare.withUnsafeMutableBufferPointer { spare in
          KeySort.sort(slots, spare, (bytes, pairs.ends), from: 0)
        }
      }
    }
    var result = PairArena(capacity: pairs.count)
    pairs.keyBytes.withUnsafeBytes { bytes in
      for slot in slots {
        let key = bytes[pairs.ends[slot.index]..<pairs.ends[slot.index + 1]]
        result.append(UnsafeRawBufferPointer(rebasing: key), pairs.values[slot.index])
      }
    }
    return result
  }

  typealias Keys = (bytes: UnsafeRawBufferPointer, ends: [Int])

  /// Sorts slots whose keys agree in their first `depth` bytes.
  private static func sort(
    _ slots: UnsafeMutableBufferPointer<Slot>, _ spare: UnsafeMutableBufferPointer<Slot>,
    _ keys: Keys, from depth: Int
  ) {
    var differing: UInt64 = 0
    for index in slots.indices {
      slots[index].word = word(of: slots[index].index, keys, at: depth)
      differing |= slots[index].word ^ slots[0].word
    }
    if differing != 0 {
      if slots.count < radixCountMin {
        var few = slots
        few.sort { $0.word < $1.word }
      } else {
        radixSort(slots, spare, differing)
      }
    }
    var start = 0
    while start < slots.count {
      let word = slots[start].word
      var end = start + 1
      while end < slots.count, slots[end].word == word { end += 1 }
      // A last byte of zero is padding: these keys are equal.
      if end - start > 1, word & 0xff != 0 {
        sort(
          UnsafeMutableBufferPointer(rebasing: slots[start..<end]),
          UnsafeMutableBufferPointer(rebasing: spare[start..<end]), keys, from: depth + 8)
      }
      start = end
    }
  }

  /// Sorts by word, one byte after the other from the last, leaving out those in which all agree.
  private static func radixSort(
    _ slots: UnsafeMutableBufferPointer<Slot>, _ spare: UnsafeMutableBufferPointer<Slot>,
    _ differing: UInt64
  ) {
    var (source, target) = (slots, spare)
    for shift in stride(from: 0, to: UInt64(64), by: 8) where differing >> shift & 0xff != 0 {
      withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { starts in
        starts.update(repeating: 0)
        for slot in source { starts[Int(slot.word >> shift & 0xff)] += 1 }
        var total = 0
        for byte in 0..<256 { (starts[byte], total) = (total, total + starts[byte]) }
        for slot in source {
          let byte = Int(slot.word >> shift & 0xff)
          target[starts[byte]] = slot
          starts[byte] += 1
        }
      }
      swap(&source, &target)
    }
    if source.baseAddress != slots.baseAddress { _ = slots.update(from: source) }
  }

  /// Eight bytes of a key from `depth` on, padded with zeros.
  @inline(__always)
  private static func word(of index: Int, _ keys: Keys, at depth: Int) -> UInt64 {
    let start = keys.ends[index] + depth
    let end = keys.ends[index + 1]
    if start + 8 <= end {
      return UInt64(bigEndian: keys.bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
    }
    var word: UInt64 = 0
    for offset in 0..<8 {
      word = word << 8 | (start + offset < end ? UInt64(keys.bytes[start + offset]) : 0)
    }
    return word
  }
}
