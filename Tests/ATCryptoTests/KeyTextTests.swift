// KeyTextTests.swift: keys as text and bytes, and all that is refused as such.
import ATCrypto
import DAGCBOR
import TestKit
import Testing

@Suite("Keys as text and bytes")
struct KeyTextTests {
  @Test("a multikey and a did:key read back as the same key", arguments: Curve.allCases)
  func roundTrip(curve: Curve) throws {
    var random = SplitMix64.printed("roundTrip/\(curve)")
    for _ in 0..<scaled(100) {
      let key = PrivateKey.generate(on: curve, using: &random)
      let shown = key.publicKey
      #expect(shown.multikey.hasPrefix(curve == .k256 ? "zQ3s" : "zDna"))
      #expect(try PublicKey(multikey: shown.multikey) == shown)
      #expect(try PublicKey(didKey: shown.didKey) == shown)
      #expect(try PublicKey(curve: curve, compressed: shown.compressed) == shown)
      let secret = try PrivateKey(privateMultikey: key.privateMultikey.utf8)
      #expect(secret.publicKey == shown)
    }
  }

  @Test("the uncompressed key of an old document is the compressed one of its successor")
  func uncompressed() throws {
    let old = try PublicKey(
      legacyMultibase:
        "zQYEBzXeuTM9UR3rfvNag6L3RNAs5pQZyYPsomTsgQhsxLdEgCrPTLgFna8yqCnxPpNT7DBk6Ym3dgPKNu86vt9GR",
      curve: .k256)
    #expect(old.multikey == "zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF")
  }

  @Test("one changed character of a did:key is refused, or is another key")
  func mutations() throws {
    for curve in Curve.allCases {
      let key = PrivateKey.generate(on: curve).publicKey
      let text = Array(key.didKey.utf8)
      for index in text.indices {
        for character in ["0", "1", "z", "O", "l", " ", "\0", "9"].flatMap(\.utf8) {
          var changed = text
          changed[index] = character
          guard changed != text else { continue }
          do {
            let other = try PublicKey(didKey: String(decoding: changed, as: UTF8.self))
            #expect(other != key)
          } catch { #expect(!error.description.isEmpty) }
        }
      }
    }
  }

  @Test(
    "text that is no key says why",
    arguments: [
      ("", KeyError.multibasePrefix), ("Q3sh", .multibasePrefix), ("mAA", .multibasePrefix),
      ("z", .codec(nil)), ("z1", .byteCount(found: 0, expected: 0)), ("z0", .character(offset: 1)),
      ("zDnae\u{e9}", .character(offset: 5)),
      // Ed25519, which the protocol does not use.
      ("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", .codec(0xed)),
    ])
  func refusedText(text: String, error: KeyError) {
    // The code 0 of "z1" is read before any key is looked for.
    let expected = text == "z1" ? .codec(0) : error
    #expect(throws: expected) { try PublicKey(multikey: text) }
  }

  @Test("a did:key without its prefix, with a fragment, or of a private key is refused")
  func refusedDIDKey() throws {
    let key = PrivateKey.generate(on: .k256)
    let shown = key.publicKey
    #expect(throws: KeyError.didKeyPrefix) { try PublicKey(didKey: shown.multikey) }
    #expect(throws: KeyError.didKeyPrefix) { try PublicKey(didKey: "DID:KEY:" + shown.multikey) }
    #expect(throws: KeyError.character(offset: 57)) { try PublicKey(didKey: shown.didKey + "#a") }
    #expect(throws: KeyError.codec(0x1301)) {
      try PublicKey(didKey: "did:key:" + key.privateMultikey)
    }
  }

  @Test("a megabyte of text is refused without decoding it")
  func longText() throws {
    for character in ["1", "z", "0"] {
      let text = "z" + String(repeating: character, count: 1_000_000)
      let expected = KeyError.textTooLong(byteCount: 1_000_001, byteCountMax: 193)
      #expect(throws: expected) { try PublicKey(multikey: text) }
      #expect(throws: expected) { try PublicKey(legacyMultibase: text, curve: .p256) }
      #expect(throws: expected) { try PrivateKey(privateMultikey: text.utf8) }
      #expect(throws: KeyError.textTooLong(byteCount: 1_000_009, byteCountMax: 201)) {
        try PublicKey(didKey: "did:key:" + text)
      }
    }
  }

  @Test("base58 keeps leading zeros and reads back what it wrote")
  func base58() throws {
    var random = SplitMix64.printed("base58")
    for count in 0...Base58.byteCountMax {
      for zeroCount in [0, 1, count] where zeroCount <= count {
        let bytes = [UInt8](repeating: 0, count: zeroCount) + random.bytes(count - zeroCount)
        let text = Base58.encode(bytes)
        #expect(text.utf8.count <= Base58.characterCountMax)
        #expect(try Base58.decode(text.utf8) == bytes)
      }
    }
    #expect(Base58.encode(Array("hello world".utf8)) == "StV1DL6CwTryKyV")
    #expect(Base58.encode([0, 0, 0x28, 0x7f, 0xb4, 0xcd]) == "11233QC4")
  }

  @Test("bytes that are no point of the curve are refused", arguments: Curve.allCases)
  func points(curve: Curve) throws {
    let good = PrivateKey.generate(on: curve).publicKey.compressed
    let zero = [UInt8](repeating: 0, count: 32)
    let refused: [[UInt8]] = [
      [0] + good.dropFirst(), [4] + good.dropFirst(), [6] + good.dropFirst(),
      [2] + Big.prime(curve), [3] + [UInt8](repeating: 0xff, count: 32), [0] + zero,
      // x = 5 has no y on secp256k1; on P-256 it has one, but x = 1 has none.
      [2] + zero.dropLast() + [curve == .k256 ? 5 : 1],
    ]
    for bytes in refused {
      #expect(throws: KeyError.point(curve), "\(hex(bytes))") {
        try PublicKey(curve: curve, compressed: bytes)
      }
    }
    for count in [0, 1, 32, 34, 64, 65, 100_000] {
      #expect(throws: KeyError.byteCount(found: count, expected: 33)) {
        try PublicKey(curve: curve, compressed: [UInt8](repeating: 2, count: count))
      }
    }
  }

  @Test("an uncompressed point off the curve, or in a hybrid form, is refused")
  func uncompressedPoints() throws {
    // The generator of secp256k1 (SEC 2): both coordinates known.
    let x = bytes(hex: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    let y = bytes(hex: "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")
    let generator = try PublicKey(curve: .k256, uncompressed: [4] + x + y)
    #expect(generator.compressed == [2] + x)
    let one = [UInt8](repeating: 0, count: 31) + [1]
    #expect(try PrivateKey(curve: .k256, bytes: one).publicKey == generator)
    for bytes in [[4] + y + x, [6] + x + y, [7] + x + y, [0] + x + y, [4] + x + x] {
      #expect(throws: KeyError.point(.k256)) { try PublicKey(curve: .k256, uncompressed: bytes) }
      #expect(throws: KeyError.point(.p256)) { try PublicKey(curve: .p256, uncompressed: bytes) }
    }
    #expect(throws: KeyError.point(.p256)) {
      try PublicKey(curve: .p256, uncompressed: [4] + x + y)
    }
  }

  @Test("a private scalar is in 1..<n", arguments: Curve.allCases)
  func scalars(curve: Curve) throws {
    let zero = [UInt8](repeating: 0, count: 32)
    let order = Big.order(curve)
    let one = zero.dropLast() + [1]
    for refused in [zero, order, [UInt8](repeating: 0xff, count: 32)] {
      #expect(throws: KeyError.scalar(curve)) { try PrivateKey(curve: curve, bytes: refused) }
    }
    for count in [0, 31, 33, 64] {
      #expect(throws: KeyError.byteCount(found: count, expected: 32)) {
        try PrivateKey(curve: curve, bytes: [UInt8](repeating: 1, count: count))
      }
    }
    // 1 and n - 1 are each other's negatives: one x, two parities of y.
    let first = try PrivateKey(curve: curve, bytes: Array(one)).publicKey.compressed
    let last = try PrivateKey(curve: curve, bytes: Big.subtract(Array(one), from: order))
      .publicKey.compressed
    #expect(first.dropFirst() == last.dropFirst())
    #expect(first[0] ^ last[0] == 1)
  }

  @Test("a private key never prints its scalar", arguments: Curve.allCases)
  func redacted(curve: Curve) throws {
    let scalar = Digest(of: Array("a secret".utf8)).bytes
    let key = try PrivateKey(curve: curve, bytes: scalar)
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped, "\([key])", "\(key as Any?)"] {
      #expect(!text.contains(hex(scalar)) && !text.contains(key.privateMultikey))
      #expect(!text.contains("\(scalar[0]), \(scalar[1])"))
      #expect(text.contains(key.publicKey.didKey))
    }
  }
}
