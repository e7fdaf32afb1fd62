// Folder.swift: folders and names in them, through the system's own calls.
import Glibc

enum Folder {
  /// The names in a folder, in no order; none where there is no folder.
  static func names(in path: String) throws -> [String] {
    guard let folder = opendir(path) else {
      if errno == ENOENT { return [] }
      throw Complaint.system("read the folder \(path)", errno)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        // Safe: the system ends the name with a zero within its array.
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Makes a folder that its owner alone can enter, unless it is there. Its parent must exist.
  static func make(_ path: String) throws {
    guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
    throw Complaint.system("make the folder \(path)", errno)
  }

  static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
