// RepoGroup.swift: `plaited repo`: everything that is done with records and the trees they are in.
import ArgumentParser

struct RepoGroup: Group {
  static let configuration = CommandConfiguration(
    commandName: "repo", abstract: "Records: read, write, prove, look back.",
    subcommands: [
      RepoGet.self, RepoCreate.self, RepoPut.self, RepoDelete.self, RepoApply.self,
      RepoImport.self, RepoExport.self, RepoLog.self, RepoShow.self, RepoDiff.self,
      RepoRevert.self, RepoVerify.self, RepoProve.self, RepoCheckProof.self, RepoTree.self,
      RepoStats.self, RepoDescribe.self, RepoCollections.self, RepoPolicyVerb.self,
      RepoPurge.self,
    ])
}
