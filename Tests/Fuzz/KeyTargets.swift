// KeyTargets.swift: any bytes as public keys and signatures; the first byte picks the form.
import ATCrypto
import DAGCBOR

extension FuzzTarget {
  static let keyTargets = [
    FuzzTarget(
      name: "key",
      seeds: {
        var seeds: [[UInt8]] = [[4] + [UInt8](repeating: 1, count: 64)]
        for curve in [Curve.k256, .p256] {
          let key = try PrivateKey(curve: curve, bytes: scalar).publicKey
          seeds.append([0] + seed(key.didKey))
          seeds.append([1] + seed(key.multikey))
          seeds.append([curve == .k256 ? 2 : 3] + key.compressed)
        }
        return seeds
      },
      run: { input in
        let bytes = Array(input.dropFirst())
        let text = String(decoding: bytes, as: UTF8.self)
        switch (input.first ?? 0) % 5 {
        case 0: check(attempt { try PublicKey(didKey: text) }, isText: \.didKey, text)
        case 1: check(attempt { try PublicKey(multikey: text) }, isText: \.multikey, text)
        case 2: checkPoint(.k256, bytes)
        case 3: checkPoint(.p256, bytes)
        default: checkSignature(bytes)
        }
      })
  ]

  private static let scalar = [UInt8](repeating: 0, count: 31) + [5]

  private static func check(
    _ key: PublicKey?, isText path: KeyPath<PublicKey, String>, _ text: String
  ) {
    if let key { require(key[keyPath: path] == text, "a key has two texts") }
  }

  private static func checkPoint(_ curve: Curve, _ bytes: [UInt8]) {
    if let key = attempt({ try PublicKey(curve: curve, compressed: bytes) }) {
      require(key.compressed == bytes, "a key has two compressed forms")
      require(attempt { try PublicKey(didKey: key.didKey) } == key, "did:key changes a key")
    }
    if let key = attempt({ try PublicKey(curve: curve, uncompressed: bytes) }) {
      require(attempt { try PublicKey(curve: curve, compressed: key.compressed) } == key, "a point")
    }
  }

  /// Nobody but the key's owner finds a signature, so every one that fuzzing makes is refused.
  private static func checkSignature(_ bytes: [UInt8]) {
    guard let signature = Signature(bytes) else { return }
    for curve in [Curve.k256, .p256] {
      guard let key = attempt({ try PrivateKey(curve: curve, bytes: scalar) }) else { continue }
      require(!key.publicKey.verify(signature, Digest(of: [])), "a forged signature")
    }
  }
}
