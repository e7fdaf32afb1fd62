// IdentifierTests.swift: DIDs, handles, NSIDs and record keys, by vectors of our own.
import ATSyntax
import TestKit
import Testing

@Suite("DIDs")
struct DIDTests {
  @Test("a DID is taken apart into method and identifier")
  func parts() throws {
    let did = try DID("did:plc:7iza6de2dwap2sbkpav7c6c6")
    #expect(did.method == "plc" && did.identifier == "7iza6de2dwap2sbkpav7c6c6")
    #expect(try DID("did:method::::val").identifier == ":::val")
    #expect(try DID("did:m:v").method == "m")
  }

  @Test("only 24 characters of base 32 make a did:plc")
  func plc() throws {
    #expect(try DID("did:plc:7iza6de2dwap2sbkpav7c6c6").isPLC)
    for text in [
      "did:plc:7iza6de2dwap2sbkpav7c6c", "did:plc:7iza6de2dwap2sbkpav7c6c66",
      "did:plc:7iza6de2dwap2sbkpav7c6c1", "did:plc:7iza6de2dwap2sbkpav7c6C6",
      "did:plx:7iza6de2dwap2sbkpav7c6c6", "did:web:7iza6de2dwap2sbkpav7c6.co",
    ] {
      #expect(try !DID(text).isPLC, "\(text)")
    }
  }

  @Test("a did:web is a host name, or localhost with at most a port")
  func web() throws {
    for text in [
      "did:web:example.com", "did:web:a.b.example", "did:web:localhost", "did:web:localhost%3A1",
      "did:web:localhost%3A65535",
    ] { #expect(try DID(text).isWeb, "\(text)") }
    for text in [
      "did:web:example.com:user", "did:web:example.com%3A80", "did:web:example", "did:web:1.2.3.4",
      "did:web:localhost%3A0", "did:web:localhost%3A65536", "did:web:localhost%3A123456",
      "did:web:localhost%3Ax", "did:web:localhost.", "did:web:localhostess", "did:plc:example.com",
      "did:web:localhost%3", "did:web:localhost%3a1", "did:web:localhost%3A",
    ] {
      // Some of them are no DIDs at all.
      do throws(SyntaxError) {
        let did = try DID(text)
        #expect(!did.isWeb, "\(text)")
      } catch {
        #expect(error.expected == .did)
      }
    }
  }

  @Test("a DID may have 2 048 bytes and no more")
  func length() throws {
    let longest = "did:m:" + String(repeating: "v", count: 2_042)
    #expect(try DID(longest).description == longest)
    #expect(throws: SyntaxError.self) { try DID(longest + "v") }
  }
}

@Suite("Handles")
struct HandleTests {
  @Test("a handle is lower-cased, so that case never tells two apart")
  func lowerCase() throws {
    #expect(try Handle("XX.LCS.Mit.EDU").description == "xx.lcs.mit.edu")
    #expect(try Handle("John.test") == Handle("john.TEST"))
  }

  @Test("a top-level domain that never resolves is told, and test is not one")
  func reserved() throws {
    for domain in [
      "alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "ONION",
    ] { #expect(try Handle("a.\(domain)").hasReservedTopLevelDomain, "\(domain)") }
    for text in ["a.test", "invalid.com", "a.locals", "onion.a.co"] {
      #expect(try !Handle(text).hasReservedTopLevelDomain, "\(text)")
    }
    #expect(Handle.invalid.hasReservedTopLevelDomain)
    #expect(try Handle("handle.invalid") == Handle.invalid)
  }

  @Test("either name of an account is read by how it starts")
  func identifier() throws {
    #expect(try ATIdentifier("did:plc:abc") == .did(DID("did:plc:abc")))
    #expect(try ATIdentifier("A.test") == .handle(Handle("a.test")))
    #expect(Grammar.all[2].refusal(of: "did:plc:")?.expected == .did)
    #expect(Grammar.all[2].refusal(of: "DID:plc:abc")?.expected == .handle)
  }
}

@Suite("NSIDs and record keys")
struct NSIDTests {
  @Test("the authority is lower-cased and the name keeps its case")
  func normalised() throws {
    let nsid = try NSID("COM.Example.fooBar")
    #expect(nsid.description == "com.example.fooBar")
    #expect(nsid.authority == "com.example" && nsid.name == "fooBar")
    #expect(try NSID("com.example.foobar") != nsid)
  }

  @Test("an NSID may have 317 bytes and no more, in whatever part")
  func length() throws {
    let segment = String(repeating: "a", count: 62)
    let authority = Array(repeating: segment, count: 4).joined(separator: ".") + ".a"
    let name = String(repeating: "n", count: 63)
    #expect(authority.utf8.count == 253)
    #expect(try NSID("\(authority).\(name)").authority == authority)
    #expect(try NSID("\(authority).\(segment.dropLast()).n").name == "n")
    #expect(Grammar.all[3].refusal(of: "\(authority)a.\(name)")?.rule == .length)
  }

  @Test("one dot or two are no record key, three are")
  func dots() throws {
    #expect(Grammar.all[4].refusal(of: ".")?.rule == .dotName)
    #expect(Grammar.all[4].refusal(of: "..")?.rule == .dotName)
    #expect(try RecordKey("...").description == "...")
    #expect(try RecordKey(".a").description == ".a")
    #expect(try RecordKey("a.").description == "a.")
  }

  @Test("a TID is a record key, and identifiers sort by their bytes")
  func order() throws {
    #expect(RecordKey(try TID("3jzfcijpj2z2a")).description == "3jzfcijpj2z2a")
    let keys = try ["-", ".a", "0", ":", "A", "Z", "_", "a", "aa", "b", "~"].map {
      try RecordKey($0)
    }
    #expect(keys.shuffled().sorted() == keys)
  }
}
