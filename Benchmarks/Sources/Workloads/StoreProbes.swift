// StoreProbes.swift: W10 and the bytes of a commit: opening, memory, and what reaches the device.
import DAGCBOR
import Foundation
import MST
import RepoStore
import World

extension Probe {
  /// Opening a large store after a clean close and after kill -9, and the memory that it takes.
  static func opening(_ records: Int) -> [Probe] {
    let size = Workload.size(records)
    return [
      Probe("store/open/\(size)") { worlds in
        let scratch = try ScratchDirectory(in: worlds.directory(.durable))
        let (store, car) = (scratch.path + "/data", scratch.path + "/repo.car")
        let byteCount = try worlds.repo(records).write(to: car)
        let imported = try Child.run("import", store, car)
        let later = records + RepoWorld.heldOutCount
        // Half of a segment, so that there is something to look through.
        _ = try Child.run("commit", store, "5000", "\(later)")
        let clean = try Child.run("open", store)
        try Child.runAndKill("commit-and-wait", store, "4500", "\(later + 5_000)")
        let killed = try Child.run("open", store)
        return [
          milliseconds("store/open/clean/\(size)", clean["milliseconds"]),
          milliseconds("store/open/killed/\(size)", killed["milliseconds"]),
          megabytes("store/memory/opened/\(size)", clean["opened"]),
          megabytes("store/memory/idle/\(size)", clean["idle"]),
          megabytes("store/memory/idle-mapped/\(size)", clean["mapped"]),
          megabytes("store/memory/import-base/\(size)", imported["base"]),
          megabytes("store/memory/import-peak/\(size)", imported["peak"]),
          Figure(
            "store/import-any-order/\(size)", byteCount / (imported["seconds"] ?? .nan) / 1e6,
            .megabytes),
        ]
      },
      Probe("store/build/\(size)") { worlds in
        let scratch = try ScratchDirectory(in: worlds.directory(.durable))
        let built = try Child.run("build", scratch.path + "/data", "\(records)")
        return [
          megabytes("store/memory/build-peak/\(size)", built["peak"]),
          Figure(
            "store/build-by-200/\(size)", Double(records) / (built["seconds"] ?? .nan), .perSecond),
        ]
      },
    ]
  }

  /// Bytes per commit of one record: the frame, the log, what is zeroed ahead, the index.
  static func deviceBytes(_ records: Int) -> [Probe] {
    let size = Workload.size(records)
    return [
      Probe("store/bytes/\(size)") { worlds in
        let made = try DeviceStore(records, worlds)
        let (first, count) = (records + RepoWorld.heldOutCount, 2_000)
        let alone = try Child.run("count-writes", made.store, "\(count)", "\(first)", "1")
        let shared = try Child.run(
          "count-writes", made.store, "\(10 * count)", "\(first + count)", "64")
        return figures(alone, "one-per-sync/\(size)") + figures(shared, "64-writers/\(size)")
      },
      Probe("store/index-bytes/\(size)") { worlds in
        let made = try DeviceStore(records, worlds)
        var first = records + RepoWorld.heldOutCount
        return try [50_000, 50_000, 50_000].map { count in
          let written = try Child.run("count-index-writes", made.store, "\(count)", "\(first)")
          first += count
          return Figure(
            "store/bytes/index/after-\((first - records) / 1_000)k-commits/\(size)",
            written["index"] ?? .nan, .bytes)
        }
      },
    ]
  }

  private static func figures(_ said: [String: Double], _ way: String) -> [Figure] {
    ["frame", "log", "zeroed", "device"].map { what in
      Figure("store/bytes/\(what)/\(way)", said[what] ?? .nan, .bytes)
    } + [Figure("store/flushes/\(way)", said["flushes"] ?? .nan, .times)]
  }

  private static func milliseconds(_ name: String, _ value: Double?) -> Figure {
    Figure(name, value ?? .nan, .milliseconds)
  }

  private static func megabytes(_ name: String, _ byteCount: Double?) -> Figure {
    Figure(name, (byteCount ?? .nan) / 1e6, .megabytes)
  }
}

extension RepoWorld {
  /// Writes the repo to a file as a CAR in no particular order; returns its bytes.
  func write(to path: String) throws -> Double {
    var car = RepoCAR(self, by: try Author())
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else {
      throw Child.Failed(description: "\(path) cannot be written")
    }
    var byteCount = 0
    while let piece = car.next() {
      file.write(Data(piece))
      byteCount += piece.count
    }
    try file.close()
    return Double(byteCount)
  }
}

/// A store on the scratch disk that children open, one after the other.
private struct DeviceStore {
  let scratch: ScratchDirectory
  var store: String { scratch.path + "/data" }

  init(_ records: Int, _ worlds: Worlds) throws {
    scratch = try ScratchDirectory(in: worlds.directory(.durable))
    let car = scratch.path + "/repo.car"
    _ = try worlds.repo(records).write(to: car)
    _ = try Child.run("import", store, car)
  }
}
