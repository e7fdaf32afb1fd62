// Base64Tests.swift: RFC 4648 vectors, and every way to be almost base64.
import DAGCBOR
import TestKit
import Testing

@Suite("Base64")
struct Base64Tests {
  static let rfcVectors = [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ]

  @Test("the vectors of RFC 4648 hold both ways, padded and unpadded", arguments: rfcVectors)
  func vectors(plain: String, padded: String) {
    let bytes = Array(plain.utf8)
    let unpadded = padded.filter { $0 != "=" }
    #expect(Base64.encode(bytes, isPadded: true) == padded)
    #expect(Base64.encode(bytes) == unpadded)
    #expect(Base64.decode(padded.utf8, padding: .required) == bytes)
    #expect(Base64.decode(unpadded.utf8, padding: .none) == bytes)
    #expect(Base64.decode(padded.utf8, padding: .optional) == bytes)
    #expect(Base64.decode(unpadded.utf8, padding: .optional) == bytes)
    guard padded != unpadded else { return }
    #expect(Base64.decode(padded.utf8, padding: .none) == nil)
    #expect(Base64.decode(unpadded.utf8, padding: .required) == nil)
  }

  @Test("the two alphabets differ in two characters, and neither takes the other's")
  func alphabets() {
    let bytes: [UInt8] = [0xfb, 0xff, 0xfe]
    #expect(Base64.encode(bytes) == "+//+")
    #expect(Base64.encode(bytes, alphabet: .url) == "-__-")
    #expect(Base64.decode("-__-".utf8, alphabet: .url, padding: .none) == bytes)
    #expect(Base64.decode("-__-".utf8, padding: .optional) == nil)
    #expect(Base64.decode("+//+".utf8, alphabet: .url, padding: .none) == nil)
  }

  @Test(
    "a text that is only almost base64 is refused",
    arguments: [
      "Z", "Zm9vY", "Zh", "Zm9", "Zg=", "Zg===", "=", "====", "Zm9v=", "Zm9v====", "Z=g=", "=Zg=",
      "Zg==Zg==", "Zg== ", " Zg==", "Z\ng", "Zm9v\n", "Zm.v", "Zm-v", "Zmöv", "Zm9v\0",
    ])
  func refused(text: String) {
    #expect(Base64.decode(text.utf8, padding: .optional) == nil)
    #expect(Base64.decode(text.utf8, padding: .required) == nil)
  }

  @Test("of all texts of up to three characters exactly those are accepted that encoding makes")
  func smallWorld() {
    let characters = Array("AQgw048+/-_= ".utf8)
    var texts: [[UInt8]] = [[]]
    var layer = texts
    for _ in 0..<3 {
      layer = layer.flatMap { text in characters.map { text + [$0] } }
      texts += layer
    }
    for text in texts {
      for alphabet in [Base64.Alphabet.standard, .url] {
        guard let bytes = Base64.decode(text, alphabet: alphabet, padding: .none) else { continue }
        #expect(Array(Base64.encode(bytes, alphabet: alphabet).utf8) == text)
      }
    }
    #expect(texts.filter { Base64.decode($0, padding: .none) != nil }.count > 20)
  }

  @Test("random bytes survive both alphabets, padded and not")
  func roundTrip() {
    var random = SplitMix64.printed("base64 round trip")
    for _ in 0..<scaled(2_000) {
      let bytes = (0..<Int.random(in: 0...70, using: &random)).map { _ in
        UInt8.random(in: .min ... .max, using: &random)
      }
      for alphabet in [Base64.Alphabet.standard, .url] {
        let text = Base64.encode(bytes, alphabet: alphabet)
        #expect(Base64.decode(text.utf8, alphabet: alphabet, padding: .none) == bytes)
        let padded = Base64.encode(bytes, alphabet: alphabet, isPadded: true)
        #expect(padded.utf8.count % 4 == 0)
        #expect(Base64.decode(padded.utf8, alphabet: alphabet, padding: .required) == bytes)
      }
    }
  }
}
