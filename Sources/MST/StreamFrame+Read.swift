// StreamFrame+Read.swift: the fields of each message, asked for in canonical order.
//
// `blobs`, `rebase` and `tooBig` are relics that say nothing any more: written for those who demand
// them, and not asked for here. Not here: how fields are found (StreamFields).
// Spec: lexicon com.atproto.sync.subscribeRepos
import ATSyntax
import DAGCBOR

extension StreamFrame {
  /// The message in the map at `offset`, which has been validated.
  static func message(
    _ type: StreamEventType, _ bytes: UnsafeRawBufferPointer, at offset: Int
  ) throws(StreamFrameError) -> StreamFrame {
    do throws(StreamFrameError) {
      var fields = try StreamFields(bytes, at: offset)
      switch type {
      case .commit: return try fields.commit()
      case .sync: return try fields.sync()
      case .identity: return try fields.identity()
      case .account: return try fields.account()
      }
    } catch {
      var error = error
      error.identify(type, bytes, at: offset)
      throw error
    }
  }
}

extension StreamFrameError {
  /// Adds whose event it was, where that can be read: what is wrong may be wrong with just that.
  fileprivate mutating func identify(
    _ type: StreamEventType, _ bytes: UnsafeRawBufferPointer, at offset: Int
  ) {
    seq = found(in: bytes, at: offset) { (fields) throws(StreamFrameError) in try fields.seq() }
    did = found(in: bytes, at: offset) { (fields) throws(StreamFrameError) in
      try fields.did(type == .commit ? "repo" : "did")
    }
  }

  private func found<Value>(
    in bytes: UnsafeRawBufferPointer, at offset: Int,
    _ read: (inout StreamFields) throws(StreamFrameError) -> Value
  ) -> Value? {
    do throws(StreamFrameError) {
      var fields = try StreamFields(bytes, at: offset)
      return try read(&fields)
    } catch {
      // The error at hand is the one to be reported.
      return nil
    }
  }
}

extension StreamFields {
  fileprivate mutating func commit() throws(StreamFrameError) -> StreamFrame {
    let ops = try maps("ops", max: StreamLimits.opCountMax) { (fields) throws(StreamFrameError) in
      try fields.op()
    }
    let (rev, seq, did, time) = (try rev(), try seq(), try did("repo"), try time())
    let since = try since()
    let blocks = try byteString("blocks", max: StreamLimits.commitBlocksByteCountMax)
    let commit = try value("commit") { (cursor) throws(CBORError) in try cursor.readLink() }
    let prevData = try optional("prevData") { (cursor) throws(CBORError) in
      try cursor.readLink()
    }
    let event = CommitEvent(
      did: did, rev: rev, since: since, commit: commit, blocks: blocks, ops: ops,
      prevData: prevData)
    return .message(seq: seq, time: time, event: .commit(event))
  }

  private mutating func op() throws(StreamFrameError) -> RepoOp {
    let cid = try nullable("cid") { (cursor) throws(CBORError) in try cursor.readLink() }
    let key = try identifier("path") { (text) throws(SyntaxError) in
      try RecordPath.checkStorageKey(text)
      return MSTKey(checked: text)
    }
    let prev = try optional("prev") { (cursor) throws(CBORError) in try cursor.readLink() }
    let action = try text("action")
    switch (action, cid, prev) {
    case ("create", let cid?, nil): return RepoOp(key, .create(cid))
    case ("update", let cid?, let prev?): return RepoOp(key, .update(cid, previous: prev))
    case ("delete", nil, let prev?): return RepoOp(key, .delete(previous: prev))
    case ("create", _, _), ("update", _, _), ("delete", _, _):
      throw error(.links(action: action))
    default: throw error(.action(action))
    }
  }

  fileprivate mutating func sync() throws(StreamFrameError) -> StreamFrame {
    let (did, rev, seq, time) = (try did("did"), try rev(), try seq(), try time())
    let blocks = try byteString("blocks", max: StreamLimits.syncBlocksByteCountMax)
    let event = SyncEvent(did: did, rev: rev, blocks: blocks)
    return .message(seq: seq, time: time, event: .sync(event))
  }

  fileprivate mutating func identity() throws(StreamFrameError) -> StreamFrame {
    let (did, seq, time) = (try did("did"), try seq(), try time())
    let text = try optional("handle") { (cursor) throws(CBORError) in try cursor.readText() }
    let handle: Handle? =
      if let text {
        try parsed(text) { (text) throws(SyntaxError) in try Handle(utf8: text) }
      } else {
        nil
      }
    let event = IdentityEvent(did: did, handle: handle)
    return .message(seq: seq, time: time, event: .identity(event))
  }

  fileprivate mutating func account() throws(StreamFrameError) -> StreamFrame {
    let (did, seq, time) = (try did("did"), try seq(), try time())
    let isActive = try value("active") { (cursor) throws(CBORError) in try cursor.readBool() }
    let status = AccountStatus(name: try optionalText("status"), isActive: isActive)
    let event = AccountEvent(did: did, status: status, isActive: isActive)
    return .message(seq: seq, time: time, event: .account(event))
  }

  fileprivate mutating func did(_ name: StaticString) throws(StreamFrameError) -> DID {
    try identifier(name) { (text) throws(SyntaxError) in try DID(utf8: text) }
  }

  private mutating func rev() throws(StreamFrameError) -> TID {
    try identifier("rev") { (text) throws(SyntaxError) in try TID(utf8: text) }
  }

  fileprivate mutating func seq() throws(StreamFrameError) -> Int64 {
    try value("seq") { (cursor) throws(CBORError) in Int64(try cursor.readUnsigned()) }
  }

  /// Null before the first commit. Relays pass on what some servers write there: an empty text.
  private mutating func since() throws(StreamFrameError) -> TID? {
    let text = try nullable("since") { (cursor) throws(CBORError) in try cursor.readText() }
    guard let text, !text.isEmpty else { return nil }
    return try parsed(text) { (text) throws(SyntaxError) in try TID(utf8: text) }
  }

  private mutating func time() throws(StreamFrameError) -> Datetime {
    try identifier("time") { (text) throws(SyntaxError) in
      try Datetime(String(decoding: text, as: UTF8.self))
    }
  }
}
