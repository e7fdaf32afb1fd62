// ExitStatus.swift: what a command says to the shell.

/// Part of the contract with scripts: numbers never change their meaning. From 69 on they are those
/// of sysexits(3).
enum ExitStatus: Int32 {
  case ok = 0
  /// A negative answer: not found, differs, verification failed.
  case negative = 1
  case usage = 2
  case refused = 3
  case unauthorized = 4
  /// A swap condition does not hold, or a policy forbids the write.
  case conflict = 5
  case rateLimited = 6
  case network = 7
  /// The store is held by another process, or not there.
  case unavailable = 69
  case bug = 70
  case cannotCreate = 73
  case io = 74
  case remoteProtocol = 76
  case permission = 77
  case configuration = 78
}
