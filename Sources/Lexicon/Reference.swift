// Reference.swift: the name of a definition: `app.example.note` or `app.example.note#part`.
//
// The main definition is written without its name. Not here: what a name stands for (Catalog).
// Spec: https://atproto.com/specs/lexicon#ref
import ATSyntax

/// The name of one definition of one document.
public struct Reference: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// What a document's primary definition is called.
  public static let mainName = "main"

  public let document: NSID
  public let name: String
  /// The full name: the bare NSID for `main`. It is also the `$type` of an object of a union.
  public let description: String

  /// - Precondition: `name` passes `isDefinitionName`; names from outside go through `init(_:in:)`.
  public init(_ document: NSID, _ name: String = Reference.mainName) {
    precondition(Reference.isDefinitionName(name), "a definition named \(name)")
    self.document = document
    self.name = name
    description = name == Reference.mainName ? document.description : "\(document)#\(name)"
  }

  /// Reads a reference as a schema writes it: a full name, or `#name` for one of `document`.
  ///
  /// Returns nil where `text` is no reference. `x.y.z#main` is read as `x.y.z`.
  public init?(_ text: String, in document: NSID?) {
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.count == 2 ? String(parts[1]) : Reference.mainName
    guard Reference.isDefinitionName(name) else { return nil }
    if parts[0].isEmpty {
      guard parts.count == 2, let document else { return nil }
      self.init(document, name)
      return
    }
    do throws(SyntaxError) {
      self.init(try NSID(String(parts[0])), name)
    } catch {
      return nil
    }
  }

  public static func < (a: Reference, b: Reference) -> Bool { a.description < b.description }

  /// Whether a definition may be called `name`: a letter, then letters and digits, at most 63, as
  /// the last segment of an NSID.
  public static func isDefinitionName(_ name: String) -> Bool {
    guard let first = name.utf8.first, (1...63).contains(name.utf8.count) else { return false }
    return first.isASCIILetter
      && name.utf8.allSatisfy { $0.isASCIILetter || (0x30...0x39).contains($0) }
  }
}

extension UInt8 {
  var isASCIILetter: Bool { (0x61...0x7a).contains(self | 0x20) }
}
