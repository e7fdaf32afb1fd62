// SecretFile.swift: a secret from a file or from standard input: never from the argument list,
// which every user of the machine may read.

enum SecretFile {
  /// Bytes of a secret: far more than any password.
  private static let byteCountMax = 4_096

  /// The first line of a file, or of standard input for `-`.
  static func read(_ file: String, on desk: Desk) throws -> String {
    let inlet = file == "-" ? desk.input : try ReadableFile(desk.path(file)).inlet
    let bytes = try inlet.all(upTo: byteCountMax)
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
      throw Complaint(
        .usage, "NoSecret", what: "there is no password in \(file)",
        why: "expected it in the first line, as UTF-8", remedy: "write it there, and nothing else")
    }
    return text
  }
}
