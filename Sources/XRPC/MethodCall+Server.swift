// MethodCall+Server.swift: com.atproto.server, as far as nobody need be known for it.
import DAGCBOR

extension MethodCall {
  /// `describeServer`: what a client may expect here.
  func describeServer() -> Answer {
    .json([
      "did": .string(site.did.description), "availableUserDomains": [],
      // Nobody can make an account over the network.
      "inviteCodeRequired": true, "phoneVerificationRequired": false, "links": [:], "contact": [:],
      "blobUploadLimit": .integer(Int64(site.configuration.blobByteCountMax)),
    ])
  }
}
