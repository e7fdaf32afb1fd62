// Schemas.swift: the lexicons of this repository, which answers are held to.
import ATSyntax
import DAGCBOR
import Foundation
import Lexicon
import Testing

@testable import XRPC

enum Schemas {
  static let catalog: Catalog = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    // Safe: a repository whose lexicons cannot be read fails here, with the reason.
    return try! Catalog(folder: root.appendingPathComponent("lexicons").path)
  }()

  /// Expects an answer with JSON to be what the method's lexicon says.
  static func expect(
    _ answer: HTTPAnswer, of method: NSID, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    guard answer.status == 200 else { return }
    let main = try #require(catalog[method]?.main, "no lexicon of \(method)")
    let output: BodySchema?
    switch main {
    case .query(let definition), .procedure(let definition): output = definition.output
    case .subscription, .record, .permissionSet, .token, .field: return
    }
    guard let schema = output?.schema else {
      #expect(
        answer.body.isEmpty || output != nil, "\(method) answers and its lexicon does not",
        sourceLocation: sourceLocation)
      return
    }
    do throws(LexiconError) {
      _ = try catalog.check(json(answer), against: schema.type, of: "\(method)")
    } catch {
      Issue.record("\(error): \(answer.text.prefix(300))", sourceLocation: sourceLocation)
    }
  }

  private static func json(_ answer: HTTPAnswer) -> CBORValue {
    do throws(JSONError) { return try JSONForm.decode(answer.body) } catch { return .null }
  }

  /// Whether a method is of the kind that its lexicon says.
  static func agrees(with method: XRPCMethod) -> Bool {
    switch (catalog[method.nsid]?.main, method.kind) {
    case (.query?, .query), (.procedure?, .procedure), (.subscription?, .subscription): true
    default: false
    }
  }
}
