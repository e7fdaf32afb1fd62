// JSONReader+Number.swift: numbers, read exactly.
//
// A number is what its digits say, so it is weighed by its decimal digits and never rounded. The
// cost is linear in the text and independent of the exponent's value.

extension JSONReader {
  /// Reads `-? int frac? exp?` (RFC 8259 §6) whose value is a signed 64-bit integer.
  mutating func integer() throws(JSONError) -> Int64 {
    let start = offset
    let isNegative = try peek() == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    var decimal = Decimal()
    let hasLeadingZero = try peek() == UInt8(ascii: "0")
    let integerDigitCount = try digits { decimal.append($0) }
    if hasLeadingZero && integerDigitCount > 1 { throw JSONError(.numberForm, at: start) }
    decimal.integerDigitCount = integerDigitCount
    if take(UInt8(ascii: ".")) { _ = try digits { decimal.append($0) } }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) { decimal.exponent = try exponent() }
    switch decimal.integer(isNegative: isNegative) {
    case .success(let value): return value
    case .failure(let miss): throw JSONError(miss.rule, at: start)
    }
  }

  private mutating func exponent() throws(JSONError) -> Int {
    let isNegative = take(UInt8(ascii: "-"))
    if !isNegative { _ = take(UInt8(ascii: "+")) }
    var magnitude = 0
    // Capped: no text is long enough for its digits to outweigh 2^40 places.
    _ = try digits { magnitude = min(magnitude * 10 + Int($0), 1 << 40) }
    return isNegative ? -magnitude : magnitude
  }

  /// Reads one digit or more.
  private mutating func digits(_ body: (UInt8) -> Void) throws(JSONError) -> Int {
    let start = offset
    while offset < text.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = text[offset] {
      body(text[offset] - UInt8(ascii: "0"))
      offset += 1
    }
    guard offset > start else {
      throw offset < text.count
        ? JSONError(.numberForm, at: offset) : JSONError(.truncated, at: offset)
    }
    return offset - start
  }
}

/// The digits of a number without its sign, of which the first 19 that count are kept.
///
/// A digit's place is its power of ten. Digits before the first that is not zero do not count, and
/// 19 from there are enough: a number whose first one has place 18 or less needs no more.
private struct Decimal {
  static let keptCountMax = 19
  static let powersOfTen: [UInt64] = (0..<19).reduce(into: [1]) { powers, _ in
    powers.append(powers[powers.count - 1] &* 10)
  }

  var integerDigitCount = 0
  var exponent = 0
  private var digitCount = 0
  private var first: Int?
  private var last = 0
  private var kept: UInt64 = 0
  private var keptCount = 0

  enum Miss: Error {
    case fraction, range

    var rule: JSONError.Rule {
      switch self {
      case .fraction: .fraction
      case .range: .integerRange
      }
    }
  }

  mutating func append(_ digit: UInt8) {
    defer { digitCount += 1 }
    if digit != 0 {
      first = first ?? digitCount
      last = digitCount
    }
    guard first != nil, keptCount < Decimal.keptCountMax else { return }
    kept = kept * 10 + UInt64(digit)
    keptCount += 1
  }

  private func place(of index: Int) -> Int { integerDigitCount - 1 - index + exponent }

  func integer(isNegative: Bool) -> Result<Int64, Miss> {
    guard let first else { return .success(0) }
    if place(of: last) < 0 { return .failure(.fraction) }
    if place(of: first) >= Decimal.keptCountMax { return .failure(.range) }
    // The places run from at most 18 down to at least 0, so every shift below is by 0...18, a shift
    // to the right drops only zeros, and the magnitude stays below 10^19 < 2^64.
    let lastKeptPlace = place(of: first + keptCount - 1)
    let magnitude =
      lastKeptPlace >= 0
      ? kept * Decimal.powersOfTen[lastKeptPlace] : kept / Decimal.powersOfTen[-lastKeptPlace]
    if isNegative && magnitude == Int64.min.magnitude { return .success(Int64.min) }
    guard let value = Int64(exactly: magnitude) else { return .failure(.range) }
    return .success(isNegative ? -value : value)
  }
}
