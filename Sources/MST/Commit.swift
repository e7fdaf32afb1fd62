// Commit.swift: the signed statement that a repo's tree has this root as of this rev.
//
//   {did, rev, sig, data, prev, version}    version 3: rev and prev are there, prev is usually null
//   {did, sig, data, prev, version}         version 2: read, never written; rev may be missing
//
// Unsigned and signed commits are two types: only a signed one has a CID. Keys are not known here;
// signing is a function from a digest to a signature, verifying one from both to a yes or no.
// Spec: https://atproto.com/specs/repository#commit-objects
import ATSyntax
import DAGCBOR

/// A commit before it is signed: always version 3.
public struct UnsignedCommit: Hashable, Sendable {
  public var did: DID
  public var rev: TID
  /// The root of the tree.
  public var data: CID
  /// The commit before; null in practice. Subscribers are told the root before, in another field.
  public var prev: CID?

  public init(did: DID, rev: TID, data: CID, prev: CID? = nil) {
    self.did = did
    self.rev = rev
    self.data = data
    self.prev = prev
  }

  /// The DAG-CBOR bytes that are signed: the commit without its `sig`.
  public var encoded: [UInt8] { fields.encoded(with: nil) }

  var fields: CommitFields {
    CommitFields(
      did: did.description, rev: rev.description, data: data, prev: prev, version: 3)
  }

  /// The SHA-256 of `encoded`, which is what a key signs.
  public var digest: Digest { Digest(of: encoded) }

  /// The signed commit. `sign` is called once, with `digest`; what it throws is thrown on.
  public func signed<E: Error>(
    by sign: (Digest) throws(E) -> Signature
  ) throws(E) -> Commit {
    Commit(self, signature: try sign(digest))
  }
}

/// A signed commit as written today.
public struct Commit: Hashable, Sendable {
  public let unsigned: UnsignedCommit
  public let signature: Signature

  public init(_ unsigned: UnsignedCommit, signature: Signature) {
    self.unsigned = unsigned
    self.signature = signature
  }

  /// The DAG-CBOR block.
  public var encoded: [UInt8] { unsigned.fields.encoded(with: signature) }

  public var cid: CID { CID(of: encoded) }
}

/// A commit of version 2, as old exports hold it: read and verified, never written.
public struct LegacyCommit: Hashable, Sendable {
  public let did: DID
  /// Version 2 had no rev at first.
  public let rev: TID?
  public let data: CID
  public let prev: CID?
  public let signature: Signature

  /// The SHA-256 of the bytes that were signed.
  public var digest: Digest { Digest(of: fields.encoded(with: nil)) }

  private var fields: CommitFields {
    CommitFields(did: did.description, rev: rev?.description, data: data, prev: prev, version: 2)
  }
}

/// A commit block from outside.
public enum CommitBlock: Hashable, Sendable {
  case current(Commit)
  case legacy(LegacyCommit)

  /// Reads a commit block strictly: canonical DAG-CBOR with exactly the fields of its version.
  ///
  /// Nothing is verified but the form: not the signature, not that `data` is there.
  /// - Throws: what is wrong, and at which byte. Cost: one pass, no hash.
  public init(_ block: [UInt8]) throws(CommitError) {
    let decoded: (fields: CommitFields, signature: Signature)
    do throws(CBORError) {
      decoded = try block.span.bytes.withUnsafeBytes { bytes throws(CBORError) in
        try CommitFields.decode(bytes)
      }
    } catch {
      throw CommitError(.encoding(error.rule), at: error.offset)
    }
    let (fields, signature) = decoded
    let did: DID
    let rev: TID?
    do throws(SyntaxError) {
      did = try DID(fields.did)
      if let text = fields.rev { rev = try TID(text) } else { rev = nil }
    } catch {
      throw CommitError(.identifier(error), at: 0)
    }
    guard fields.data.codec == .dagCBOR else { throw CommitError(.dataCodec, at: 0) }
    switch (fields.version, rev) {
    case (3, let rev?):
      let unsigned = UnsignedCommit(did: did, rev: rev, data: fields.data, prev: fields.prev)
      self = .current(Commit(unsigned, signature: signature))
    case (2, let rev):
      self = .legacy(
        LegacyCommit(
          did: did, rev: rev, data: fields.data, prev: fields.prev, signature: signature))
    case (3, nil): throw CommitError(.revMissing, at: 0)
    case (let version, _): throw CommitError(.version(version), at: 0)
    }
  }

  /// Whose repo it is.
  public var did: DID {
    switch self {
    case .current(let commit): commit.unsigned.did
    case .legacy(let commit): commit.did
    }
  }

  /// The root of the tree.
  public var data: CID {
    switch self {
    case .current(let commit): commit.unsigned.data
    case .legacy(let commit): commit.data
    }
  }

  /// What was signed, and the signature: for a key to judge.
  public var signed: (digest: Digest, signature: Signature) {
    switch self {
    case .current(let commit): (commit.unsigned.digest, commit.signature)
    case .legacy(let commit): (commit.digest, commit.signature)
    }
  }
}

/// Why a block is not a commit.
public struct CommitError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What a commit block must be.
  public enum Rule: Hashable, Sendable {
    /// The bytes are not DAG-CBOR, or not the field that a commit has at this place.
    case encoding(CBORError.Rule)
    case identifier(SyntaxError)
    case dataCodec
    case revMissing
    case version(UInt64)
  }

  public var rule: Rule
  /// Offset in bytes in the block; 0 where the value of a field is wrong, not its form.
  public var offset: Int

  init(_ rule: Rule, at offset: Int) {
    self.rule = rule
    self.offset = offset
  }

  public var description: String {
    switch rule {
    case .encoding(let rule): "commit: \(rule.rawValue), at byte \(offset)"
    case .identifier(let error): "commit: \(error)"
    case .dataCodec: "commit: data is not a link to a dag-cbor block"
    case .revMissing: "commit: version 3 without rev"
    case .version(let version): "commit: version \(version), expected 3 (or 2 in old exports)"
    }
  }
}
