// CARFile.swift: a CAR as a place to read blocks from.
//
// One pass hashes every block and remembers where it lies; afterwards blocks are read when they are
// needed. What comes through a pipe is kept in memory.
import DAGCBOR
import MST

final class CARFile: BlockReader {
  private struct Place {
    var offset: Int
    var byteCount: Int
  }

  private enum Source {
    case file(ReadableFile)
    case memory([UInt8])

    /// The CID that a section begins with, after its length.
    func cid(inSectionAt offset: Int) throws -> CID? {
      let count = 9 + CID.byteCount
      let bytes =
        switch self {
        case .file(let file): try file.bytes(at: offset, count: count)
        case .memory(let bytes): Array(bytes.dropFirst(offset).prefix(count))
        }
      guard let end = bytes.firstIndex(where: { $0 < 0x80 }) else { return nil }
      return CID(binary: Array(bytes[(end + 1)...].prefix(CID.byteCount)))
    }
  }

  let name: String
  let roots: [CID]
  let byteCount: Int
  private let places: [CID: Place]
  private let source: Source

  var blockCount: Int { places.count }
  var cids: some Sequence<CID> { places.keys }

  /// Reads the file at `path`, or standard input for `-`.
  /// - Throws: `InvalidCAR` with rule and offset; what opening and reading throw.
  convenience init(_ path: String, on desk: Desk) throws {
    guard path == "-" else {
      let file = try ReadableFile(desk.path(path))
      try self.init(path, .file(file), file.inlet)
      return
    }
    var bytes: [UInt8] = []
    while case let more = try desk.input.read(), !more.isEmpty { bytes += more }
    let reader = OnceReader(bytes)
    try self.init("standard input", .memory(bytes), Inlet { reader.take() })
  }

  private init(_ name: String, _ source: Source, _ inlet: Inlet) throws {
    self.name = name
    self.source = source
    var reader = CARReader()
    var roots: [CID] = []
    var places: [CID: Place] = [:]
    var byteCount = 0
    do {
      while case let more = try inlet.read(), !more.isEmpty {
        byteCount += more.count
        reader.append(more)
        while let item = try reader.next() {
          switch item {
          case .header(let found): roots = found
          case .block(let cid, let bytes, let offset):
            places[cid] = Place(offset: Int(offset), byteCount: bytes.count)
          }
        }
      }
      try reader.finish()
    } catch let error as CARError {
      let cid = error.rule == .hash ? try source.cid(inSectionAt: Int(error.offset)) : nil
      throw Complaint.car(name, error, in: cid)
    }
    self.roots = roots
    self.places = places
    self.byteCount = byteCount
  }

  func block(_ cid: CID) throws(BlockReadFailure) -> [UInt8]? {
    guard let place = places[cid] else { return nil }
    switch source {
    case .memory(let bytes): return Array(bytes[place.offset..<place.offset + place.byteCount])
    case .file(let file):
      do {
        return try file.bytes(at: place.offset, count: place.byteCount)
      } catch {
        throw BlockReadFailure(reason: "\(error)")
      }
    }
  }

  /// Where a block begins in the file.
  func offset(of cid: CID) -> Int? { places[cid]?.offset }
}

extension Complaint {
  /// - Parameter cid: of the block that is wrong, where one is.
  static func car(_ name: String, _ error: CARError, in cid: CID? = nil) -> Complaint {
    Complaint(
      .negative, "InvalidCAR", what: "\(name) is not a CAR that can be used",
      why: "\(error)" + (cid.map { ": block \($0)" } ?? ""),
      remedy: "export the repo again, or fetch the file again")
  }
}
