// TypedValue+Types.swift: the Swift types that stand for the types of the language.
//
// A handle, an NSID and the authority of an AT-URI are lower-cased as they are read: they mean the
// same, and the record that is written again may have another CID.
import ATSyntax
import DAGCBOR

extension Bool: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    guard case .bool(let value) = value else { throw .kind(.boolean, value) }
    self = value
  }

  public var lexicon: CBORValue { .bool(self) }
}

extension Int64: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    guard case .integer(let value) = value else { throw .kind(.integer, value) }
    self = value
  }

  public var lexicon: CBORValue { .integer(self) }
}

extension String: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    guard case .string(let value) = value else { throw .kind(.string, value) }
    self = value
  }

  public var lexicon: CBORValue { .string(self) }
}

extension Array: LexiconValue where Element: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    guard case .array(let values) = value else { throw .kind(.array, value) }
    self = []
    reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      do throws(FieldFault) {
        append(try Element(lexicon: value))
      } catch {
        throw error.inside(String(index))
      }
    }
  }

  public var lexicon: CBORValue { .array(map(\.lexicon)) }
}

/// An object of which no more is known.
extension CBORMap: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    guard case .map(let map) = value else { throw .kind(.object, value) }
    self = map
  }

  public var lexicon: CBORValue { .map(self) }
}

extension CID: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    guard case .link(let cid) = value else { throw .kind(.link, value) }
    self = cid
  }

  public var lexicon: CBORValue { .link(self) }
}

/// A text with a format.
protocol FormattedText: LexiconValue, CustomStringConvertible {
  static var format: StringFormat { get }
  init(_ text: String) throws(SyntaxError)
}

extension FormattedText {
  /// - Throws: where `value` is no text of the format.
  public init(lexicon value: CBORValue) throws(FieldFault) {
    guard case .string(let text) = value else { throw .kind(.string, value) }
    do throws(SyntaxError) {
      self = try Self(text)
    } catch {
      throw FieldFault(.format(Self.format, error))
    }
  }

  /// The text.
  public var lexicon: CBORValue { .string(description) }
}

extension ATIdentifier: FormattedText, LexiconValue {
  static var format: StringFormat { .atIdentifier }
}
extension ATURI: FormattedText, LexiconValue { static var format: StringFormat { .atURI } }
extension Datetime: FormattedText, LexiconValue { static var format: StringFormat { .datetime } }
extension DID: FormattedText, LexiconValue { static var format: StringFormat { .did } }
extension Handle: FormattedText, LexiconValue { static var format: StringFormat { .handle } }
extension NSID: FormattedText, LexiconValue { static var format: StringFormat { .nsid } }
extension TID: FormattedText, LexiconValue { static var format: StringFormat { .tid } }
extension RecordKey: FormattedText, LexiconValue { static var format: StringFormat { .recordKey } }
extension URIString: FormattedText, LexiconValue { static var format: StringFormat { .uri } }
extension Language: FormattedText, LexiconValue { static var format: StringFormat { .language } }
