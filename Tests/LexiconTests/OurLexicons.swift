// OurLexicons.swift: the documents of lexicons/, and the types that are made from them.
import ATSyntax
import Foundation
import Lexicon

enum OurLexicons {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let folder = root.appending(path: "lexicons")
  static let typesFolder = root.appending(path: "Sources/Records")

  static func catalog() throws -> Catalog { try Catalog(folder: folder.path) }

  /// The documents that types are made from: our own.
  static func ids(in catalog: Catalog) -> [NSID] {
    catalog.documents.map(\.id).filter {
      $0.description.hasPrefix("dev.plaited.") || $0.description.hasPrefix("dev.joelclaw.")
    }
  }
}
