// RegexTests.swift: the specification's regular expressions as the oracle of the hand-written
// parsers.
import ATSyntax
import Foundation
import TestKit
import Testing

/// An identifier as its specification defines it: an expression and a limit.
private struct Oracle: Sendable, CustomTestStringConvertible {
  let name: String
  let expression: String
  let byteCountMax: Int
  let exceptions: Set<String>
  let alphabet: String
  /// An accepted text, most of whose neighbours are accepted as well.
  let example: String

  var testDescription: String { name }

  static let label = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
  static let all = [
    Oracle(
      name: "did", expression: "did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]", byteCountMax: 2_048,
      exceptions: [], alphabet: "aZ7:._%-/~", example: "did:plc:a7.Z-b_c:d%7E"),
    Oracle(
      name: "handle", expression: "(\(label)\\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?",
      byteCountMax: 253, exceptions: [], alphabet: "aZ7..-_", example: "a7Z.b-c-d.ef.Zz"),
    Oracle(
      name: "nsid",
      expression:
        "[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\\.\(label))+(\\.[a-zA-Z]([a-zA-Z0-9]{0,62})?)",
      byteCountMax: 317, exceptions: [], alphabet: "abcZ7...-_", example: "ab.c-d7.efZ.abcZ7"),
    Oracle(
      name: "recordkey", expression: "[A-Za-z0-9._:~-]{1,512}", byteCountMax: 512,
      exceptions: [".", ".."], alphabet: "aZ7.._:~-/%", example: "aZ7._:~-bb"),
    Oracle(
      name: "tid", expression: "[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}",
      byteCountMax: 13, exceptions: [], alphabet: "234567abjklz18A-", example: "3jzfcijpj2z2a"),
  ]
}

@Suite("Parsers against the specification's expressions")
struct RegexTests {
  @Test("both accept the same texts", arguments: Oracle.all)
  private func agree(oracle: Oracle) throws {
    let expression = try NSRegularExpression(pattern: "\\A(?:\(oracle.expression))\\z")
    let grammar = try #require(Grammar.all.first { $0.name == oracle.name })
    var random = SplitMix64.printed("expression of \(oracle.name)")
    var acceptedCount = 0
    for text in texts(for: oracle, using: &random) {
      let whole = NSRange(text.startIndex..., in: text)
      let expected =
        expression.firstMatch(in: text, range: whole) != nil
        && text.utf8.count <= oracle.byteCountMax && !oracle.exceptions.contains(text)
      #expect((grammar.refusal(of: text) == nil) == expected, "\(text)")
      if expected { acceptedCount += 1 }
    }
    // More than these are accepted among the neighbours of the example alone, whatever the seed.
    #expect(acceptedCount > 30)
  }

  /// Short random texts, the neighbours of the example, and labels around the length where they
  /// become too long.
  private func texts(for oracle: Oracle, using random: inout SplitMix64) -> [String] {
    let alphabet = Array(oracle.alphabet)
    var texts: [String] = []
    for _ in 0..<scaled(20_000) {
      let count = oracle.name == "tid" ? Int.random(in: 12...14, using: &random) : nil
      let length = count ?? Int.random(in: 0..<12, using: &random)
      let body = String((0..<length).map { _ in alphabet.randomElement(using: &random) ?? "a" })
      texts.append(oracle.name == "did" ? "did:m" + body : body)
    }
    texts += neighbours(of: oracle)
    for length in 61...65 {
      for hyphen in [0, 1, length - 1] {
        var label = Array(repeating: Character("b"), count: length)
        texts.append("\(String(label)).a.c")
        texts.append("a.\(String(label)).c")
        texts.append("a.b.\(String(label))")
        label[hyphen] = "-"
        texts.append("\(String(label)).a.c")
        texts.append("a.\(String(label)).c")
        texts.append("a.b.\(String(label))")
      }
    }
    return texts
  }
  /// Every text that the example becomes by replacing one of its characters.
  private func neighbours(of oracle: Oracle) -> [String] {
    oracle.example.indices.flatMap { index in
      oracle.alphabet.map { character in
        oracle.example[..<index] + String(character)
          + oracle.example[oracle.example.index(after: index)...]
      }
    }
  }
}
