// LogFiles.swift: the files of a store's log and packs by number: names, and handles to read them.
import Synchronization

/// Where the parts of a store are.
struct StoreLayout: Sendable {
  var root: String

  var log: String { root + "/log" }
  var packs: String { root + "/packs" }
  var index: String { root + "/index" }
  var keys: String { root + "/keys" }
  var blobs: String { root + "/blobs" }
  var lock: String { root + "/plaited.lock" }

  /// The directory in which the store's own is.
  var parent: String {
    var path = root[...]
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  func path(of file: BlockFile) -> String {
    switch file {
    case .segment(let file): "\(log)/\(StoreLayout.name(ofSegment: file)).seg"
    case .pack(let number): "\(packs)/\(StoreLayout.digits(number)).pack"
    }
  }

  /// `0012`, or `0012-1` for a segment that was written anew once.
  static func name(ofSegment file: UInt32) -> String {
    let bits = StoreState.SegmentMark.numberBitCount
    let generation = file >> bits
    let number = digits(file & (1 << bits - 1))
    return generation == 0 ? number : "\(number)-\(generation)"
  }

  /// What a segment's file name says; nil for any other name.
  static func segment(of name: String) -> UInt32? {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return number(of: name, suffix: ".seg") }
    guard let number = number(of: parts[0] + ".seg", suffix: ".seg"), name.hasSuffix(".seg"),
      let generation = UInt32(parts[1].dropLast(4)),
      1...StoreState.SegmentMark.generationMax ~= generation
    else { return nil }
    return StoreState.SegmentMark.file(number, generation)
  }

  /// The number that a file name such as `0012.seg` begins with; nil for any other name.
  static func number(of name: String, suffix: String) -> UInt32? {
    guard name.hasSuffix(suffix) else { return nil }
    let digits = name.dropLast(suffix.count)
    guard digits.count >= 4, digits.allSatisfy(\.isNumber) else { return nil }
    return UInt32(digits)
  }

  /// At least four digits.
  static func digits(_ number: UInt32) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 4 - text.count)) + text
  }
}

/// Open segments and packs, each opened once and read with `pread` by any number of threads.
final class LogFiles: Sendable {
  let layout: StoreLayout
  let disk: any Disk
  private let open = Mutex<[BlockFile: any DiskFile]>([:])

  init(_ layout: StoreLayout, on disk: any Disk) {
    self.layout = layout
    self.disk = disk
  }

  func file(_ name: BlockFile) throws(DiskError) -> any DiskFile {
    if let file = open.withLock({ $0[name] }) { return file }
    let file = try disk.open(layout.path(of: name), .reading)
    open.withLock { $0[name] = file }
    return file
  }

  func forget(_ name: BlockFile) {
    open.withLock { $0[name] = nil }
  }

  /// The segments that are there, ascending by number; one that was written anew may be there
  /// twice.
  func segmentFiles() throws(DiskError) -> [UInt32] {
    let bits = StoreState.SegmentMark.numberBitCount
    return try disk.names(in: layout.log).compactMap { StoreLayout.segment(of: $0) }
      .sorted { ($0 << (32 - bits), $0) < ($1 << (32 - bits), $1) }
  }

  /// The number of the newest segment; nil where there is none.
  func lastSegment() throws(DiskError) -> UInt32? {
    try segmentFiles().last.map { $0 & (1 << StoreState.SegmentMark.numberBitCount - 1) }
  }

  func packNumbers() throws(DiskError) -> [UInt32] {
    try numbers(in: layout.packs, suffix: ".pack")
  }

  private func numbers(in directory: String, suffix: String) throws(DiskError) -> [UInt32] {
    try disk.names(in: directory)
      .compactMap { StoreLayout.number(of: $0, suffix: suffix) }.sorted()
  }
}
