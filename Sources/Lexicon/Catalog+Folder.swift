// Catalog+Folder.swift: a folder of documents: `lexicons/app/example/note.json`.
//
// The only file that touches a disk. Symbolic links are followed as far as `folderDepthMax`
// folders; files that do not end in `.json` are left alone.
import ATSyntax
import DAGCBOR
import Glibc

/// One file of a folder of schemas.
public struct LexiconFile: Sendable {
  /// Below the folder, such as `app/example/note.json`.
  public var path: String
  /// The document, or what is wrong with it.
  public var document: Result<LexiconDocument, LexiconError>
}

extension Catalog {
  /// Reads every `.json` file below `folder`.
  ///
  /// - Throws: the first file that cannot be read or is no document; what `init(_:)` throws.
  public init(folder: String) throws(LexiconError) {
    var documents: [LexiconDocument] = []
    for file in try Catalog.files(in: folder) { documents.append(try file.document.get()) }
    try self.init(documents)
  }

  /// Every `.json` file below `folder`, by path, with what is in it: for a tool that tells all that
  /// is wrong rather than the first.
  ///
  /// A document whose path does not say its id (`app/example/note.json` for `app.example.note`) is
  /// refused with `.place`.
  /// - Throws: where the folder itself cannot be read or holds too much.
  public static func files(in folder: String) throws(LexiconError) -> [LexiconFile] {
    var paths: [String] = []
    try collect(folder, "", depth: 0, into: &paths)
    paths.sort()
    return paths.map { path in
      LexiconFile(
        path: path,
        document: Result { () throws(LexiconError) in
          let document = try LexiconDocument(
            json: try read("\(folder)/\(path)", named: path), name: path)
          let place = document.id.description.split(separator: ".").joined(separator: "/") + ".json"
          guard place == path else {
            throw LexiconError(path, at: "", .schema(.file(.place(expected: place))))
          }
          return document
        })
    }
  }

  private static func collect(
    _ folder: String, _ prefix: String, depth: Int, into paths: inout [String]
  ) throws(LexiconError) {
    guard depth <= LexiconLimits.folderDepthMax else {
      throw LexiconError("\(folder)/\(prefix)", at: "", .schema(.file(.folderTooDeep)))
    }
    let path = prefix.isEmpty ? folder : "\(folder)/\(prefix)"
    guard let stream = opendir(path) else { throw systemFault("opendir", path) }
    defer { closedir(stream) }
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw systemFault("readdir", path) }
        return
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        // Safe: readdir ends a name with a zero inside of its field.
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix(".") { continue }
      let below = prefix.isEmpty ? name : "\(prefix)/\(name)"
      var status = stat()
      guard stat("\(folder)/\(below)", &status) == 0 else {
        throw systemFault("stat", "\(folder)/\(below)")
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        try collect(folder, below, depth: depth + 1, into: &paths)
      } else if name.hasSuffix(".json") {
        paths.append(below)
      }
      guard paths.count <= LexiconLimits.documentCountMax else {
        throw LexiconError(folder, at: "", .schema(.file(.tooManyFiles)))
      }
    }
  }

  private static func read(_ path: String, named name: String) throws(LexiconError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw systemFault("open", name) }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    var text: [UInt8] = []
    while true {
      let count = Glibc.read(file, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw systemFault("read", name) }
      if count == 0 { return text }
      text += bytes.prefix(count)
      guard text.count <= LexiconLimits.documentByteCountMax else {
        throw LexiconError(name, at: "", .schema(.file(.tooLarge(byteCount: text.count))))
      }
    }
  }

  private static func systemFault(_ call: String, _ path: String) -> LexiconError {
    LexiconError(path, at: "", .schema(.file(.system(call: call, errno: errno))))
  }
}
