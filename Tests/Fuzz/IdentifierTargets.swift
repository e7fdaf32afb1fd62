// IdentifierTargets.swift: CIDs, varints and the texts of bytes; the first byte picks one.
import ATCrypto
import DAGCBOR

extension FuzzTarget {
  static let identifierTargets = [
    FuzzTarget(
      name: "cid",
      seeds: {
        let cids = [CID(of: [1]), CID(of: [2], codec: .raw)]
        return cids.map { [0] + $0.binary } + cids.map { [1] + seed($0.description) }
          + [[2, 0xff, 0x7f], [2, 0x80, 0x00], [3] + seed("mzxw6ytb"), [4] + seed("Zm9vYg==")]
          + [
            [0, 0x01, 0x70, 0x12, 0x01, 0xff], [1] + seed("bafyreihyrpefhacm6kkp4ql6j6udakdit7g3"),
          ]
          + [[5] + seed("111zQ3shunBKsXixLxKtC5qeSG9E4J5RkGN57im31pcTzbNQnm5w")]
      },
      run: { input in
        let bytes = Array(input.dropFirst())
        switch (input.first ?? 0) % 6 {
        case 0: checkBinary(bytes)
        case 1: checkText(String(decoding: bytes, as: UTF8.self))
        case 2: checkVarint(bytes)
        case 3: checkBase32(bytes)
        case 4: checkBase64(bytes)
        default: checkBase58(bytes)
        }
      })
  ]

  private static func checkBinary(_ bytes: [UInt8]) {
    let cid = CID(binary: bytes)
    let foreign = ForeignCID(binary: bytes)
    require(cid == nil || foreign == nil, "a CID is blessed and foreign")
    if let cid {
      require(cid.binary == bytes, "a CID changes")
      require(CID(cid.description) == cid, "a CID changes in text")
    }
    if let foreign { require(ForeignCID(foreign.description) == foreign, "a foreign CID changes") }
  }

  private static func checkText(_ text: String) {
    if let cid = CID(text) { require(cid.description == text, "a CID has two texts") }
    if let cid = ForeignCID(text) { require(cid.description == text, "a CID has two texts") }
  }

  private static func checkVarint(_ bytes: [UInt8]) {
    var offset = 0
    let reading = bytes.withUnsafeBytes { Varint.read($0, at: &offset) }
    guard case .value(let value) = reading else {
      require(offset == 0, "a refused varint moves the offset")
      return
    }
    var written: [UInt8] = []
    Varint.append(value, to: &written)
    require(written.elementsEqual(bytes[..<offset]), "a varint has two forms")
  }

  private static func checkBase32(_ text: [UInt8]) {
    guard let bytes = Base32.decode(text) else { return }
    require(Base32.encode(bytes).utf8.elementsEqual(text), "base32 has two texts")
  }

  private static func checkBase64(_ text: [UInt8]) {
    for alphabet in [Base64.Alphabet.standard, .url] {
      if let bytes = Base64.decode(text, alphabet: alphabet, padding: .none) {
        let again = Base64.encode(bytes, alphabet: alphabet)
        require(again.utf8.elementsEqual(text), "base64 has two texts")
      }
      if let bytes = Base64.decode(text, alphabet: alphabet, padding: .required) {
        let again = Base64.encode(bytes, alphabet: alphabet, isPadded: true)
        require(again.utf8.elementsEqual(text), "padded base64 has two texts")
      }
      let isEither =
        Base64.decode(text, alphabet: alphabet, padding: .none) != nil
        || Base64.decode(text, alphabet: alphabet, padding: .required) != nil
      let isOptional = Base64.decode(text, alphabet: alphabet, padding: .optional) != nil
      require(isEither == isOptional, "optional padding is not one of both")
    }
  }

  private static func checkBase58(_ text: [UInt8]) {
    guard let bytes = attempt({ try Base58.decode(text) }) else { return }
    guard bytes.count <= Base58.byteCountMax else { return }
    require(Base58.encode(bytes).utf8.elementsEqual(text), "base58 has two texts")
  }
}
