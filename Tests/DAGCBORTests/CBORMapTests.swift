// CBORMapTests.swift: finding, setting and removing keys in a map.
import DAGCBOR
import Testing

@Suite("CBOR maps")
struct CBORMapTests {
  @Test("a key that is missing is nothing, and one that is null is null")
  func missing() throws {
    let map: CBORMap = ["a": .null, "bb": 1]
    #expect(map["a"] == .some(.null))
    for key in ["", "A", "b", "bbb", "\u{e9}"] {
      #expect(map[key] == Optional<CBORValue>.none, "\(key)")
    }
    #expect(CBORValue.map(map)["x"] == Optional<CBORValue>.none)
    #expect(CBORMap()["a"] == Optional<CBORValue>.none)
  }

  @Test("setting keeps canonical order, and setting nothing removes")
  func setting() {
    var map = CBORMap()
    for key in ["z", "aa", "a", "", "é", "e\u{301}", "b"] { map[key] = .string(key) }
    #expect(
      map.map(\.0).map { Array($0.utf8) }
        == ["", "a", "b", "z", "aa", "é", "e\u{301}"].map { Array($0.utf8) })
    map["aa"] = .null
    #expect(map["aa"] == .some(.null))
    map["aa"] = Optional<CBORValue>.none
    map["missing"] = Optional<CBORValue>.none
    #expect(map.count == 6)
    #expect(map["aa"] == Optional<CBORValue>.none)
  }
}
