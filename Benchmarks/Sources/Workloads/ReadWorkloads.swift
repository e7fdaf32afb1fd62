// ReadWorkloads.swift: the tree's part of W5: lookups warm and cold, proofs made and verified.
import DAGCBOR
import MST

extension Workload {
  private static let lookupCount = 10_000
  private static let proofCount = 2_000

  static func reading(_ records: Int) -> [Workload] {
    looking(records) + [
      Workload("prove/from-memory/\(size(records))", operations: proofCount) { worlds in
        let repo = try worlds.repo(records)
        return Pass { try prove(repo.sample.prefix(proofCount), repo.tree) }
      },
      Workload("prove/from-bytes/\(size(records))", operations: proofCount) { worlds in
        let repo = try worlds.repo(records)
        let stored = MST(root: repo.root, in: repo.blocks)
        return Pass { try prove(repo.sample.prefix(proofCount), stored) }
      },
      Workload("verify/proof/\(size(records))", operations: proofCount) { worlds in
        let repo = try worlds.repo(records)
        let proofs = try repo.sample.prefix(proofCount).map { entry in
          var nodes = BlockMap()
          try repo.tree.proof(of: [entry.key]) { nodes.insert($0, $1) }
          return (entry, nodes)
        }
        return Pass {
          for (entry, nodes) in proofs {
            let found = try MST.provenValue(of: entry.key, root: repo.root, nodes: nodes)
            precondition(found == entry.value, "a proof of \(entry.key)")
          }
        }
      },
    ]
  }

  static func looking(_ records: Int) -> [Workload] {
    [
      Workload("lookup/in-memory/\(size(records))", operations: lookupCount) { worlds in
        let repo = try worlds.repo(records)
        return Pass { try look(up: repo.sample.prefix(lookupCount), in: repo.tree) }
      },
      Workload("lookup/from-bytes/\(size(records))", operations: lookupCount) { worlds in
        let repo = try worlds.repo(records)
        let stored = MST(root: repo.root, in: repo.blocks)
        return Pass { try look(up: repo.sample.prefix(lookupCount), in: stored) }
      },
    ]
  }

  private static func look(up entries: ArraySlice<MSTEntry>, in tree: MST) throws {
    for entry in entries {
      let found = try tree.value(of: entry.key)
      precondition(found == entry.value, "\(entry.key) is lost")
    }
  }

  private static func prove(_ entries: ArraySlice<MSTEntry>, _ tree: MST) throws {
    var tray = BlockTray()
    for entry in entries {
      tray.empty()
      try tree.proof(of: [entry.key]) { tray.append($1) }
    }
  }
}
