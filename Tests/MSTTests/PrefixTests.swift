// PrefixTests.swift: how keys are shortened against the key before them: exactly so, or not at all.
import DAGCBOR
import MST
import TestKit
import Testing

@Suite("Prefixes of keys in a node")
struct PrefixTests {
  /// Three keys of layer 0 that share beginnings of several lengths.
  static let keys = KeyMine.keys("abc.def/x", depth: 0, count: 40).sorted {
    $0.lexicographicallyPrecedes($1)
  }

  static var form: NodeForm {
    SlowNode(
      level: 0, entries: keys.enumerated().map { SlowEntry($1, record($0)) },
      children: Array(repeating: nil, count: keys.count + 1)
    ).form
  }

  /// The place of an entry: behind map, "e", the array's head and the entries before.
  static func offset(of index: Int, in form: NodeForm) -> Int {
    let before = NodeForm(left: nil, entries: Array(form.entries[..<index])).bytes.count
    let heads = NodeForm(left: nil, entries: []).bytes.count
    let isLong = form.entries.count > 23 && index <= 23
    return before - heads + (isLong ? 1 : 0) + 4
  }

  private func expect(_ form: NodeForm, _ rules: [NodeFault.Rule], entry index: Int) throws {
    let start = PrefixTests.offset(of: index, in: form)
    let size = form.bytes.count - start
    for error in try BlockJudgement(form.bytes).errors {
      guard case .node(_, let fault) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(rules.contains(fault.rule))
      #expect((start..<start + min(size, 64)).contains(fault.offset), "entry \(index) at \(start)")
    }
  }

  @Test("must be as long as they can be")
  func maximal() throws {
    #expect(try BlockJudgement(PrefixTests.form.bytes).errors == [nil, nil, nil, nil])
    for index in PrefixTests.keys.indices.dropFirst() {
      let shared = PrefixTests.form.entries[index].prefixCount
      for count in [0, shared / 2, shared - 1] {
        var form = PrefixTests.form
        form.entries[index].prefixCount = count
        form.entries[index].suffix = PrefixTests.keys[index][count...]
        try expect(form, [.prefixNotMaximal], entry: index)
      }
    }
  }

  @Test("may not be longer than the key before, nor negative")
  func tooLong() throws {
    for index in PrefixTests.keys.indices {
      let before = index == 0 ? 0 : PrefixTests.keys[index - 1].count
      for count in [before + 1, before + 1_000, 1 << 32, Int.max] {
        var form = PrefixTests.form
        form.entries[index].prefixCount = count
        try expect(form, [.prefixTooLong], entry: index)
      }
      for count in [-1, -before - 1, Int.min] {
        var form = PrefixTests.form
        form.entries[index].prefixCount = count
        try expect(form, [.encoding(.unexpected)], entry: index)
      }
    }
  }

  @Test("leave something to say: a key that is the one before, or its beginning, is out of order")
  func nothingNew() throws {
    for index in PrefixTests.keys.indices.dropFirst() {
      for missing in 0...2 {
        var form = PrefixTests.form
        form.entries[index].prefixCount = PrefixTests.keys[index - 1].count - missing
        form.entries[index].suffix = []
        try expect(form, [.order], entry: index)
      }
    }
  }

  @Test("lead upwards: an entry before its place is out of order")
  func order() throws {
    for index in PrefixTests.keys.indices.dropFirst() {
      var entries = PrefixTests.keys.enumerated().map { SlowEntry($1, record($0)) }
      entries.swapAt(index - 1, index)
      let form = SlowNode.form(of: entries, Array(repeating: nil, count: entries.count + 1))
      try expect(form, [.order], entry: index)
    }
  }
}
