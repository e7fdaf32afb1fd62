// Site.swift: what a server is, apart from how it is reached: its store, its name, its pages.
import ATSyntax
import DAGCBOR
import Identity
import RepoStore

/// What every method may ask of its server.
struct Site: Sendable {
  let store: RepoStore
  /// The DID of the service.
  let did: DID
  /// Where clients reach it.
  let origin: HTTPOrigin
  let version: String

  func answer(_ page: Router.Page) -> Answer {
    switch page {
    case .welcome:
      .text(
        """
        This is plaited, an AT Protocol Personal Data Server.

        Most of it is below /xrpc/: try /xrpc/com.atproto.server.describeServer
        Protocol: https://atproto.com

        """)
    case .robots:
      // What is public is public, and crawlers of the protocol do not read this.
      .text("User-agent: *\nAllow: /\n")
    case .health: .json(["version": .string("plaited \(version)")])
    }
  }
}
