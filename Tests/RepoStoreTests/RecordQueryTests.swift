// RecordQueryTests.swift: which records a question is about, by key, by time, and by content.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("Record queries")
struct RecordQueryTests {
  @Test(
    "since is inclusive, until is not, both are instants",
    arguments: [
      ("2024-05-01T10:00:00Z", nil, RecordQuery.Verdict.match),
      ("2024-05-01T12:00:00+02:00", nil, .match), ("2024-05-01T10:00:00.000001Z", nil, .noMatch),
      (nil, "2024-05-01T10:00:00Z", .noMatch), (nil, "2024-05-01T10:00:00.000001Z", .match),
      ("2024-05-01T00:00:00Z", "2024-05-02T00:00:00Z", .match),
      ("2024-05-02T00:00:00Z", "2024-05-01T00:00:00Z", .noMatch), (nil, nil, .match),
    ] as [(String?, String?, RecordQuery.Verdict)])
  func times(since: String?, until: String?, verdict: RecordQuery.Verdict) throws {
    #expect(
      try QueryWorld.query(since: since, until: until).verdict(on: QueryWorld.post) == verdict)
  }

  @Test(
    "a record without the time field is told apart, where time is asked for",
    arguments: ["absent", "level", "count", "subject"])
  func withoutTime(field: String) throws {
    var query = try QueryWorld.query(since: "2024-05-01T10:00:00Z", time: field)
    #expect(query.verdict(on: QueryWorld.post) == .withoutTime)
    query.since = nil
    #expect(query.verdict(on: QueryWorld.post) == .match)
  }

  @Test("a record that fails a condition is not counted as one without a time")
  func conditionsFirst() throws {
    var query = try QueryWorld.query(since: "2024-05-01T10:00:00Z", time: "absent")
    query.conditions = [try Condition(parsing: "level=error")]
    #expect(query.verdict(on: QueryWorld.post) == .noMatch)
  }

  @Test("several conditions must all hold")
  func conjunction() throws {
    var query = try QueryWorld.query()
    query.conditions = try ["level=warn", "count>2"].map { try Condition(parsing: $0) }
    #expect(query.verdict(on: QueryWorld.post) == .match)
    query.conditions.append(try Condition(parsing: "done=true"))
    #expect(query.verdict(on: QueryWorld.post) == .noMatch)
  }

  @Test("the key range holds exactly the keys of collection, prefix and cursor")
  func keyRange() throws {
    var random = SplitMix64.printed("record query ranges")
    let alphabet = Array("-.0~a:")
    func key(_ most: Int) -> String {
      String(
        (0..<Int.random(in: 1...most, using: &random)).map { _ in
          alphabet.randomElement(using: &random) ?? "a"
        })
    }
    for _ in 0..<2_000 {
      var query = RecordQuery(try NSID("a.b.c"))
      query.rkeyPrefix = Bool.random(using: &random) ? "" : key(2)
      query.order = Bool.random(using: &random) ? .ascending : .descending
      let cursor = "x" + key(3)
      let hasCursor = Bool.random(using: &random)
      query.cursor = hasCursor ? try RecordKey(cursor) : nil
      let collection = try #require(["a.b.c", "a.b.ca", "a.b.b"].randomElement(using: &random))
      let rkey = (Bool.random(using: &random) ? "x" : "") + key(4)
      let expected =
        collection == "a.b.c" && rkey.hasPrefix(query.rkeyPrefix)
        && (!hasCursor || (query.order == .ascending ? rkey > cursor : rkey < cursor))
      let found = query.keyRange.contains(try MSTKey("\(collection)/\(rkey)"))
      #expect(found == expected, "\(query) \(collection)/\(rkey)")
    }
  }
}
