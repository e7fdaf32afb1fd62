// Plot.swift: write throughput against repo size, drawn as SVG.
//
// Both axes are logarithmic. A point is a median; the bar through it goes from the slowest round to
// the fastest. Colours are told apart by the colour-blind, and each line bears its own name.
import Foundation

struct Plot {
  private struct Line {
    var name: String
    var colour: String
    /// Records in the repo, and insertions per second.
    var points: [(records: Double, rate: Spread)]
  }

  private let lines: [Line]
  private let records: ClosedRange<Double>
  private let rates: ClosedRange<Double>

  private static let (width, height) = (880.0, 500.0)
  private static let (left, right, top, bottom) = (90.0, 620.0, 70.0, 430.0)

  init(run: Run, sizes: [Int]) {
    let shapes = [
      ("in-time-order-by-200", "200 a commit, newest keys", "#0072b2"),
      ("random-by-200", "200 a commit, any keys", "#009e73"),
      ("in-time-order", "one a commit, newest key", "#d55e00"),
      ("random", "one a commit, any key", "#7a3e9d"),
    ]
    lines = shapes.map { shape, name, colour in
      let points = sizes.compactMap { size in
        let label = size >= 1_000_000 ? "\(size / 1_000_000)m" : "\(size / 1_000)k"
        return run.rate("insert/\(shape)/\(label)-records").map { (Double(size), $0) }
      }
      return Line(name: name, colour: colour, points: points)
    }
    let all = lines.flatMap(\.points)
    records = Double(sizes.first ?? 1_000)...max(10_000, Double(sizes.last ?? 0))
    let least = all.map(\.rate.least).min() ?? 1e4
    let most = all.map(\.rate.most).max() ?? 1e6
    rates = Plot.tick(atOrBelow: least)...Plot.tick(atOrAbove: most)
  }

  var svg: String {
    let size = "width=\"\(Int(Plot.width))\" height=\"\(Int(Plot.height))\""
    let middle = ((Plot.left + Plot.right) / 2, (Plot.top + Plot.bottom) / 2)
    let parts = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(Plot.width)) "
        + "\(Int(Plot.height))\" \(size) font-family=\"sans-serif\">",
      "<rect \(size) fill=\"#fff\"/>",
      text(Plot.left, 30, "Tree writes by repo size", TextStyle(size: 19)),
      text(Plot.left, 51, Plot.subtitle, TextStyle(colour: "#555")),
      grid,
      text(middle.0, Plot.bottom + 52, "records in the repo", TextStyle(anchor: "middle")),
      text(
        24, middle.1, "records inserted per second", TextStyle(anchor: "middle", isUpwards: true)),
    ]
    return (parts + lines.map(drawn) + [names, "</svg>\n"]).joined(separator: "\n")
  }

  private static let subtitle =
    "insert and seal, in memory, one thread; medians, bars from the slowest round to the fastest"

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
