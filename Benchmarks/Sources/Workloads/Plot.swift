// Plot.swift: rates against repo size, drawn as SVG.
//
// Both axes are logarithmic. A point is a median; the bar through it goes from the slowest round to
// the fastest. Colours are told apart by the colour-blind, and each line bears its own name.
import Foundation

public struct Plot {
  /// One line: its name, and a rate for each size.
  public struct Line {
    /// Said beside its last point.
    public var name: String
    /// As SVG names it.
    public var colour: String
    /// Records in the repo, and operations per second.
    public var points: [(records: Double, rate: Spread)]

    /// A line of `points` in order of their records.
    public init(_ name: String, _ colour: String, _ points: [(records: Double, rate: Spread)]) {
      self.name = name
      self.colour = colour
      self.points = points
    }
  }

  /// What is written beside the lines.
  public struct Words {
    var title: String
    var subtitle: String
    var rate: String

    /// - Parameter rate: what the vertical axis counts.
    public init(_ title: String, _ subtitle: String, rate: String) {
      self.title = title
      self.subtitle = subtitle
      self.rate = rate
    }
  }

  /// Told apart by the colour-blind.
  public static let colours = ["#0072b2", "#009e73", "#d55e00", "#7a3e9d", "#8a6d00", "#555555"]

  private let lines: [Line]
  private let words: Words
  private let records: ClosedRange<Double>
  private let rates: ClosedRange<Double>

  private static let height = 500.0
  private static let (left, right, top, bottom) = (90.0, 620.0, 70.0, 430.0)

  /// A plot of `lines`, over repos of `sizes`.
  public init(_ words: Words, _ lines: [Line], sizes: [Int]) {
    self.words = words
    self.lines = lines.filter { !$0.points.isEmpty }
    let all = lines.flatMap(\.points)
    let smallest = Double(sizes.first ?? 1_000)
    records = smallest...max(10 * smallest, Double(sizes.last ?? 0))
    let least = all.map(\.rate.least).min() ?? 1e4
    let most = all.map(\.rate.most).max() ?? 1e6
    rates = Plot.tick(atOrBelow: least)...Plot.tick(atOrAbove: most * 1.01)
  }

  /// As a document.
  public var svg: String {
    let size = "width=\"\(Int(width))\" height=\"\(Int(Plot.height))\""
    let middle = ((Plot.left + Plot.right) / 2, (Plot.top + Plot.bottom) / 2)
    let parts = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(width)) "
        + "\(Int(Plot.height))\" \(size) font-family=\"sans-serif\">",
      "<rect \(size) fill=\"#fff\"/>",
      text(Plot.left, 30, words.title, TextStyle(size: 19)),
      text(Plot.left, 51, words.subtitle, TextStyle(colour: "#555")),
      grid,
      text(middle.0, Plot.bottom + 52, "records in the repo", TextStyle(anchor: "middle")),
      text(
        24, middle.1, words.rate, TextStyle(anchor: "middle", isUpwards: true)),
    ]
    return (parts + lines.map(drawn) + [names, "</svg>\n"]).joined(separator: "\n")
  }

  /// Room for the longest name beside the lines, at most eight units for each letter.
  private var width: Double {
    max(880, Plot.right + 30 + 8 * Double(lines.map(\.name.count).max() ?? 0))
  }

  // MARK: Scales

  private func x(_ value: Double) -> Double {
    let share = log(value / records.lowerBound) / log(records.upperBound / records.lowerBound)
    return Plot.left + share * (Plot.right - Plot.left)
  }

  private func y(_ value: Double) -> Double {
    let share = log(value / rates.lowerBound) / log(rates.upperBound / rates.lowerBound)
    return Plot.bottom - share * (Plot.bottom - Plot.top)
  }

  /// 1, 2 and 5 times the powers of ten.
  private static let ticks = (0..<10).flatMap { power in
    [1, 2, 5].map { $0 * pow(10, Double(power)) }
  }

  private static func tick(atOrBelow value: Double) -> Double {
    ticks.last { $0 <= value } ?? ticks[0]
  }

  private static func tick(atOrAbove value: Double) -> Double {
    ticks.first { $0 >= value } ?? ticks[ticks.count - 1]
  }

  // MARK: Drawing

  private var grid: String {
    let horizontal = Plot.ticks.filter(rates.contains).map { value in
      line((Plot.left, y(value)), (Plot.right, y(value)), "#ddd", width: 1)
        + text(Plot.left - 10, y(value) + 5, Plot.label(value), TextStyle(anchor: "end"))
    }
    let vertical = Plot.ticks.filter { records.contains($0) && log10($0) == log10($0).rounded() }
      .map {
        line((x($0), Plot.top), (x($0), Plot.bottom), "#ddd", width: 1)
          + text(x($0), Plot.bottom + 24, Plot.label($0), TextStyle(anchor: "middle"))
      }
    let axes = [
      line((Plot.left, Plot.bottom), (Plot.right, Plot.bottom), "#444", width: 1.5),
      line((Plot.left, Plot.top), (Plot.left, Plot.bottom), "#444", width: 1.5),
    ]
    return (horizontal + vertical + axes).joined(separator: "\n")
  }

  private func drawn(_ series: Line) -> String {
    let path = series.points.map { "\(round(x($0.records))),\(round(y($0.rate.median)))" }
    let marks = series.points.map { point in
      let x = x(point.records)
      return line((x, y(point.rate.least)), (x, y(point.rate.most)), series.colour, width: 1.5)
        + "<circle cx=\"\(round(x))\" cy=\"\(round(y(point.rate.median)))\" r=\"4\" "
        + "fill=\"\(series.colour)\"/>"
    }
    return "<polyline fill=\"none\" stroke=\"\(series.colour)\" stroke-width=\"2\" "
      + "points=\"\(path.joined(separator: " "))\"/>\n" + marks.joined(separator: "\n")
  }

  /// Each line's name beside its last point, moved down where two would meet.
  private var names: String {
    let ends = lines.compactMap { line in line.points.last.map { (line, y($0.rate.median)) } }
      .sorted { $0.1 < $1.1 }
    var lowest = -Double.infinity
    return ends.map { line, y in
      lowest = max(y, lowest + 19)
      return text(Plot.right + 14, lowest + 5, line.name, TextStyle(colour: line.colour))
    }.joined(separator: "\n")
  }

  private func line(
    _ from: (x: Double, y: Double), _ to: (x: Double, y: Double), _ colour: String, width: Double
  ) -> String {
    "<line x1=\"\(round(from.x))\" y1=\"\(round(from.y))\" x2=\"\(round(to.x))\" "
      + "y2=\"\(round(to.y))\" stroke=\"\(colour)\" stroke-width=\"\(width)\"/>"
  }

  private func text(
    _ x: Double, _ y: Double, _ content: String, _ style: TextStyle = TextStyle()
  ) -> String {
    let place =
      style.isUpwards
      ? "transform=\"translate(\(round(x)) \(round(y))) rotate(-90)\""
      : "x=\"\(round(x))\" y=\"\(round(y))\""
    return "<text \(place) text-anchor=\"\(style.anchor)\" font-size=\"\(style.size)\" "
      + "fill=\"\(style.colour)\">\(content)</text>"
  }

  private func round(_ value: Double) -> String { String(format: "%.1f", value) }

  /// `10 000`, `200 k` or `1 M`.
  private static func label(_ value: Double) -> String {
    switch value {
    case 1e6...: "\(Int(value / 1e6)) M"
    case 1e3...: "\(Int(value / 1e3)) k"
    default: "\(Int(value))"
    }
  }
}

private struct TextStyle {
  var anchor = "start"
  var size = 14
  var colour = "#222"
  /// Turned to be read from below.
  var isUpwards = false
}
