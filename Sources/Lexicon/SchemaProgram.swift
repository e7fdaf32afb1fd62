// SchemaProgram.swift: every schema of a catalog, compiled once into flat tables.
//
// A step is one type with its constraints; fields, elements and references are numbers of steps, so
// a reference costs nothing and a cycle is only a number that leads back. Nothing in the tables is
// counted or copied while a record is walked.
// Not here: making the tables (ProgramBuilder), walking a record (RecordWalk).
//
//   steps       [ object | string | union | … ]      one for each definition and each inline type
//   properties  [ key, step, isRequired, isNullable ]  of an object: consecutive, canonical order
//   choices     texts or integers of a closed set, members of a union: consecutive, sorted
//   texts       the bytes of all keys, choices and type names

/// One compiled type.
struct SchemaStep {
  enum Kind: UInt8 {
    case boolean, integer, string, bytes, link, blob, array, object, union, unknown
    /// A reference that leads nowhere: only the judge knows what that means for a record.
    case unresolved
  }

  var kind: Kind
  var format: StringFormat?
  /// Of a union: whether other members are refused.
  var isClosed = false
  /// The properties of an object, the choices of a scalar, the members of a union.
  var entries: Range<Int32> = 0..<0
  /// Of an array: the step of its elements. Of an object: how many properties are required. Of a
  /// blob: its schema's number.
  var detail: Int32 = 0
  /// Of an integer its value, of a boolean 0 or 1, of a string or bytes their bytes, of an array
  /// its elements.
  var min = Int64.min
  var max = Int64.max
  var minGraphemes: Int64 = 0
  var maxGraphemes = Int64.max
}

/// A stretch of `SchemaProgram.texts`.
struct TextSlice {
  var offset: Int32
  var count: Int32
}

/// A field of a compiled object.
struct SchemaProperty {
  var name: TextSlice
  var step: Int32
  var isRequired: Bool
  var isNullable: Bool
}

/// A member of a compiled union: the `$type` that it is known by.
struct SchemaMember {
  var name: TextSlice
  var step: Int32
}

/// The tables. They do not change after they were built.
final class SchemaProgram: Sendable {
  let steps: [SchemaStep]
  let properties: [SchemaProperty]
  let members: [SchemaMember]
  let textChoices: [TextSlice]
  let integerChoices: [Int64]
  let blobs: [BlobSchema]
  let texts: [UInt8]
  /// The step of each definition that has data.
  let entries: [Reference: Int32]

  init(_ builder: consuming ProgramBuilder) {
    steps = builder.steps
    properties = builder.properties
    members = builder.members
    textChoices = builder.textChoices
    integerChoices = builder.integerChoices
    blobs = builder.blobs
    texts = builder.texts
    entries = builder.entries
  }

  /// The tables as borrowed memory.
  struct View {
    var steps: UnsafeBufferPointer<SchemaStep>
    var properties: UnsafeBufferPointer<SchemaProperty>
    var members: UnsafeBufferPointer<SchemaMember>
    var textChoices: UnsafeBufferPointer<TextSlice>
    var integerChoices: UnsafeBufferPointer<Int64>
    var blobs: UnsafeBufferPointer<BlobSchema>
    var texts: UnsafeBufferPointer<UInt8>
  }

  /// Lends the tables to `body`.
  func withView<R>(_ body: (View) -> R) -> R {
    // Safe: each pointer is used inside of its own closure alone, and the arrays never change.
    steps.withUnsafeBufferPointer { steps in
      properties.withUnsafeBufferPointer { properties in
        members.withUnsafeBufferPointer { members in
          withChoices { textChoices, integerChoices, blobs, texts in
            body(
              View(
                steps: steps, properties: properties, members: members, textChoices: textChoices,
                integerChoices: integerChoices, blobs: blobs, texts: texts))
          }
        }
      }
    }
  }

  private func withChoices<R>(
    _ body: (
      UnsafeBufferPointer<TextSlice>, UnsafeBufferPointer<Int64>, UnsafeBufferPointer<BlobSchema>,
      UnsafeBufferPointer<UInt8>
    ) -> R
  ) -> R {
    textChoices.withUnsafeBufferPointer { textChoices in
      integerChoices.withUnsafeBufferPointer { integerChoices in
        blobs.withUnsafeBufferPointer { blobs in
          texts.withUnsafeBufferPointer { texts in
            body(textChoices, integerChoices, blobs, texts)
          }
        }
      }
    }
  }
}
