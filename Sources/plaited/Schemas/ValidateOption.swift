// ValidateOption.swift: `--validate`, and how what it found is told, the same for every command
// that writes.
import ArgumentParser
import DAGCBOR
import RepoStore

struct ValidateOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Schemas: required, optimistic (where they are known) or off.", valueName: "mode"))
  var validate: ValidationMode = .optimistic
}

extension ValidationMode: ExpressibleByArgument {}

/// How many records were found to be what.
struct SchemaTally: Equatable {
  var validation: ValidationMode
  private(set) var counts: [ValidationStatus: Int] = [:]

  init(_ validation: ValidationMode, _ counts: [ValidationStatus: Int] = [:]) {
    self.validation = validation
    self.counts = counts
  }

  mutating func add(_ schemas: [ValidationStatus]) {
    for schema in schemas { counts[schema, default: 0] += 1 }
  }

  /// `{"mode":"optimistic","valid":3,"unknown":1}`.
  var value: CBORValue {
    [
      "mode": .string(validation.rawValue), "valid": .count(counts[.valid] ?? 0),
      "unknown": .count(counts[.unknown] ?? 0),
    ]
  }

  /// What stands on a card.
  var cell: Cell {
    let parts = [ValidationStatus.valid, .unknown].compactMap { status in
      counts[status].map { "\(Amount.grouped($0)) \(status.rawValue)" }
    }
    if validation == .off { return .faint("not checked") }
    return parts.isEmpty ? .faint("nothing to check") : .text(parts.joined(separator: ", "))
  }
}

extension ValidationStatus {
  /// What stands on a card; nothing where nobody looked.
  var cell: Cell? {
    switch self {
    case .valid: .good(rawValue)
    case .unknown: .faint("\(rawValue): no schema is known")
    case .absent: nil
    }
  }

  /// As the protocol names it; nothing where nobody looked.
  var value: CBORValue? { self == .absent ? nil : .string(rawValue) }
}
