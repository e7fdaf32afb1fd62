// ParametersTests.swift: query strings, from examples of both good and bad ones.
import ATSyntax
import TestKit
import Testing

@testable import XRPC

@Suite("Parameters")
struct ParametersTests {
  @Test("a plus is a space, a percent sign begins a byte, and an empty value is a value")
  func decodes() throws {
    let parameters = try Parameters(query: "a=1+2&b=%41%c3%bc&c=&d&e=x=y")
    #expect(try parameters.required("a") == "1 2")
    #expect(try parameters.required("b") == "Aü")
    #expect(try parameters.required("c") == "")
    #expect(try parameters.required("d") == "")
    #expect(try parameters.required("e") == "x=y")
    #expect(try parameters.optional("f", as: String.self) == nil)
  }

  @Test(
    "what is not percent-encoded UTF-8 is refused",
    arguments: ["a=%", "a=%4", "a=%4g", "a=%ff", "%c3=1", "a=%ed%a0%80"])
  func refuses(query: String) {
    #expect { try Parameters(query: query[...]) } throws: {
      ($0 as? XRPCError)?.status == .badRequest
    }
  }

  @Test("more parameters than the limit are refused")
  func bounds() throws {
    let most = Array(repeating: "a=1", count: ServerLimits.parameterCountMax)
    #expect(
      try Parameters(query: most.joined(separator: "&")[...]).all("a", as: Int.self).count
        == most.count)
    let more = (most + ["a=1"]).joined(separator: "&")
    #expect(throws: XRPCError.self) { try Parameters(query: more[...]) }
  }

  @Test("a repeated name is an array, and refused where one value is wanted")
  func repeats() throws {
    let parameters = try Parameters(query: "a=1&a=2&b=3")
    #expect(try parameters.all("a", as: Int.self) == [1, 2])
    #expect(
      throws: XRPCError.invalidRequest("parameter a is given 2 times, expected once")
    ) { try parameters.required("a", as: Int.self) }
  }

  @Test("no query of any bytes is more than refused, and what is read is what was meant")
  func random() throws {
    var random = SplitMix64.printed("queries")
    let pieces = Array("abc=&%+4fF#?é\u{0}").map(String.init)
    for _ in 0..<scaled(20_000) {
      let query = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        pieces.randomElement(using: &random) ?? ""
      }.joined()
      do throws(XRPCError) {
        let parameters = try Parameters(query: query[...])
        _ = try parameters.all("a", as: String.self)
      } catch {
        #expect(error.status == .badRequest)
      }
      let text = String((0..<5).compactMap { _ in "a+%&=é#".randomElement(using: &random) })
      let encoded = text.utf8.map { "%" + String(Int($0) + 256, radix: 16).suffix(2) }.joined()
      #expect(try Parameters(query: "x=\(encoded)&y=1").required("x") == text)
    }
  }

  @Test("an error names the parameter, what it is, and what it should be")
  func explains() throws {
    let parameters = try Parameters(query: "did=did%3Ax%0a&limit=0&flag=TRUE&n=%2b1")
    #expect(throws: XRPCError.invalidRequest("parameter repo is missing: expected a DID")) {
      try parameters.required("repo", as: DID.self)
    }
    #expect(
      throws: XRPCError.invalidRequest(#"parameter did is "did:x\n", expected a DID"#)
    ) { try parameters.required("did", as: DID.self) }
    #expect(throws: XRPCError.invalidRequest("parameter limit is 0, expected 1 to 100")) {
      try parameters.integer("limit", in: 1...100, default: 50)
    }
    #expect(throws: XRPCError.self) { try parameters.required("flag", as: Bool.self) }
    #expect(throws: XRPCError.self) { try parameters.required("n", as: Int.self) }
  }
}
