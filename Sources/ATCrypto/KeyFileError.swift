// KeyFileError.swift: why a key file was not read or written, and what its owner can do.

/// A refusal or failure at a key file. No case carries what the file holds.
public struct KeyFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was found, from the checks in the order in which they are made.
  public enum Reason: Hashable, Sendable {
    /// The path names no file in a directory: empty, ending in `/`, `.` or `..`, or with a NUL.
    case path
    case missing
    /// A file of this name exists. Keys are never overwritten.
    case exists
    /// Group or others have rights on the file: these permission bits.
    case fileTooOpen(mode: UInt32)
    /// Group or others have rights on the directory: these permission bits.
    case directoryTooOpen(mode: UInt32)
    /// The file or its directory belongs to this user id, not to the one that runs.
    case owner(found: UInt32, expected: UInt32)
    /// A symbolic link, a directory, a pipe or a device.
    case notRegularFile
    /// More bytes than any key file has, or none.
    case size(Int64)
    /// The first line is not that of a key file, or there are other than three lines.
    case format
    /// The third line is no private key.
    case key(KeyError)
    /// The second line names another public key than the private key has.
    case publicKeyDiffers
    /// A system call failed with this `errno`.
    case system(call: String, errno: Int32)
  }

  public var path: String
  public var reason: Reason

  public var description: String { "key file \(path): \(explanation)" }

  private var explanation: String {
    switch reason {
    case .path: "this is not a path to a file"
    case .missing: "there is no such file; check the path, or make a key there"
    case .exists: "exists already, and keys are never overwritten; move it away first"
    case .fileTooOpen(let mode):
      "mode is \(octal(mode)), so others may have read it; run chmod 600, and consider a new key"
    case .directoryTooOpen(let mode):
      "its directory has mode \(octal(mode)), expected 700; run chmod 700 on the directory"
    case .owner(let found, let expected):
      "belongs to user \(found), expected \(expected), who runs this; run chown"
    case .notRegularFile: "is not a regular file (links are not followed); name the file itself"
    case .size(let count):
      "has \(count) bytes, expected 1...\(KeyFile.byteCountMax); is this a key file?"
    case .format: "expected three lines, the first \"\(KeyFile.header)\"; is this a key file?"
    case .key(let error): "line 3 is damaged: \(error)"
    case .publicKeyDiffers: "the public key in line 2 is not that of line 3; one is damaged"
    case .system(let call, let errno): "\(call) failed with errno \(errno)"
    }
  }

  private func octal(_ mode: UInt32) -> String { String(mode, radix: 8) }
}
