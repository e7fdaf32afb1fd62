// LocalSocket.swift: sockets of this machine, by path: listening, connecting, frames both ways.
//
// A path of a socket has room for 107 bytes, and a store may lie deeper; so the folder is opened
// and the socket named through it. Not here: what frames mean.
import Glibc

/// One end of a connection. Reading and writing block; each is done by one thread at a time.
final class LocalSocket: Sendable {
  let descriptor: Int32

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { Glibc.close(descriptor) }

  /// The user at the other end, as the kernel knows it.
  var peerUser: uid_t? {
    // The system's struct ucred: process, user, group.
    var peer: (pid: pid_t, user: uid_t, group: gid_t) = (0, 0, 0)
    var count = socklen_t(MemoryLayout.size(ofValue: peer))
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &count) == 0 else { return nil }
    return peer.user
  }

  func write(_ frame: OwnerFrame) throws { try write(frame.bytes) }

  private func write(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      // Safe: `bytes.count - done` bytes lie behind `done`.
      let count = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw ClosedPipe() }
      done += count
    }
  }

  /// The next frame; nil where the other end has gone, or speaks another language.
  func read() -> OwnerFrame? {
    guard let head = read(OwnerFrame.headByteCount).flatMap({ OwnerFrame.head($0) }),
      let payload = read(head.byteCount)
    else { return nil }
    return OwnerFrame(kind: head.kind, payload: payload)
  }

  private func read(_ count: Int) -> [UInt8]? {
    var done = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while done < count {
        // Safe: `count - done` bytes lie behind `done`.
        let read = recv(descriptor, buffer.baseAddress! + done, count - done, 0)
        if read < 0, errno == EINTR { continue }
        if read <= 0 { break }
        done += read
      }
      initialized = done
    }
    return done == count ? bytes : nil
  }

  /// Ends reading and writing, also for a thread that waits in them.
  func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

extension LocalSocket {
  static let name = "plaited.sock"

  /// Connects to the owner of the store in `folder`; nil where nobody listens there.
  static func connect(in folder: String) -> LocalSocket? {
    guard access("\(folder)/\(name)", F_OK) == 0 else { return nil }
    return withAddress(in: folder) { address, count in
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { return nil }
      let connection = LocalSocket(descriptor)
      return Glibc.connect(descriptor, address, count) == 0 ? connection : nil
    }
  }

  /// Listens in `folder`, for this user alone. Whatever is there under the name is replaced: the
  /// caller holds the store's lock, so nobody listens on it any more.
  static func listen(in folder: String) throws -> LocalSocket {
    let bound = withAddress(in: folder) { address, count -> LocalSocket? in
      unlink("\(folder)/\(name)")
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { return nil }
      let listener = LocalSocket(descriptor)
      // The mode of the socket becomes that of its name.
      guard fchmod(descriptor, 0o600) == 0, bind(descriptor, address, count) == 0,
        Glibc.listen(descriptor, 64) == 0
      else { return nil }
      return listener
    }
    guard let bound else { throw Complaint.system("listen in \(folder)", errno) }
    return bound
  }

  /// The next connection; nil when the listener has ended.
  func accept() -> LocalSocket? {
    while true {
      let peer = Glibc.accept(descriptor, nil, nil)
      if peer >= 0 {
        _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
        return LocalSocket(peer)
      }
      switch errno {
      case EINTR, ECONNABORTED: continue
      // Out of descriptors: those that are open will close.
      case EMFILE, ENFILE: usleep(100_000)
      default: return nil
      }
    }
  }

  private static func withAddress<Result>(
    in folder: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result?
  ) -> Result? {
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return nil }
    defer { Glibc.close(directory) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array("/proc/self/fd/\(directory)/\(name)".utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { room in
      // Safe: the path has some forty bytes, the room 108, all zero before.
      room.copyBytes(from: path)
    }
    return withUnsafePointer(to: &address) { pointer in
      // Safe: every address begins as a sockaddr does.
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
