// TokenTargets.swift: any bytes as tokens: none is taken that was not made with the key.
import ATCrypto
import ATSyntax
import DAGCBOR
import Tokens

extension FuzzTarget {
  static let tokenTargets = [
    FuzzTarget(
      name: "token",
      seeds: {
        var seeds: [[UInt8]] = []
        for scope in TokenScope.allCases {
          let token = SessionToken(
            did: try DID("did:web:a.example"), scope: scope, session: "s", id: "i", issued: 1,
            expires: 100)
          seeds.append(seed(try tokens(1).text(of: token)))
        }
        for curve in Curve.allCases {
          let key = try PrivateKey(curve: curve, bytes: [UInt8](repeating: 1, count: 32))
          let token = ServiceToken(
            issuer: try DID("did:web:a.example"), audience: "did:web:b.example#x",
            method: try NSID("com.example.method"), nonce: "n", issued: 1, expires: 100)
          seeds.append(seed(token.signed(by: key)))
        }
        return seeds
      },
      run: { input in
        let text = String(decoding: input, as: UTF8.self)
        guard let jws = attempt({ try JWS(text) }) else { return }
        require(
          jws.signed.count + 1 < text.utf8.count || jws.signature.isEmpty,
          "what is signed is more than the token")
        // The seeds are of another key.
        require(
          attempt { try tokens(2).read(text, at: 50) } == nil, "a token of another key is taken")
        if let token = attempt({ try UnverifiedServiceToken(text, at: 50) }) {
          require(!token.issuer.description.isEmpty, "a token without an issuer is read")
        }
      })
  ]

  private static func tokens(_ byte: UInt8) throws -> SessionTokens {
    SessionTokens(
      key: [UInt8](repeating: byte, count: 32), service: try DID("did:web:b.example"))
  }
}
