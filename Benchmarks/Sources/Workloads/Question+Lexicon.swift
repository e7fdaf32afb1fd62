// Question+Lexicon.swift: what was guessed of holding records to schemas.
//
// The floor of a check is the strict check of the same bytes, which comes first in it: the schema
// should cost no more than three times as much.

extension Question {
  static let validating =
    Workload.lexiconNames.flatMap { name in
      [
        Question(
          name: "validate/cbor/\(name)", guess: 5e6, limit: "UTF-8 and key order"),
        Question(
          name: "validate/lexicon/\(name)", guess: 1.2e6, limit: "formats and key comparison",
          floor: ["validate/cbor/\(name)"], floorName: "CBOR alone", goal: .share(0.25)),
        Question(
          name: "judge/lexicon/\(name)", guess: 0.4e6, limit: "binary search by text",
          floor: ["validate/lexicon/\(name)"], floorName: "compiled"),
      ]
    } + [
      Question(name: "load/lexicon/all-documents", guess: 100, limit: "reading JSON")
    ]
}
