// LexerTests.swift: the scanner tells code from text.
import Testing

@Suite("Scanner of the house rules")
struct LexerTests {
  private func words(_ text: String) -> [String] { Lexer(text).tokens.map(\.text) }

  @Test("strings of every kind hide their content, interpolations do not")
  func strings() {
    #expect(
      words(#"a("b { // c", "\"", "\\") d"#) == [
        "a", "(", "\"\"", ",", "\"\"", ",", "\"\"", ")", "d",
      ])
    #expect(words(##"#"a " \( b"# c"##) == ["\"\"", "c"])
    #expect(words("\"\"\"\n \" \"\" try!\n\"\"\" + a") == ["\"\"", "+", "a"])
    #expect(
      words(#""x \(f(a, "y \(b)")) z" c"#).joined(separator: " ")
        == "\"\" ( f ( a , \"\" ( b ) ) ) c")
    #expect(words(##"#"\#(a) \(b)"# c"##) == ["\"\"", "(", "a", ")", "c"])
  }

  @Test("comments nest, end where they end, and know their line")
  func comments() {
    let lexer = Lexer("a // b\n/// c\n/* d /* e */\n f */ g\n//// h")
    #expect(lexer.tokens.map(\.text) == ["a", "g"])
    #expect(lexer.tokens.map(\.line) == [1, 4])
    #expect(lexer.comments.map(\.text) == ["b", "c", "/* d /* e */", "f */", "h"])
    #expect(lexer.comments.map(\.line) == [1, 2, 3, 4, 5])
    #expect(lexer.comments.map(\.isDoc) == [false, true, false, false, false])
    #expect(lexer.comments.map(\.isAlone) == [false, true, true, true, true])
  }

  @Test("lines are counted through strings and escaped line ends")
  func lines() {
    let lexer = Lexer("\"\"\"\na \\\nb\n\"\"\"\nc\n1.5 0...2 x!")
    #expect(lexer.tokens.map(\.line) == [1, 5, 6, 6, 6, 6, 6, 6, 6, 6])
    #expect(lexer.tokens.dropFirst(2).map(\.text) == ["1.5", "0", ".", ".", ".", "2", "x", "!"])
    #expect(lexer.tokens.last?.isGlued == true)
  }

  @Test(
    "a text that breaks off is read to its end",
    arguments: [
      "\"", "\"\\(", "\"\"\"", "/*", "/* /* */", "#\"", "\"\\", "(", ")", "`", "#", "\"\\(\"",
    ])
  func brokenOff(text: String) {
    #expect(Lexer(text + "\n").tokens.count <= 4)
    #expect(Lexer(text).tokens.count <= 4)
  }

  @Test("functions are found with their extent, width and depth")
  func functions() {
    let file = SourceFile(
      path: "Sources/A/B.swift",
      text: """
        protocol P {
          func a(b: Int)
          var c: Int { get }
        }
        struct S {
          init?(d: [Int: Int] = [:], e: (Int, Int) -> Void) {
            for f in g {
              if h { i() }
            }
          }
          func j<T: P>(k: T) async throws -> [T] where T: Q
          {
          }
        }
        """)
    let functions = file.functions
    #expect(functions.map(\.name) == ["a", "c", "init", "j"])
    #expect(functions.map(\.line) == [2, 3, 6, 11])
    #expect(functions.map(\.lastLine) == [2, 3, 10, 13])
    #expect(functions.map { file.parameterCount(of: $0) } == [1, 0, 2, 1])
    #expect(functions.map { file.nesting(of: $0).depth } == [0, 0, 1, 0])
  }
}
