// Limits.swift: every bound of this module, with its reason.

/// The bounds of what is kept about accounts.
public enum AccountLimits {
  /// Bytes of a password. Source: the reference takes 256 when one is chosen.
  public static let passwordByteCounts = 8...256
  /// Bytes of what is tried as a password: more is never one, and is not hashed.
  public static let triedPasswordByteCountMax = 512
  /// Bytes of an app password's name.
  public static let appPasswordNameByteCountMax = 256
  /// App passwords of one account: one scrypt serves all, but each is compared.
  public static let appPasswordCountMax = 100
  /// Passwords that are hashed at a time: each takes 16 MiB.
  public static let hashingCountMax = 4
  /// Bytes of all preferences of an account: what one request may carry.
  public static let preferenceByteCountMax = 256 << 10
  /// Sessions of one account; the oldest go first.
  public static let sessionCountMax = 1_000
  /// Nonces of service tokens that are remembered; each until its token is no longer good.
  public static let nonceCountMax = 100_000
  /// Bytes of any value in the database.
  static let valueByteCountMax: Int32 = 4 << 20
  /// How long another program that reads the database is waited for.
  static let busyMilliseconds: Int32 = 5_000
}
