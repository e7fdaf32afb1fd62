// CommandRun.swift: a row, run in one of the forms: in this process, or as the built program.
import Foundation

@testable import plaited

/// Switches for how a row is run, beside its form.
struct RunSetting {
  var form: Form
  var more: [String] = []
  var environment: [String: String] = [:]

  init(_ form: Form, _ more: [String] = [], _ environment: [String: String] = [:]) {
    self.form = form
    self.more = more
    self.environment = environment
  }
}

extension CommandRow {
  /// What the row says in a form: for people without colour.
  func said(as form: Form) async throws -> Said {
    try await said(RunSetting(form, [], ["NO_COLOR": "1"]))
  }

  /// What the row says in a copy of the world.
  func said(_ setting: RunSetting) async throws -> Said {
    let world = try await CommandWorld.copy()
    return try await said(setting, in: world)
  }

  func said(_ setting: RunSetting, in world: CommandWorld) async throws -> Said {
    let option = [Form.json: ["--json"], .ndjson: ["--ndjson"]][setting.form] ?? []
    let words = words + option + setting.more
    if varieties.contains(.process) {
      let program = try Program(
        words, in: world, environment: setting.environment, onTerminal: setting.form == .human)
      return world.masked(try program.untilStopped(), varieties)
    }
    var memory = MemoryDesk()
    memory.input = input
    memory.environment = setting.environment
    // A pager would take the place of standard output.
    memory.environment["PLAITED_PAGER"] = ""
    if setting.form == .human {
      // Where numbers vary, so do the columns that they leave: then nothing is cut.
      memory.terminal = Terminal(
        ends: [.output, .errors], columnCount: varieties.contains(.numbers) ? 200 : 100)
    }
    return world.masked(await world.run(words, memory), varieties)
  }
}

extension Said {
  /// Without what colours it.
  var colourless: Said {
    var said = self
    said.out = said.out.replacing(#/\u{1b}\[[0-9;]*m/#) { _ in "" }
    said.err = said.err.replacing(#/\u{1b}\[[0-9;]*m/#) { _ in "" }
    return said
  }
}
