// CARStreamingTests.swift: a long file passes through little memory, and in linear time.
import Foundation
import TestKit
import Testing

@testable import DAGCBOR

@Suite("CAR streaming")
struct CARStreamingTests {
  /// Resident memory of this process in bytes, from the kernel's own account.
  private func residentByteCount() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    let kibibytes = try #require(
      line.split(whereSeparator: { !$0.isNumber }).last.flatMap { Int($0) })
    return kibibytes * 1_024
  }

  /// Passes about `byteCount` bytes of sections through a reader, repeating `run`, in chunks.
  private func stream(_ run: [UInt8], byteCount: Int, chunkByteCount: Int) throws -> Int {
    var reader = CARReader()
    reader.append(CARWriter.header(roots: []))
    #expect(try reader.next() == .header(roots: []))
    var (blockCount, capacityMax) = (0, 0)
    var pending: [UInt8] = []
    for _ in 0..<max(1, byteCount / run.count) {
      pending += run
      var offset = 0
      while pending.count - offset >= chunkByteCount {
        reader.append(pending[offset..<offset + chunkByteCount].span.bytes)
        offset += chunkByteCount
        while try reader.next() != nil { blockCount += 1 }
        capacityMax = max(capacityMax, reader.bufferCapacity)
      }
      pending.removeFirst(offset)
    }
    reader.append(pending)
    while try reader.next() != nil { blockCount += 1 }
    try reader.finish()
    let largest = Limits.carBlockByteCountMax + chunkByteCount
    #expect(capacityMax < 4 * largest, "capacity \(capacityMax)")
    return blockCount
  }

  private func run(blockByteCounts: [Int]) -> [UInt8] {
    var random = SplitMix64(seed: 7)
    var run: [UInt8] = []
    for byteCount in blockByteCounts {
      let block = (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      CARWriter.appendSection(cid: CID(of: block), block: block, to: &run)
    }
    return run
  }

  @Test(
    "200 MB of records and nodes pass through in 64 KB chunks, and memory does not grow with them")
  func records() throws {
    let run = run(blockByteCounts: (0..<4_000).map { 100 + $0 % 400 })
    // What the allocator keeps from a first pass is not growth.
    _ = try stream(run, byteCount: 4 * run.count, chunkByteCount: 65_536)
    let before = try residentByteCount()
    let byteCount = scaled(200_000_000)
    let blockCount = try stream(run, byteCount: byteCount, chunkByteCount: 65_536)
    #expect(blockCount == max(1, byteCount / run.count) * 4_000)
    let growth = try residentByteCount() - before
    #expect(growth < 64 << 20, "grew by \(growth) bytes; other tests run beside this one")
  }

  @Test("blocks at the limit pass through too, in chunks that end anywhere")
  func largestBlocks() throws {
    let run = run(blockByteCounts: [
      Limits.carBlockByteCountMax, 10, Limits.carBlockByteCountMax, 0,
    ])
    for chunkByteCount in [65_536, 1_000_003] {
      #expect(try stream(run, byteCount: 5 * run.count, chunkByteCount: chunkByteCount) == 20)
    }
  }

  @Test("a large block that arrives in tiny chunks is not moved with each of them")
  func tinyChunks() throws {
    let run = run(blockByteCounts: [1, Limits.carBlockByteCountMax])
    // Quadratic moving would be 10^12 bytes here; the test's own duration is the symptom.
    #expect(try stream(run, byteCount: run.count, chunkByteCount: 3) == 2)
  }
}
