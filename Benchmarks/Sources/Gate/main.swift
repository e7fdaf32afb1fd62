// main.swift: the count gate alone, which needs no cryptography and so is built in seconds.
import Foundation
import World

do {
  let gate = try CountGate()
  print(gate.text)
  exit(gate.isPassed ? 0 : 1)
} catch {
  FileHandle.standardError.write(Data("Gate: \(error)\n".utf8))
  exit(2)
}
