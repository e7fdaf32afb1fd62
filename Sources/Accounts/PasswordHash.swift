// PasswordHash.swift: scrypt hashes of passwords in the text form that names their cost.
//
//   $scrypt$ln=14,r=8,p=1$<salt>$<hash>        base64 without padding, 16 and 32 bytes
//
// Spec: RFC 7914; https://github.com/P-H-C/phc-string-format
import CryptoExtras
import DAGCBOR
import FoundationEssentials

/// What hashing costs: memory is 128 · blockSize · 2^logRounds bytes.
public struct HashCost: Hashable, Sendable {
  public var logRounds: Int
  public var blockSize: Int
  public var parallelism: Int

  public init(logRounds: Int, blockSize: Int = 8, parallelism: Int = 1) {
    self.logRounds = logRounds
    self.blockSize = blockSize
    self.parallelism = parallelism
  }

  /// 16 MiB and about 50 ms. Source: security.
  public static let standard = HashCost(logRounds: 14)

  /// What is read: nothing that a damaged row could make the server run for minutes with.
  fileprivate var isBearable: Bool {
    1...17 ~= logRounds && 1...16 ~= blockSize && 1...4 ~= parallelism
  }
}

struct PasswordHash: Hashable, Sendable {
  var cost: HashCost
  var salt: [UInt8]
  var hash: [UInt8]

  static let saltByteCount = 16
  static let hashByteCount = 32

  init(cost: HashCost, salt: [UInt8], hash: [UInt8]) {
    self.cost = cost
    self.salt = salt
    self.hash = hash
  }

  /// Hashes a password. Cost: as said, on this thread.
  init(of password: String, salt: [UInt8], cost: HashCost) throws(AccountError) {
    self.cost = cost
    self.salt = salt
    do {
      let key = try KDF.Scrypt.deriveKey(
        from: Array(password.utf8), salt: salt, outputByteCount: PasswordHash.hashByteCount,
        rounds: 1 << cost.logRounds, blockSize: cost.blockSize, parallelism: cost.parallelism)
      hash = key.withUnsafeBytes { Array($0) }
    } catch {
      throw .hashing
    }
  }

  /// Reads the text form; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt" else { return nil }
    let numbers = parts[2].split(separator: ",", omittingEmptySubsequences: false)
    let names = ["ln=", "r=", "p="]
    guard numbers.count == 3 else { return nil }
    var values: [Int] = []
    for (number, name) in zip(numbers, names) {
      guard number.hasPrefix(name), let value = Int(number.dropFirst(name.count)) else {
        return nil
      }
      values.append(value)
    }
    cost = HashCost(logRounds: values[0], blockSize: values[1], parallelism: values[2])
    guard cost.isBearable,
      let salt = Base64.decode(parts[3].utf8, padding: .none),
      let hash = Base64.decode(parts[4].utf8, padding: .none),
      salt.count == PasswordHash.saltByteCount, hash.count == PasswordHash.hashByteCount
    else { return nil }
    self.salt = salt
    self.hash = hash
  }

  var text: String {
    "$scrypt$ln=\(cost.logRounds),r=\(cost.blockSize),p=\(cost.parallelism)"
      + "$\(Base64.encode(salt))$\(Base64.encode(hash))"
  }

  /// Whether this is the password's hash. Cost: one hashing.
  func matches(_ password: String) throws(AccountError) -> Bool {
    let tried = try PasswordHash(of: password, salt: salt, cost: cost)
    return equalInConstantTime(tried.hash, hash)
  }
}
