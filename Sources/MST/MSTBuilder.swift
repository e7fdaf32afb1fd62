// MSTBuilder.swift: the tree of sorted entries, built once from left to right.
//
// One writer per layer is open at a time. A key closes every open layer below its own: each closed
// node becomes the link at the end of the layer above. Memory is one node per layer, whatever the
// number of keys; nothing is kept but what `emit` keeps.
// Spec: https://atproto.com/specs/repository#mst-structure   Invariants: INV-1, INV-3
import DAGCBOR

/// Builds a tree's blocks from entries in ascending key order, in O(height) memory.
public struct MSTBuilder: ~Copyable {
  /// Layer by layer from zero; a node is open where its writer is not empty. Memory of our own,
  /// since an array cannot hold what cannot be copied, and objects cost a third of a build in
  /// reference counts and access checks.
  private let layers: UnsafeMutablePointer<OpenLayer>
  private var layerCount = 0
  /// The layer of the last key, nil before the first.
  private var lastHeight: Int?
  private let heightMax: Int

  /// - Parameter heightMax: the highest layer a key may have; `acceptedHeightMax` for foreign
  ///   trees.
  public init(heightMax: Int = MSTLimits.writtenHeightMax) {
    self.heightMax = min(heightMax, MSTLimits.acceptedHeightMax)
    layers = .allocate(capacity: MSTLimits.acceptedHeightMax + 1)
  }

  deinit {
    // Safe: exactly the layers below layerCount have been initialized, in `append`.
    layers.deinitialize(count: layerCount)
    layers.deallocate()
  }

  /// Adds an entry, whose key must come after every key before it, and emits the nodes it
  /// completes.
  ///
  /// - Throws: `.notAscending`, `.limit`, `.key`; the builder is of no use after that.
  public mutating func append(
    _ key: MSTKey, _ value: CID, emit: (CID, RawSpan) -> Void
  ) throws(MSTError) {
    guard value.codec == .dagCBOR else { throw .value(value) }
    try key.bytes.span.bytes.withUnsafeBytes { bytes throws(MSTError) in
      try append(checked: bytes, value.digest, emit: emit)
    }
  }

  /// As above, with a key's bytes, which are checked here.
  public mutating func append(
    key: UnsafeRawBufferPointer, _ value: Digest, emit: (CID, RawSpan) -> Void
  ) throws(MSTError) {
    try MSTKey.check(key.bytes)
    try append(checked: key, value, emit: emit)
  }

  mutating func append(
    checked key: UnsafeRawBufferPointer, _ value: Digest, emit: (CID, RawSpan) -> Void
  ) throws(MSTError) {
    let height = MSTKey.height(of: key)
    guard height <= heightMax else { throw .limit(.tooHigh, key: text(key)) }
    var shared: Int?
    if let lastHeight {
      let count = layers[lastHeight].sharedCount(with: key)
      guard layers[lastHeight].isFollowed(by: key, sharing: count) else {
        throw .notAscending(key: text(key))
      }
      if lastHeight == height { shared = count }
    }
    while layerCount <= height {
      // Safe: there is room for acceptedHeightMax + 1 layers, and height is at most heightMax.
      (layers + layerCount).initialize(to: OpenLayer())
      layerCount += 1
    }
    for lower in 0..<height { close(lower, emit) }
    guard layers[height].writer.count < MSTLimits.entryCountMax else {
      throw .limit(.tooManyEntries, key: text(key))
    }
    layers[height].append(
      key: key, sharing: shared ?? layers[height].sharedCount(with: key), value: value)
    lastHeight = height
  }

  /// Emits what is still open and returns the root's CID; the builder is empty again.
  public mutating func finish(emit: (CID, RawSpan) -> Void) -> CID {
    lastHeight = nil
    // The top is the highest layer with a key: all above it are closed or were never opened.
    guard let top = (0..<layerCount).last(where: { !layers[$0].writer.isEmpty }) else {
      var layer = OpenLayer()
      return CID(digest: layer.close(emit))
    }
    for lower in 0..<top { close(lower, emit) }
    return CID(digest: layers[top].close(emit))
  }

  /// Finishes the open node of a layer, if there is one, as a link of the layer above.
  private func close(_ height: Int, _ emit: (CID, RawSpan) -> Void) {
    guard !layers[height].writer.isEmpty else { return }
    layers[height + 1].link(layers[height].close(emit))
  }

  private func text(_ key: UnsafeRawBufferPointer) -> String {
    String(decoding: key, as: UTF8.self)
  }
}
