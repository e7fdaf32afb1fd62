// SignatureTests.swift: what is signed verifies, and nothing else does, on both curves.
import ATCrypto
import DAGCBOR
import TestKit
import Testing

@Suite("Signatures")
struct SignatureTests {
  /// The same number of random keys and messages per curve.
  static let rounds = scaled(1_000)

  @Test("a random key's signature is low-S and verifies", arguments: Curve.allCases)
  func signsAndVerifies(curve: Curve) {
    var random = SplitMix64.printed("signsAndVerifies/\(curve)")
    for _ in 0..<Self.rounds {
      let key = PrivateKey.generate(on: curve, using: &random)
      let message = random.bytes(Int.random(in: 0...300, using: &random))
      let signature = key.sign(message: message)
      #expect(signature.isLowS(on: curve))
      #expect(key.publicKey.verify(signature, message: message))
      #expect(key.publicKey.verify(signature, Digest(of: message)))
    }
  }

  @Test("a signature with one bit flipped is refused", arguments: Curve.allCases)
  func flippedBit(curve: Curve) throws {
    var random = SplitMix64.printed("flippedBit/\(curve)")
    let key = PrivateKey.generate(on: curve, using: &random)
    let digest = Digest(of: Array("hello".utf8))
    let signature = key.sign(digest)
    for bit in 0..<512 {
      var bytes = signature.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let flipped = try #require(Signature(bytes))
      #expect(!key.publicKey.verify(flipped, digest), "bit \(bit)")
    }
    for bit in 0..<256 {
      var bytes = digest.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let flipped = try #require(Digest(bytes))
      #expect(!key.publicKey.verify(signature, flipped), "digest bit \(bit)")
    }
  }

  @Test("the high-S twin of a good signature is refused", arguments: Curve.allCases)
  func highTwin(curve: Curve) throws {
    var random = SplitMix64.printed("highTwin/\(curve)")
    for _ in 0..<scaled(200) {
      let key = PrivateKey.generate(on: curve, using: &random)
      let digest = Digest(of: random.bytes(8))
      let signature = key.sign(digest)
      let twin = try #require(
        Signature(signature.r.bytes + Big.subtract(signature.s.bytes, from: Big.order(curve))))
      #expect(!twin.isLowS(on: curve))
      #expect(!key.publicKey.verify(twin, digest))
    }
  }

  @Test("another key, or the same number on the other curve, does not verify")
  func wrongKey() throws {
    var random = SplitMix64.printed("wrongKey")
    for curve in Curve.allCases {
      let scalar = random.bytes(32)
      let key = try PrivateKey(curve: curve, bytes: scalar)
      let digest = Digest(of: random.bytes(40))
      let signature = key.sign(digest)
      #expect(!PrivateKey.generate(on: curve, using: &random).publicKey.verify(signature, digest))
      let other = try PrivateKey(curve: curve == .k256 ? .p256 : .k256, bytes: scalar)
      #expect(!other.publicKey.verify(signature, digest))
    }
  }

  @Test("zero, n and 2²⁵⁶-1 in r or s are refused", arguments: Curve.allCases)
  func extremes(curve: Curve) throws {
    let key = PrivateKey.generate(on: curve)
    let digest = Digest(of: Array("hello".utf8))
    let good = key.sign(digest)
    let order = Big.order(curve)
    let extremes = [
      [UInt8](repeating: 0, count: 32), order, [UInt8](repeating: 0xff, count: 32),
    ]
    for number in extremes {
      for bytes in [number + good.s.bytes, good.r.bytes + number, number + number] {
        #expect(!key.publicKey.verify(try #require(Signature(bytes)), digest))
      }
    }
  }

  @Test("the border between low and high S is half of the order", arguments: Curve.allCases)
  func border(curve: Curve) throws {
    var half = Big.order(curve)  // odd, so shifting right rounds down
    var carry: UInt8 = 0
    for index in half.indices {
      (half[index], carry) = (half[index] >> 1 | carry << 7, half[index] & 1)
    }
    var above = half
    above[31] += 1  // no carry: neither half ends in ff
    let r = [UInt8](repeating: 1, count: 32)
    #expect(try #require(Signature(r + half)).isLowS(on: curve))
    #expect(try !#require(Signature(r + above)).isLowS(on: curve))
  }

  @Test("bytes that are not 64, as in DER, are no signature")
  func lengths() {
    for count in [0, 1, 63, 65, 70, 71, 72, 1_000_000] {
      #expect(Signature([UInt8](repeating: 1, count: count)) == nil)
    }
  }

  @Test("two signatures of one digest are equal on K-256, whose nonce is that of RFC 6979")
  func deterministic() {
    let key = PrivateKey.generate(on: .k256)
    let digest = Digest(of: Array("again".utf8))
    #expect(key.sign(digest) == key.sign(digest))
  }

  @Test("many threads sign and verify at once with one key", arguments: Curve.allCases)
  func threads(curve: Curve) async {
    let key = PrivateKey.generate(on: curve)
    await withTaskGroup(of: Bool.self) { group in
      for thread in 0..<8 {
        group.addTask {
          (0..<50).allSatisfy {
            let digest = Digest(of: Array("\(thread)/\($0)".utf8))
            return key.publicKey.verify(key.sign(digest), digest)
          }
        }
      }
      for await isVerified in group { #expect(isVerified) }
    }
  }
}

extension SplitMix64 {
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}

/// Arithmetic on big-endian bytes, slow and apart from the code under test.
enum Big {
  static func order(_ curve: Curve) -> [UInt8] {
    switch curve {
    case .k256: bytes(hex: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
    case .p256: bytes(hex: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
    }
  }

  static func prime(_ curve: Curve) -> [UInt8] {
    switch curve {
    case .k256: bytes(hex: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")
    case .p256: bytes(hex: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")
    }
  }

  static func subtract(_ b: [UInt8], from a: [UInt8]) -> [UInt8] {
    var difference = a
    var borrow = 0
    for index in a.indices.reversed() {
      let digit = Int(a[index]) - Int(b[index]) - borrow
      difference[index] = UInt8(digit & 0xff)
      borrow = digit < 0 ? 1 : 0
    }
    return difference
  }
}
