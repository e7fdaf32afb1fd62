// BuiltInLexicons.swift: the documents of lexicons/, which the compiler put into the program.
//
// Not here: which they are (the folder, and CLexicons, which a test compares with it).
import CLexicons

/// The schemas that come with this package: those of its own records, and of every method that it
/// serves or calls.
public enum BuiltInLexicons {
  /// The files, by path: `app/example/note.json`, and what is in them.
  public static var files: [(path: String, text: [UInt8])] {
    (0..<plaited_lexicon_count()).map { index in
      let file = plaited_lexicon_at(index)
      // Safe: both point at constants, of which the second has `count` bytes.
      return (
        String(cString: file.path), Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
      )
    }
  }

  /// All documents. Cost: each is read anew, some milliseconds in all.
  /// - Throws: never for an unchanged package: a test reads them.
  public static func documents() throws(LexiconError) -> [LexiconDocument] {
    var documents: [LexiconDocument] = []
    for file in files {
      documents.append(try LexiconDocument(json: file.text, name: file.path))
    }
    return documents
  }
}
