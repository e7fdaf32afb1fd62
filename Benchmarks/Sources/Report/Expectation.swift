// Expectation.swift: what is expected of a figure: a guess made before it was first measured, and
// the most or least that it may be.
import Workloads

struct Expectation {
  enum Goal {
    case atMost(Double)
    case atLeast(Double)
    /// At most, by other figures and rates of the run.
    case atMostIn((Run) -> Double?)
  }

  var name: String
  var guess: Double
  var goal: Goal?
}

extension Expectation {
  static func all(sizes: [Int]) -> [Expectation] {
    let names = sizes.map(Question.sizeName)
    let largest = names.last ?? ""
    let middle = sizes.last.map { Question.sizeName(min(100_000, $0)) } ?? ""
    return latencies(middle) + opening(largest) + bytes(middle)
  }

  private static func latencies(_ size: String) -> [Expectation] {
    [64, 4].flatMap { writers -> [Expectation] in
      let name = "store/commit-\(writers)-writers/durable/\(size)"
      return [
        Expectation(name: "\(name)/p50", guess: writers == 64 ? 4 : 0.6),
        Expectation(
          name: "\(name)/p99", guess: writers == 64 ? 8 : 1,
          goal: .atMostIn { run in
            guard let rate = run.rate(name), let sync = run.rate("disk/append-zeroed/6-KB"),
              let commit = run.rate("store/commit-checked/memory/\(size)")
            else { return nil }
            let syncs = 4 / sync.median
            return writers == 64
              ? (2 * 64 / rate.median + syncs) * 1e3 : (syncs + 4 / commit.median) * 1e3
          }),
      ]
    }
  }

  private static func opening(_ size: String) -> [Expectation] {
    [
      Expectation(name: "store/open/clean/\(size)", guess: 10, goal: .atMost(50)),
      Expectation(name: "store/open/killed/\(size)", guess: 300, goal: .atMost(1_000)),
      Expectation(name: "store/memory/opened/\(size)", guess: 15),
      Expectation(name: "store/memory/idle/\(size)", guess: 40, goal: .atMost(60)),
      Expectation(name: "store/memory/idle-mapped/\(size)", guess: 60),
      Expectation(name: "store/memory/import-base/\(size)", guess: 8),
      Expectation(name: "store/memory/import-peak/\(size)", guess: 200, goal: .atMost(250)),
      Expectation(name: "store/import-any-order/\(size)", guess: 40, goal: .atLeast(300)),
      Expectation(name: "store/memory/build-peak/\(size)", guess: 200, goal: .atMost(250)),
      Expectation(name: "store/build-by-200/\(size)", guess: 100e3),
    ]
  }

  private static func bytes(_ size: String) -> [Expectation] {
    func frames(_ times: Double, _ way: String) -> Goal {
      .atMostIn { run in
        run.figure("store/bytes/frame/\(way)").map { times * $0.median }
      }
    }
    let ways = [
      ("one-per-sync/\(size)", 2.2, [4_500.0, 8_200, 8_200, 20_000, 1.2]),
      ("64-writers/\(size)", 1.3, [4_500, 4_700, 4_700, 14_000, 0.05]),
    ]
    let log = ways.flatMap { way, times, guesses in
      zip(["bytes/frame", "bytes/log", "bytes/zeroed", "bytes/device", "flushes"], guesses)
        .map { what, guess in
          Expectation(
            name: "store/\(what)/\(way)", guess: guess,
            goal: what == "bytes/log" ? frames(times, way) : nil)
        }
    }
    let index = [51, 101, 151].map { commits in
      Expectation(
        name: "store/bytes/index/after-\(commits)k-commits/\(size)", guess: 4_000,
        goal: frames(1, "64-writers/\(size)"))
    }
    return log + index
  }
}
