// CBORStream.swift: libcbor's streaming decoder as a sequence of strict tokens.
//
// libcbor finds where an item's head ends and what it says; it accepts far more than DAG-CBOR does.
// On top of it: shortest heads (from the number of bytes it read), definite lengths, no floats, no
// other simple values. What a token means where it stands is the decoder's business.
// The pointers that libcbor is given live inside one call; nothing of C leaves this file.
import CCBOR

/// One head as libcbor saw it, and for strings the bytes after it.
struct CBORToken {
  enum Kind {
    case unsigned, negative, bytes, text, array, map, tag, bool, null
    case float, simple, indefinite
    /// No callback was called.
    case nothing
  }

  var kind = Kind.nothing
  /// The value, length, count or tag; for `bool` 0 or 1.
  var argument: UInt64 = 0
  /// The bytes of a string, borrowed from the input.
  var payload = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
}

/// Reads tokens from borrowed bytes, which it must not outlive.
struct CBORStream {
  let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0
  private var token = CBORToken()
  private var callbacks = CBORStream.table

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var remaining: Int { bytes.count - offset }

  /// The kind of the item that comes next, if there is one.
  var nextMajor: CBORMajor? { offset < bytes.count ? CBORMajor(initial: bytes[offset]) : nil }

  /// Reads one token and moves past it. A string may have `stringMax` bytes: `rule` is thrown over
  /// that, whether or not its bytes are there.
  mutating func next(
    stringMax: Int = Limits.itemByteCountMax, over rule: CBORError.Rule = .itemTooLarge
  ) throws(CBORError) -> CBORToken {
    let start = offset
    token = CBORToken()
    // Safe: libcbor reads at most `remaining` bytes, and calls back, with our token, before it
    // returns.
    let rest = bytes.baseAddress?.advanced(by: start).assumingMemoryBound(to: UInt8.self)
    let result = cbor_stream_decode(rest, remaining, &callbacks, &token)
    guard result.status == CBOR_DECODER_FINISHED, token.kind != .nothing else {
      throw refusal(stringMax: stringMax, over: rule)
    }
    switch token.kind {
    case .float: throw CBORError(.float, at: start)
    case .simple: throw CBORError(.simpleValue, at: start)
    case .indefinite: throw CBORError(.indefiniteLength, at: start)
    case .bool, .null: break
    case .unsigned, .negative, .bytes, .text, .array, .map, .tag, .nothing:
      guard result.read - token.payload.count == CBORHead.byteCount(token.argument) else {
        throw CBORError(.notMinimal, at: start)
      }
    }
    guard token.payload.count <= stringMax else { throw CBORError(rule, at: start) }
    offset += result.read
    return token
  }

  /// What is wrong with an item that libcbor would not read, by name.
  private func refusal(stringMax: Int, over rule: CBORError.Rule) -> CBORError {
    var cursor = CBORCursor(bytes, at: offset)
    do throws(CBORError) {
      let head = try cursor.readHead()
      switch head.major {
      case .bytes, .text:
        return CBORError(head.argument > stringMax ? rule : .truncated, at: offset)
      case .tag:
        // libcbor has no callback for the tags that no standard had assigned.
        return CBORError(.tag, at: offset)
      case .unsigned, .negative, .array, .map, .simple:
        return CBORError(.truncated, at: offset)
      }
    } catch {
      return error
    }
  }
}

// MARK: Callbacks

extension CBORStream {
  private static let table: cbor_callbacks = {
    var table = cbor_empty_callbacks
    table.uint8 = { note($0, .unsigned, UInt64($1)) }
    table.uint16 = { note($0, .unsigned, UInt64($1)) }
    table.uint32 = { note($0, .unsigned, UInt64($1)) }
    table.uint64 = { note($0, .unsigned, $1) }
    table.negint8 = { note($0, .negative, UInt64($1)) }
    table.negint16 = { note($0, .negative, UInt64($1)) }
    table.negint32 = { note($0, .negative, UInt64($1)) }
    table.negint64 = { note($0, .negative, $1) }
    table.byte_string = { noteString($0, .bytes, $1, $2) }
    table.string = { noteString($0, .text, $1, $2) }
    // A count is size_t, which Swift sees as Int: from 2^63 on it would be negative.
    table.array_start = { note($0, .array, UInt64(bitPattern: Int64($1))) }
    table.map_start = { note($0, .map, UInt64(bitPattern: Int64($1))) }
    table.tag = { note($0, .tag, $1) }
    table.boolean = { note($0, .bool, $1 ? 1 : 0) }
    table.null = { note($0, .null, 0) }
    table.float2 = { context, _ in note(context, .float, 0) }
    table.float4 = { context, _ in note(context, .float, 0) }
    table.float8 = { context, _ in note(context, .float, 0) }
    table.undefined = { note($0, .simple, 0) }
    table.byte_string_start = { note($0, .indefinite, 0) }
    table.string_start = { note($0, .indefinite, 0) }
    table.indef_array_start = { note($0, .indefinite, 0) }
    table.indef_map_start = { note($0, .indefinite, 0) }
    table.indef_break = { note($0, .indefinite, 0) }
    return table
  }()
}

/// - Precondition: `context` is the token that `CBORStream.next` handed to libcbor.
private func note(_ context: UnsafeMutableRawPointer?, _ kind: CBORToken.Kind, _ argument: UInt64) {
  // Safe: libcbor passes the context through unchanged.
  let token = context!.assumingMemoryBound(to: CBORToken.self)
  token.pointee.kind = kind
  token.pointee.argument = argument
}

private func noteString(
  _ context: UnsafeMutableRawPointer?, _ kind: CBORToken.Kind, _ start: UnsafePointer<UInt8>?,
  _ count: Int
) {
  note(context, kind, UInt64(count))
  // Safe: as above; libcbor has checked that `count` bytes are there.
  context!.assumingMemoryBound(to: CBORToken.self).pointee.payload =
    UnsafeBufferPointer(start: start, count: count)
}
