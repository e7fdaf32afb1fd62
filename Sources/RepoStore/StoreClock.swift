// StoreClock.swift: where a store gets time and chance from; both are passed in.
import Glibc

/// The time as a store sees it.
public protocol StoreClock: Sendable {
  /// Microseconds since the Unix epoch. It may stand still or step back: revs never do.
  func now() -> UInt64
  /// The clock identifier of the TIDs that are made, 0...1023.
  var clockID: UInt16 { get }
  /// How far this clock has been set forward (or back: negative) since it was made, in
  /// microseconds.
  var stepMicroseconds: Int64 { get }
  /// Whether revs that are far ahead of it are no surprise.
  var mayBeBehind: Bool { get }
}

extension StoreClock {
  /// Never set.
  public var stepMicroseconds: Int64 { 0 }
  /// A clock that tells the time is not behind what it has told.
  public var mayBeBehind: Bool { false }
}

/// The machine's clock, with a clock identifier of its own for each process.
public struct SystemClock: StoreClock {
  public let clockID: UInt16
  /// Real time less time since the boot when this was made.
  private let offset: Int64

  public init() {
    clockID = UInt16.random(in: 0...1_023)
    offset = SystemClock.offset
  }

  /// The real-time clock, in microseconds.
  public func now() -> UInt64 { UInt64(clamping: SystemClock.read(CLOCK_REALTIME)) }

  /// What real time has gained against the time since the boot, which nobody sets.
  public var stepMicroseconds: Int64 { SystemClock.offset - offset }

  private static var offset: Int64 { read(CLOCK_REALTIME) - read(CLOCK_BOOTTIME) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}

/// A clock that stands still, for runs that must repeat to the byte: the i-th commit after it gets
/// the rev of microsecond `microseconds` + i, and clock identifier 0.
public struct FixedClock: StoreClock {
  public var microseconds: UInt64
  public var clockID: UInt16 { 0 }

  public init(microseconds: UInt64) { self.microseconds = microseconds }

  public var mayBeBehind: Bool { true }

  /// Always `microseconds`.
  public func now() -> UInt64 { microseconds }
}

/// Everything around a store that is not its own data.
struct Surroundings: Sendable {
  var disk: any Disk = SystemDisk()
  var clock: any StoreClock = SystemClock()
  /// 64 random bits.
  var randomWord: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
}
