// CommonVectors.swift: the roots, commits and sizes that the common input must give.
//
// Two implementations that agree here agree on keys, records, the tree, commits and RFC 6979.
import DAGCBOR

/// What a repo of the first `count` records of `CommonInput` is.
struct CommonVector: Sendable {
  var count: Int
  var root: String
  var nodeCount: Int
  var nodeByteCount: Int
  var rev: String
  /// The root's digest in hexadecimal, as it stands in the unsigned commit.
  var rootDigest: String
  var signature: String
  var commit: String
}

extension CommonVector {
  static let signedByteCount = 188

  /// What every unsigned commit begins with, up to the text of its rev.
  static let unsignedFront =
    "a56364696478206469643a706c633a7065657262656e63687065657262656e636870656572323263"
    + "7265766d"

  /// Between rev and root, and after the root.
  static let unsignedMiddle = "6464617461d82a58250001711220"
  static let unsignedEnd = "6470726576f66776657273696f6e03"

  static let all: [CommonVector] = [
    CommonVector(
      count: 0, root: "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm",
      nodeCount: 1, nodeByteCount: 7, rev: "3n74wodl22222",
      rootDigest: "9dfefe61dd76ea3dcae5023880b08379d57adf20482d6fdbe2759289f647677b",
      signature: "2b840d71ffccbdc930b172dd4cff5e428cf7815c14ea9be22d0ad58d8985765e"
        + "2eff038e254888b3e48686f60d33dcb4dc6e90f071d52c8fd3bee31d72802bde",
      commit: "bafyreicdpvqeuqxrhtzow46xtejadn5odjgqy3a7wyp3nz2xawiurfqhtm"),
    CommonVector(
      count: 1, root: "bafyreifycpt23bwptynghpb74svch7vpffze5jvh5yyp7ncfq6fstm63au",
      nodeCount: 1, nodeByteCount: 96, rev: "3n74wodl22322",
      rootDigest: "b813e7ad86cf9e1a63bc3fe4aa23feaf29724ea6a7ee30ffb445878b29b3db05",
      signature: "bd6febeeededbe284b9f25b56665c804d1cc8b272252b64bb82d02ca8f3e5a60"
        + "423f55de3fe895c85994ed02a489ebd287d493e2125c99604d41e9788042452e",
      commit: "bafyreicvbhppfx3wessje3jjfp5lfvbnsavfqveviveanlnqapaey2yllu"),
    CommonVector(
      count: 2, root: "bafyreiblexppb2iihhdqgottg4jktx5a326v65pw76zuaelskf52ufn4tq",
      nodeCount: 1, nodeByteCount: 173, rev: "3n74wodl22422",
      rootDigest: "2b25def0e90839c7033a733712a9dfa0debd5f75f6ffb3401172517baa15bc9c",
      signature: "313b090589d239177f4d50118d27e0473c9804c379642be6cd4b11730e19e3b7"
        + "08332ecc9f65f88db6fc457880655f03aa6c45b8ffa3a99d4e8a5ee2f6b1ed38",
      commit: "bafyreib4irpmnvshqw3pb7mxhyhwfd7nq4ev5deo6rqxm5fiuipa6bbkhq"),
    CommonVector(
      count: 3, root: "bafyreifrsodrvilupkpmr4vwhhtvb7jlc27le4gjyzqtnnvhbc5hndgg2e",
      nodeCount: 1, nodeByteCount: 234, rev: "3n74wodl22522",
      rootDigest: "b193871aa1747a9ec8f2b639e750fd2b16beb270c9c66136b6a708ba768cc6d1",
      signature: "95f60bd5ff74f70f63c4c3ff0f280a966c17da8779d3988352c578741c88f36a"
        + "7672d5ecfb48244b9f7811236d8270091b85b1b4b23ef63e90f46a099a6c00b0",
      commit: "bafyreifvlqsq7ofnyo55qqnuz5hrw5xjz26trzow5qwutp7hqk2mqy2pmi"),
    CommonVector(
      count: 10, root: "bafyreiedj2n74bxoxcacd4f7hgtlycxoaywzq4scmrskhdbcp7xqwbzjxq",
      nodeCount: 3, nodeByteCount: 833, rev: "3n74wodl22e22",
      rootDigest: "834e9bfe06eeb88021f0bf39a6bc0aee062d9872426464a38c227fef0b0729bc",
      signature: "c6f63334e00d5a41b90767ecffddef85941ede6b6f18a5643ab17d62ba3195f6"
        + "0ac0f8b1cbb14f2d012f45eee2e9fb4738db3d14217d9fe3e27c698f684af99a",
      commit: "bafyreial2jqnl5jtgweqlcrxg5vdp6jwdeihwoc32nblvingnxbl2voeyy"),
    CommonVector(
      count: 100, root: "bafyreia746wtvtx7e2xs7copectwfycmih23rm3mf4vb6pi7lpm6q2vq4y",
      nodeCount: 32, nodeByteCount: 8_414, rev: "3n74wodl25622",
      rootDigest: "1fe7ad3aceff26af2f89cf20a762e04c41f5b8b36c2f2a1f3d1f5bd9e86ab0e6",
      signature: "46b270a22b583a189e21f2ece468ea53946053428019adb187f29554804b1602"
        + "77da4c2bdb547e99af358e69ec58d92c08ee1277d498d64fd3da66ae719ac7b4",
      commit: "bafyreifm7x5d2hodijffwpzqncofh2rfomb4pzlde6m5v6gmar7hw2s4o4"),
    CommonVector(
      count: 1_000, root: "bafyreieb3g2ozk43librwvxidfbam52qo2nsqctqxyw2mdttvkz2pkfe2e",
      nodeCount: 276, nodeByteCount: 80_835, rev: "3n74wodl2zc22",
      rootDigest: "81d9b4ecab9b5a031b56e81942067750769b280a70be2da60e73aab3a7a8a4d1",
      signature: "0e021375595dcbf667dda6fb1bffa1a95677433d319dc705cf95198ca9f6d2ac"
        + "58ffd261d987d37fab33d5dc8b731c2d84af446f987c55732f17ccdf714613ef",
      commit: "bafyreia4bfiy2pgxxqr7d7ckoskg6e2jddd5m7pawbwp2rojdnwymul23u"),
    CommonVector(
      count: 10_000, root: "bafyreihjtwcagfby4264zozjig44gexjv2wl2v3lmc4qrocbyg6hj5vrdu",
      nodeCount: 2_760, nodeByteCount: 807_478, rev: "3n74wodldsk22",
      rootDigest: "e99d84031438e6bdccbb2941b9c312e9aeacbd576b60b908b841c1bc74f6b11d",
      signature: "f0c1d2da9667693695c47ceb310318401045be7fc7bc3d7296f1e1bcea89d25e"
        + "23558e5e7e96377857c06217e9eb3199df5507eb701ec16c35c20420ef9cb266",
      commit: "bafyreiandiobtut7vbawl27ppr2nmzqjwgawsva6xrmrrq5hga5gr5dwu4"),
  ]
}
