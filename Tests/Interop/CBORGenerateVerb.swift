// CBORGenerateVerb.swift: `interop cbor-generate SEED COUNT`: random values, one encoding per line.
// Links are in the blessed form only, since other libraries know fewer of the others.
import DAGCBOR
import TestKit
import ValueKit

enum CBORGenerateVerb {
  static func run(_ arguments: [String]) throws {
    guard arguments.count == 2, let seed = UInt64(arguments[0]), let count = Int(arguments[1]),
      count >= 0
    else { throw Usage(description: "cbor-generate SEED COUNT") }
    var random = RandomValue(SplitMix64(seed: seed), hasForeignLinks: false)
    for _ in 0..<count { print(hex(try CBOR.encode(random.value()))) }
  }
}
