// Style.swift: the few ways in which text is set off, as terminals are told (ECMA-48, SGR).

enum Style {
  case normal
  case strong
  case faint
  case good
  case bad
  case notable

  private var code: String? {
    switch self {
    case .normal: nil
    case .strong: "1"
    case .faint: "2"
    case .good: "32"
    case .bad: "31"
    case .notable: "36"
    }
  }

  /// `text` in this style, or as it is where there is no colour.
  func applied(to text: String, _ colour: Colour) -> String {
    guard colour == .on, let code, !text.isEmpty else { return text }
    return "\u{1b}[\(code)m\(text)\u{1b}[0m"
  }
}

/// Whether output is coloured.
enum Colour {
  case on, off

  /// - Parameters:
  ///   - isRefused: by `--no-color`.
  ///   - isTerminal: whether the output is one.
  static func rule(
    isRefused: Bool, environment: [String: String], isTerminal: Bool
  ) -> Colour {
    // https://no-color.org and https://bixense.com/clicolors: empty counts as unset.
    if isRefused || environment["NO_COLOR"]?.isEmpty == false { return .off }
    if isForced(environment) { return .on }
    return isTerminal && environment["TERM"] != "dumb" ? .on : .off
  }

  /// Whether output is to be made for people even where no terminal is seen.
  static func isForced(_ environment: [String: String]) -> Bool {
    environment["CLICOLOR_FORCE"].map { !$0.isEmpty && $0 != "0" } ?? false
  }
}
