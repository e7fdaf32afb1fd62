// Primitives.swift: what this machine can do at all, measured in the same run as everything else.
//
// A goal is a ratio to one of these. Each is our own code or the library that our code calls.
import ATCrypto
import DAGCBOR
import Input
import MST

extension Workload {
  static func primitives(sorting count: Int) -> [Workload] {
    [34, 300, 1_024].map(hashing) + [sign, verify, append, sort(count), sortKeys(count)]
  }

  /// SHA-256 of `byteCount` bytes, each time from another place in a buffer that the cache holds.
  private static func hashing(_ byteCount: Int) -> Workload {
    let count = 4_000_000 / (byteCount + 64)
    return Workload("hash/sha256/\(byteCount)-bytes", operations: count) { _ in
      let bytes = [UInt8](repeating: 0x61, count: 8_192)
      return Pass {
        bytes.withUnsafeBytes { bytes in
          for index in 0..<count {
            let start = index & 4_095
            use(Digest(of: UnsafeRawBufferPointer(rebasing: bytes[start..<start + byteCount])))
          }
        }
      }
    }
  }

  private static var sign: Workload {
    Workload("sign/k256/digest", operations: 1_000) { _ in
      let key = try PrivateKey(curve: .k256, bytes: CommonInput.signingKey)
      let digests = (0..<1_000).map { Digest(of: CommonInput.key($0)) }
      return Pass { for digest in digests { use(key.sign(digest)) } }
    }
  }

  private static var verify: Workload {
    Workload("verify/k256/digest", operations: 1_000) { _ in
      let key = try PrivateKey(curve: .k256, bytes: CommonInput.signingKey)
      let signed = (0..<1_000).map { index in
        let digest = Digest(of: CommonInput.key(index))
        return (digest, key.sign(digest))
      }
      return Pass {
        for (digest, signature) in signed {
          precondition(key.publicKey.verify(signature, digest), "a signature of ours")
        }
      }
    }
  }

  /// Blocks of 300 bytes to the end of a buffer of 6 MB, which is about two processor caches.
  private static var append: Workload {
    Workload("append/memory/300-bytes", operations: 20_000) { _ in
      let block = [UInt8](repeating: 0x61, count: 300)
      var log: [UInt8] = []
      log.reserveCapacity(300 * 20_000)
      return Pass(
        { for _ in 0..<20_000 { log.append(contentsOf: block) } },
        restore: { log.removeAll(keepingCapacity: true) })
    }
  }

  private static func sort(_ count: Int) -> Workload {
    Workload("sort/key-arena/\(size(count))", operations: count) { worlds in
      let pairs = try worlds.pairs(count)
      return Pass { use(pairs.sorted()) }
    }
  }

  /// The sort that comes to mind: `[MSTKey].sort()`.
  private static func sortKeys(_ count: Int) -> Workload {
    Workload("sort/mst-keys/\(size(count))", operations: count) { worlds in
      var random = SplitMix64(seed: 11)
      let keys = try worlds.entries(count).map(\.key).shuffled(using: &random)
      return Pass { use(keys.sorted()) }
    }
  }
}
