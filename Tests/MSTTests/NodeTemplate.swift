// NodeTemplate.swift: a node's bytes as text, with a mark at what is wrong with them.
//
//   a2 e 81 a4 k ^61 p …      hexadecimal bytes; e k p t v l are the six map keys;
//                             L a good link, Z one of codec raw, K0 and K1 keys of layers 0 and 1
//                             ^ the item that breaks a rule, > the entry that it belongs to
import DAGCBOR
import MST
import TestKit
import Testing

struct NodeTemplate: CustomTestStringConvertible, Sendable {
  var text: String
  var rules: [NodeFault.Rule]

  /// Where a node has fixed bytes, whatever else stands there may simply be unexpected.
  init(_ text: String, _ rules: NodeFault.Rule...) {
    let isFixed = rules.contains {
      [.float, .simpleValue, .notMinimal, .indefiniteLength, .reservedHead]
        .map(NodeFault.Rule.encoding).contains($0)
    }
    (self.text, self.rules) = (text, isFixed ? rules + [.encoding(.unexpected)] : rules)
  }

  /// Several broken items in one place of a node, each with its rule.
  static func each(
    _ front: String, _ items: [(String, NodeFault.Rule)], _ end: String
  ) -> [NodeTemplate] {
    items.map { NodeTemplate("\(front) ^ \($0.0) \(end)", $0.1) }
  }

  var testDescription: String { text }

  static let key0 = KeyMine.key("a/", depth: 0)
  static let key1 = KeyMine.key("a/", depth: 1)

  private static let words: [String: [UInt8]] = {
    var words: [String: [UInt8]] = [:]
    for name in ["e", "k", "p", "t", "v", "l"] {
      words[name] = SlowCBOR.item { $0.text(name) }
    }
    words["L"] = SlowCBOR.item { $0.link(record(1)) }
    words["Z"] = SlowCBOR.item { $0.link(CID(of: [1], codec: .raw)) }
    words["K0"] = SlowCBOR.item { $0.byteString(key0) }
    words["K1"] = SlowCBOR.item { $0.byteString(key1) }
    return words
  }()

  /// The node's bytes and the offsets of the marks.
  var parts: (bytes: [UInt8], marks: [Int]) {
    var (bytes, marks): ([UInt8], [Int]) = ([], [])
    for word in text.split(separator: " ") {
      if word == "^" || word == ">" {
        marks.append(bytes.count)
      } else {
        bytes += NodeTemplate.words[String(word)] ?? TestKit.bytes(hex: String(word))
      }
    }
    return (bytes, marks)
  }
}

extension NodeTemplate {
  private static let digest = String(repeating: "5a", count: 32)
  private static let entry = "> a4 k K0 p 00 t f6 v L"

  /// Nodes that are as they should be.
  static let good = [
    "a2 e 80 l f6", "a2 e 81 a4 k K0 p 00 t f6 v L l f6", "a2 e 81 a4 k K1 p 00 t f6 v L l L",
    "a2 e 81 a4 k K1 p 00 t L v L l f6",
  ].map { NodeTemplate($0) }

  static let frames: [NodeTemplate] =
    each(
      "",
      [
        ("b802 e 80 l f6", .encoding(.notMinimal)),
        ("bf e 80 l f6 ff", .encoding(.indefiniteLength)),
        ("a0", .encoding(.unexpected)), ("a1 e 80", .encoding(.unexpected)),
        ("a3 e 80 l f6 6178 00", .encoding(.unexpected)), ("80", .encoding(.unexpected)),
        ("f6", .encoding(.unexpected)), ("00", .encoding(.unexpected)),
        ("L", .encoding(.unexpected)),
        ("f97e00", .encoding(.float)), ("f7", .encoding(.simpleValue)),
        ("bb8000000000000002", .encoding(.unexpected)), ("bc", .encoding(.reservedHead)),
      ], "")
    + [
      NodeTemplate("^", .encoding(.truncated)),
      NodeTemplate("a2 e 80 l f6 ^ 00", .encoding(.trailingBytes)),
      NodeTemplate("a2 e 80 l f6 ^ a2 e 80 l f6", .encoding(.trailingBytes)),
      NodeTemplate("a2 ^ l f6 e 80", .encoding(.unexpected), .encoding(.mapKeyOrder)),
      NodeTemplate("a2 e 80 ^ e 80", .encoding(.unexpected), .encoding(.mapKeyRepeated)),
      NodeTemplate("a2 ^ 6166 80 l f6", .encoding(.unexpected)),
      NodeTemplate("a2 ^ 4165 80 l f6", .encoding(.unexpected), .encoding(.mapKeyType)),
      NodeTemplate("a2 e 80 ^ 616d f6", .encoding(.unexpected)),
      NodeTemplate("a2 ^ 780165 80 l f6", .encoding(.unexpected), .encoding(.notMinimal)),
    ]

  static let arrays: [NodeTemplate] = each(
    "a2 e",
    [
      ("a0", .encoding(.unexpected)), ("f6", .encoding(.unexpected)),
      ("00", .encoding(.unexpected)),
      ("40", .encoding(.unexpected)), ("9800", .encoding(.notMinimal)),
      ("990000", .encoding(.notMinimal)), ("9f ff", .encoding(.indefiniteLength)),
      ("990101", .encoding(.containerTooLarge)), ("9a00010000", .encoding(.containerTooLarge)),
      ("9b7fffffffffffffff", .encoding(.containerTooLarge)),
    ], "l f6")

  static let links: [NodeTemplate] =
    each("a2 e 80 l", brokenLinks, "")
    + each("a2 e 81 > a4 k K1 p 00 t", brokenLinks, "v L l f6")
    + each("a2 e 81 > a4 k K1 p 00 t f6 v", brokenLinks + [("f6", .encoding(.unexpected))], "l f6")

  /// What may not stand where a link should.
  private static let brokenLinks: [(String, NodeFault.Rule)] = [
    ("f7", .encoding(.simpleValue)), ("f4", .encoding(.unexpected)),
    ("00", .encoding(.unexpected)), ("6161", .encoding(.unexpected)),
    ("40", .encoding(.unexpected)), ("80", .encoding(.unexpected)),
    ("f90000", .encoding(.float)), ("Z", .link),
    ("d82b 5825 00 01711220 \(digest)", .encoding(.tag)),
    ("d8 2a f6", .encoding(.link)), ("d82a 40", .encoding(.link)),
    ("d82a 5824 01711220 \(digest)", .encoding(.link)),
    ("d82a 5825 01 01711220 \(digest)", .encoding(.link)),
    ("d9002a 5825 00 01711220 \(digest)", .encoding(.notMinimal)),
    ("d82a 590025 00 01711220 \(digest)", .encoding(.notMinimal)),
    ("d82a 5825 00 01711b20 \(digest)", .encoding(.unexpected)),
    ("d82a 5825 00 01701220 \(digest)", .encoding(.unexpected)),
  ]

  static let entries: [NodeTemplate] =
    each(
      "a2 e 81",
      [
        ("a3 k K0 p 00 v L", .encoding(.unexpected)),
        ("a5 k K0 p 00 t f6 v L 6178 00", .encoding(.unexpected)),
        ("b804 k K0 p 00 t f6 v L", .encoding(.notMinimal)),
        ("bf k K0 p 00 t f6 v L ff", .encoding(.indefiniteLength)),
        ("80", .encoding(.unexpected)), ("f6", .encoding(.unexpected)),
      ], "l f6")
    + [
      NodeTemplate("a2 e 81 > a4 ^ p 00 k K0 t f6 v L l f6", .encoding(.unexpected)),
      NodeTemplate("a2 e 81 > a4 k K0 ^ t f6 p 00 v L l f6", .encoding(.unexpected)),
      NodeTemplate("a2 e 81 > a4 k K0 p 00 ^ v L t f6 l f6", .encoding(.unexpected)),
      NodeTemplate("a2 e 81 > a4 k K0 p 00 t f6 ^ t f6 l f6", .encoding(.unexpected)),
      NodeTemplate("a2 e 82 \(entry) ^ l f6", .encoding(.unexpected)),
      NodeTemplate("a2 e 80 ^ a4 k K0 p 00 t f6 v L l f6", .encoding(.unexpected)),
      NodeTemplate("a2 e 81 > a4 k ^ 40 p 00 t f6 v L l f6", .emptyKey),
      NodeTemplate("^ a2 e 81 a4 k K0 p 00 t L v L l f6", .subtreeAtLayerZero),
      NodeTemplate("^ a2 e 81 a4 k K0 p 00 t f6 v L l L", .subtreeAtLayerZero),
    ]

  static let keys: [NodeTemplate] =
    each(
      "a2 e 81 > a4 k",
      [
        ("63612f30", .encoding(.unexpected)), ("00", .encoding(.unexpected)),
        ("f6", .encoding(.unexpected)), ("5803612f30", .encoding(.notMinimal)),
        ("5f43612f30ff", .encoding(.indefiniteLength)), ("5affffffff", .encoding(.itemTooLarge)),
        ("5b7fffffffffffffff", .encoding(.itemTooLarge)),
        ("5b8000000000000000", .encoding(.itemTooLarge)),
        ("590401" + String(repeating: "61", count: 1025), .keyTooLong),
      ], "p 00 t f6 v L l f6")
    + each(
      "a2 e 81 > a4 k K0 p",
      [
        ("20", .encoding(.unexpected)), ("3903ff", .encoding(.unexpected)),
        ("f6", .encoding(.unexpected)), ("40", .encoding(.unexpected)),
        ("1800", .encoding(.notMinimal)), ("1b0000000000000000", .encoding(.notMinimal)),
        ("f90000", .encoding(.float)), ("01", .prefixTooLong), ("17", .prefixTooLong),
        ("1903ff", .prefixTooLong), ("1b7fffffffffffffff", .prefixTooLong),
        ("1b8000000000000000", .encoding(.integerRange)),
        ("1bffffffffffffffff", .encoding(.integerRange)),
      ], "t f6 v L l f6")
}
