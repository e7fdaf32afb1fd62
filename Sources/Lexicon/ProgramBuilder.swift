// ProgramBuilder.swift: from documents to the tables of a SchemaProgram.
//
// Every definition gets its step's number before any is compiled, so references are numbers at
// once, whatever their order, length or cycles. Recursion is over the nesting of a document.
import ATSyntax
import DAGCBOR

struct ProgramBuilder {
  private(set) var steps: [SchemaStep] = []
  private(set) var properties: [SchemaProperty] = []
  private(set) var members: [SchemaMember] = []
  private(set) var textChoices: [TextSlice] = []
  private(set) var integerChoices: [Int64] = []
  private(set) var blobs: [BlobSchema] = []
  private(set) var texts: [UInt8] = []
  private(set) var entries: [Reference: Int32] = [:]
  private var slices: [String: TextSlice] = [:]

  /// `types`: the data of every definition that has any.
  init(_ types: [Reference: FieldType]) {
    // The step of everything that is not here.
    steps = [SchemaStep(kind: .unresolved)]
    let ordered = types.sorted { $0.key < $1.key }
    for (reference, _) in ordered {
      entries[reference] = Int32(steps.count)
      steps.append(SchemaStep(kind: .unresolved))
    }
    for (index, (_, type)) in ordered.enumerated() { steps[index + 1] = compiled(type) }
  }

  /// The number of the step of `type`, which is new unless it is a reference.
  private mutating func step(of type: FieldType) -> Int32 {
    if case .ref(let reference) = type { return entries[reference] ?? 0 }
    let compiled = compiled(type)
    steps.append(compiled)
    return Int32(steps.count - 1)
  }

  private mutating func compiled(_ type: FieldType) -> SchemaStep {
    switch type {
    case .boolean(let schema):
      var step = SchemaStep(kind: .boolean, min: 0, max: 1)
      if let const = schema.const { (step.min, step.max) = (const ? 1 : 0, const ? 1 : 0) }
      return step
    case .integer(let schema): return integer(schema)
    case .string(let schema): return string(schema)
    case .bytes(let schema):
      return SchemaStep(kind: .bytes, lengths: (schema.minLength, schema.maxLength))
    case .cidLink: return SchemaStep(kind: .link)
    case .blob(let schema):
      blobs.append(schema)
      return SchemaStep(kind: .blob, detail: Int32(blobs.count - 1))
    case .array(let schema):
      var step = SchemaStep(kind: .array, lengths: (schema.minLength, schema.maxLength))
      step.detail = self.step(of: schema.items.type)
      return step
    case .object(let schema): return object(schema)
    case .union(let schema): return union(schema)
    case .unknown: return SchemaStep(kind: .unknown)
    // A definition is no reference: the language has no names for names.
    case .ref(let reference): return steps[Int(entries[reference] ?? 0)]
    }
  }

  private mutating func integer(_ schema: IntegerSchema) -> SchemaStep {
    var step = SchemaStep(kind: .integer)
    step.min = schema.minimum ?? .min
    step.max = schema.maximum ?? .max
    if let values = schema.enum {
      let start = Int32(integerChoices.count)
      integerChoices += values.sorted()
      step.entries = start..<Int32(integerChoices.count)
    }
    if let const = schema.const { (step.min, step.max) = (const, const) }
    return step
  }

  private mutating func string(_ schema: StringSchema) -> SchemaStep {
    var step = SchemaStep(kind: .string, lengths: (schema.minLength, schema.maxLength))
    step.format = schema.format
    step.minGraphemes = Int64(schema.minGraphemes ?? 0)
    step.maxGraphemes = Int64(schema.maxGraphemes ?? .max)
    // A constant is one of the closed set, where there is both.
    let choices = schema.const.map { [$0] } ?? schema.enum?.sorted
    if let choices {
      let start = Int32(textChoices.count)
      for choice in choices { textChoices.append(slice(choice)) }
      step.entries = start..<Int32(textChoices.count)
    }
    return step
  }

  private mutating func object(_ schema: ObjectSchema) -> SchemaStep {
    // The steps of the fields first: their own properties must not come between these.
    var compiled: [SchemaProperty] = []
    for property in schema.properties {
      compiled.append(
        SchemaProperty(
          name: slice(property.name), step: step(of: property.schema.type),
          isRequired: property.isRequired, isNullable: property.isNullable))
    }
    let start = Int32(properties.count)
    properties += compiled
    return SchemaStep(
      kind: .object, entries: start..<Int32(properties.count), detail: Int32(schema.requiredCount))
  }

  private mutating func union(_ schema: UnionSchema) -> SchemaStep {
    let sorted = schema.refs.sorted { CBORMap.isOrdered($0.description, before: $1.description) }
    let start = Int32(members.count)
    for reference in sorted {
      members.append(
        SchemaMember(name: slice(reference.description), step: entries[reference] ?? 0))
    }
    return SchemaStep(
      kind: .union, isClosed: schema.isClosed, entries: start..<Int32(members.count))
  }

  /// Where a text is, which is put there once.
  private mutating func slice(_ text: String) -> TextSlice {
    if let slice = slices[text], isSame(text, at: slice) { return slice }
    let slice = TextSlice(offset: Int32(texts.count), count: Int32(text.utf8.count))
    texts += text.utf8
    slices[text] = slice
    return slice
  }

  /// `String` also unites texts that differ in bytes and not in meaning.
  private func isSame(_ text: String, at slice: TextSlice) -> Bool {
    slice.count == text.utf8.count
      && texts[Int(slice.offset)..<Int(slice.offset + slice.count)].elementsEqual(text.utf8)
  }
}

extension SchemaStep {
  fileprivate init(kind: Kind, lengths: (min: Int?, max: Int?)) {
    self.init(kind: kind)
    min = Int64(lengths.min ?? 0)
    max = Int64(lengths.max ?? .max)
  }
}
