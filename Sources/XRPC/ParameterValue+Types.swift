// ParameterValue+Types.swift: what the texts of parameters may be read as.
import ATSyntax
import DAGCBOR

extension String: ParameterValue {
  static var expectation: String { "text" }
  init?(parameter text: String) { self = text }
}

extension Int: ParameterValue {
  static var expectation: String { "a whole number" }
  /// Decimal digits with at most a minus before them.
  init?(parameter text: String) {
    guard text.utf8.first != UInt8(ascii: "+") else { return nil }
    self.init(text)
  }
}

extension Bool: ParameterValue {
  static var expectation: String { "true or false" }
  init?(parameter text: String) {
    switch text {
    case "true": self = true
    case "false": self = false
    default: return nil
    }
  }
}

extension CID: ParameterValue {
  static var expectation: String { "a CID (version 1, dag-cbor or raw, sha-256, base32)" }
  init?(parameter text: String) { self.init(text) }
}

extension DID: ParameterValue {
  static var expectation: String { "a DID" }
  init?(parameter text: String) {
    do throws(SyntaxError) { try self.init(text) } catch { return nil }
  }
}

extension ATIdentifier: ParameterValue {
  static var expectation: String { "a DID or a handle" }
  init?(parameter text: String) {
    do throws(SyntaxError) { try self.init(text) } catch { return nil }
  }
}

extension Handle: ParameterValue {
  static var expectation: String { "a handle" }
  init?(parameter text: String) {
    do throws(SyntaxError) { try self.init(text) } catch { return nil }
  }
}

extension NSID: ParameterValue {
  static var expectation: String { "an NSID" }
  init?(parameter text: String) {
    do throws(SyntaxError) { try self.init(text) } catch { return nil }
  }
}

extension RecordKey: ParameterValue {
  static var expectation: String { "a record key" }
  init?(parameter text: String) {
    do throws(SyntaxError) { try self.init(text) } catch { return nil }
  }
}

extension TID: ParameterValue {
  static var expectation: String { "a TID" }
  init?(parameter text: String) {
    do throws(SyntaxError) { try self.init(text) } catch { return nil }
  }
}
