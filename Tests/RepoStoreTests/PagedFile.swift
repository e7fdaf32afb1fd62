// PagedFile.swift: the bytes of one file on a disk that may lose power: what readers see, what is
// durable, and what each page held since the last sync.
//
// Without a sync nothing is promised: any subset of the pages may have reached the disk, in any of
// their versions, torn between 512-byte sectors, with any length between the old and the new one.
import TestKit

struct PagedFile: Sendable {
  static let pageByteCount = 4_096
  static let sectorByteCount = 512

  /// What a reader sees.
  private(set) var bytes: [UInt8] = []
  /// What is there after a power cut, whatever happens.
  private var durable: [UInt8] = []
  /// The versions of each page that was written since the last sync, oldest first.
  private var versions: [Int: [[UInt8]]] = [:]
  /// How often writing back has failed: each handle is told once.
  private(set) var failureCount = 0

  init() {}

  /// A file that has been there for long.
  init(durable: [UInt8]) {
    bytes = durable
    self.durable = durable
  }

  var isSynced: Bool { versions.isEmpty && bytes.count == durable.count }

  mutating func write(_ new: UnsafeRawBufferPointer, at offset: Int) {
    guard !new.isEmpty else { return }
    let end = offset + new.count
    if bytes.count < end {
      bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
    }
    bytes.replaceSubrange(offset..<end, with: new)
    for page in offset / PagedFile.pageByteCount...(end - 1) / PagedFile.pageByteCount {
      versions[page, default: []].append(PagedFile.page(page, of: bytes))
    }
  }

  mutating func sync() {
    if durable.count < bytes.count {
      durable.append(contentsOf: repeatElement(0, count: bytes.count - durable.count))
    }
    for page in versions.keys {
      let start = page * PagedFile.pageByteCount
      let end = min(bytes.count, start + PagedFile.pageByteCount)
      durable.replaceSubrange(start..<end, with: bytes[start..<end])
    }
    versions = [:]
  }

  /// Writing back fails: what was to be synced stays in the page cache, looks clean, and never
  /// reaches the disk.
  mutating func failSync() {
    versions = [:]
    failureCount += 1
  }

  /// Changes one bit of what is durable: rot.
  mutating func flip(bit: Int) {
    bytes[bit / 8] ^= 1 << (bit % 8)
    durable = bytes
  }

  private static func page(_ page: Int, of bytes: [UInt8]) -> [UInt8] {
    let start = page * pageByteCount
    guard start < bytes.count else { return [] }
    return Array(bytes[start..<min(bytes.count, start + pageByteCount)])
  }

  /// The bytes after a power cut.
  func crashed(_ chance: inout CrashChance) -> [UInt8] {
    var image = durable
    let length = chance.length(from: durable.count, to: bytes.count)
    if length > image.count {
      image.append(contentsOf: repeatElement(0, count: length - image.count))
    }
    for page in versions.keys.sorted() {
      let start = page * PagedFile.pageByteCount
      guard start < image.count, let versions = versions[page] else { continue }
      let version = chance.version(of: versions)
      for sector in stride(from: 0, to: version.count, by: PagedFile.sectorByteCount) {
        let from = start + sector
        let end = min(start + version.count, from + PagedFile.sectorByteCount, image.count)
        guard from < end, chance.keepsSector() else { continue }
        image.replaceSubrange(from..<end, with: version[sector..<sector + end - from])
      }
    }
    return image
  }
}

/// What becomes of everything that was not durable when the power went.
struct CrashChance {
  enum Mood: CaseIterable {
    case keepsAll, dropsAll, dropsPages, tears
  }

  private var random: SplitMix64
  private let mood: Mood
  private var keepsPage = true

  init(_ random: inout SplitMix64) {
    self.random = SplitMix64(seed: random.next())
    mood = Mood.allCases.randomElement(using: &random) ?? .tears
  }

  mutating func keepsName() -> Bool {
    switch mood {
    case .keepsAll: true
    case .dropsAll: false
    case .dropsPages, .tears: Bool.random(using: &random)
    }
  }

  mutating func length(from old: Int, to new: Int) -> Int {
    switch mood {
    case .keepsAll: return new
    case .dropsAll: return old
    case .dropsPages, .tears:
      let pages = Array(stride(from: old, to: new, by: PagedFile.pageByteCount)) + [new]
      return pages.randomElement(using: &random) ?? new
    }
  }

  mutating func version(of versions: [[UInt8]]) -> [UInt8] {
    keepsPage = keepsName()
    if mood == .keepsAll || Bool.random(using: &random) { return versions[versions.count - 1] }
    return versions[Int.random(in: versions.indices, using: &random)]
  }

  mutating func keepsSector() -> Bool {
    mood == .tears ? Bool.random(using: &random) : keepsPage
  }
}
