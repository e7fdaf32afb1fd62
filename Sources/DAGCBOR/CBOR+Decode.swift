// CBOR+Decode.swift: bytes to values, strictly.
//
// Tokens come from libcbor (CBORStream); order, nesting, UTF-8, links and limits are checked here.
// The checks are written apart from CBORValidator's on purpose: tests hold the two against each
// other. Spec: https://atproto.com/specs/data-model, section "Data Encoding"

extension CBOR {
  /// Decodes exactly one item, of any kind. Accepts what `validate` accepts, and throws what it
  /// throws.
  ///
  /// - Complexity: O(bytes). Memory: at most about 50 bytes for one of input, whatever is claimed.
  /// - Returns: a value of which `encode` gives the same bytes again.
  public static func decode(_ bytes: [UInt8]) throws(CBORError) -> CBORValue {
    guard bytes.count <= Limits.itemByteCountMax else { throw CBORError(.itemTooLarge, at: 0) }
    let (value, end) = try decodeItem(in: bytes, at: 0)
    guard end == bytes.count else { throw CBORError(.trailingBytes, at: end) }
    return value
  }

  /// Decodes the one item that begins at `offset`, whatever follows it.
  ///
  /// - Returns: the value, and the offset of the first byte after the item.
  /// - Precondition: `offset` is not negative. At or beyond the end the error is `.truncated`.
  public static func decodeItem(
    in bytes: [UInt8], at offset: Int
  ) throws(CBORError) -> (value: CBORValue, end: Int) {
    try bytes.span.bytes.withUnsafeBytes { (buffer) throws(CBORError) in
      let window = window(on: buffer, at: offset)
      var decoder = CBORDecoder(window)
      do throws(CBORError) {
        let value = try decoder.value(depth: 0)
        return (value, offset + decoder.offset)
      } catch {
        throw error.seen(through: window, on: buffer, at: offset)
      }
    }
  }
}

private struct CBORDecoder {
  private var stream: CBORStream
  /// Items that the open containers and the caller still need: each takes a byte at least.
  private var owed = 1

  init(_ bytes: UnsafeRawBufferPointer) { stream = CBORStream(bytes) }

  var offset: Int { stream.offset }

  /// Reads one value inside of `depth` containers; the recursion is as deep as the nesting, which
  /// is bounded.
  mutating func value(depth: Int) throws(CBORError) -> CBORValue {
    owed -= 1
    let start = stream.offset
    let token = try stream.next()
    switch token.kind {
    case .unsigned: return .integer(try integer(token, at: start))
    case .negative: return .integer(~(try integer(token, at: start)))
    case .bytes: return .bytes([UInt8](token.payload))
    case .text: return .string(try text(token, at: start))
    case .array:
      let count = try open(token, itemsEach: 1, depth: depth, at: start)
      return .array(try array(count: count, depth: depth + 1))
    case .map:
      let count = try open(token, itemsEach: 2, depth: depth, at: start)
      return .map(try map(count: count, depth: depth + 1))
    case .tag: return try link(token, at: start)
    case .bool: return .bool(token.argument == 1)
    case .null: return .null
    case .float, .simple, .indefinite, .nothing:
      preconditionFailure("the stream refuses \(token.kind)")
    }
  }

  private func integer(_ token: CBORToken, at start: Int) throws(CBORError) -> Int64 {
    guard let value = Int64(exactly: token.argument) else {
      throw CBORError(.integerRange, at: start)
    }
    return value
  }

  private func text(_ token: CBORToken, at start: Int) throws(CBORError) -> String {
    do throws(UTF8.ValidationError) {
      return String(copying: try UTF8Span(validating: token.payload.span))
    } catch {
      throw CBORError(.utf8, at: start)
    }
  }

  /// Checks a container's count before anything is reserved for it.
  private mutating func open(
    _ token: CBORToken, itemsEach: Int, depth: Int, at start: Int
  ) throws(CBORError) -> Int {
    guard depth < Limits.nestingMax else { throw CBORError(.nesting, at: start) }
    guard token.argument <= UInt64(Limits.containerCountMax) else {
      throw CBORError(.containerTooLarge, at: start)
    }
    owed += itemsEach * Int(token.argument)
    guard owed <= stream.remaining else { throw CBORError(.truncated, at: start) }
    return Int(token.argument)
  }

  private mutating func array(count: Int, depth: Int) throws(CBORError) -> [CBORValue] {
    var values: [CBORValue] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try value(depth: depth)) }
    return values
  }

  private mutating func map(count: Int, depth: Int) throws(CBORError) -> CBORMap {
    var keys: [String] = []
    var values: [CBORValue] = []
    keys.reserveCapacity(count)
    values.reserveCapacity(count)
    var last: UnsafeBufferPointer<UInt8>?
    for _ in 0..<count {
      keys.append(try key(after: &last))
      values.append(try value(depth: depth))
    }
    return CBORMap(canonicalKeys: keys, values: values)
  }

  /// Reads a key and checks it against the bytes of the one before, which it replaces.
  private mutating func key(
    after last: inout UnsafeBufferPointer<UInt8>?
  ) throws(CBORError) -> String {
    owed -= 1
    let start = stream.offset
    guard let major = stream.nextMajor else { throw CBORError(.truncated, at: start) }
    guard major == .text else { throw CBORError(.mapKeyType, at: start) }
    let token = try stream.next(stringMax: Limits.mapKeyByteCountMax, over: .mapKeyTooLong)
    let key = try text(token, at: start)
    if let last, last.count >= token.payload.count {
      guard last.count == token.payload.count else { throw CBORError(.mapKeyOrder, at: start) }
      if !last.lexicographicallyPrecedes(token.payload) {
        let isSame = last.elementsEqual(token.payload)
        throw CBORError(isSame ? .mapKeyRepeated : .mapKeyOrder, at: start)
      }
    }
    last = token.payload
    return key
  }

  /// The content of a tag that begins at `start`.
  private mutating func link(_ tag: CBORToken, at start: Int) throws(CBORError) -> CBORValue {
    guard tag.argument == 42 else { throw CBORError(.tag, at: start) }
    guard let major = stream.nextMajor else { throw CBORError(.truncated, at: start) }
    guard major == .bytes else { throw CBORError(.link, at: start) }
    let token: CBORToken
    do throws(CBORError) {
      token = try stream.next(stringMax: 1 + Limits.cidByteCountMax, over: .link)
    } catch {
      throw CBORError(error.rule, at: start)
    }
    let binary = [UInt8](token.payload.dropFirst())
    guard token.payload.first == 0 else { throw CBORError(.link, at: start) }
    if let cid = CID(binary: binary) { return .link(cid) }
    guard let foreign = ForeignCID(binary: binary) else { throw CBORError(.link, at: start) }
    return .foreignLink(foreign)
  }
}
