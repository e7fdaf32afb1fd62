// QueryWorld.swift: records to ask about, and questions in one line.
import ATSyntax
import DAGCBOR

@testable import RepoStore

enum QueryWorld {
  static let post: CBORValue = [
    "$type": "app.example.post", "text": "Disk ALMOST full, says Zoë", "level": "warn",
    "count": 3, "code": "3", "done": false, "reply": .null, "tags": ["disk", "alert"],
    "none": [], "createdAt": "2024-05-01T10:00:00.000Z", "a.b": "dotted",
    "subject": ["uri": "at://did:web:a.example/app.example.post/1", "size": -7],
    "images": [["alt": "one", "size": 10], ["alt": "two", "size": 20], ["size": 30]],
    "media": [
      "$type": "blob", "mimeType": "text/plain", "size": 5,
      "ref": .link(CID(of: [1, 2, 3], codec: .raw)),
    ],
    "raw": .bytes([1, 2, 3]),
  ]

  static func holds(_ condition: String) throws -> Bool {
    try Condition(parsing: condition).holds(in: post)
  }

  static func query(
    since: String? = nil, until: String? = nil, time: String = "createdAt"
  ) throws -> RecordQuery {
    var query = RecordQuery(try NSID("app.example.post"))
    query.since = try since.map { try Datetime($0) }
    query.until = try until.map { try Datetime($0) }
    query.timeField = try FieldPath(time)
    return query
  }
}
