// main.swift: a tool that other implementations are held against, line by line.
//
// `interop VERB [ARGUMENTS]`: one line of answer for one line of standard input. Each verb is a
// file.
import Foundation

let verbs: [String: ([String]) throws -> Void] = [
  "cbor": CBORVerb.run,
  "cbor-generate": CBORGenerateVerb.run,
  "common-input": CommonInputVerb.run,
  "mst-scripts": MSTScriptsVerb.run,
]

let arguments = Array(CommandLine.arguments.dropFirst())
guard let name = arguments.first, let verb = verbs[name] else {
  let known = verbs.keys.sorted().joined(separator: ", ")
  FileHandle.standardError.write(Data("interop: expected a verb, one of: \(known)\n".utf8))
  exit(64)
}
do {
  try verb(Array(arguments.dropFirst()))
} catch {
  FileHandle.standardError.write(Data("interop \(name): \(error)\n".utf8))
  exit(1)
}
