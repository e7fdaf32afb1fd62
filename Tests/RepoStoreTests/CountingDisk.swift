// CountingDisk.swift: the machine's disk, counting what is read.
import Glibc
import Synchronization

@testable import RepoStore

/// A disk that counts reads. Everything else goes through.
final class CountingDisk: Disk {
  private let disk = SystemDisk()
  fileprivate let reads = Atomic(0)

  var readCount: Int { reads.load(ordering: .relaxed) }

  func open(_ path: String, _ mode: OpenMode) throws(DiskError) -> any DiskFile {
    CountingFile(file: try disk.open(path, mode), disk: self)
  }

  func names(in directory: String) throws(DiskError) -> [String] {
    try disk.names(in: directory)
  }

  func exists(_ path: String) -> Bool { disk.exists(path) }

  func makeDirectory(_ path: String) throws(DiskError) { try disk.makeDirectory(path) }

  func rename(_ path: String, to target: String) throws(DiskError) {
    try disk.rename(path, to: target)
  }

  func remove(_ path: String) throws(DiskError) { try disk.remove(path) }

  func syncDirectory(_ directory: String) throws(DiskError) {
    try disk.syncDirectory(directory)
  }
}

private struct CountingFile: DiskFile {
  let file: any DiskFile
  let disk: CountingDisk

  var path: String { file.path }

  func byteCount() throws(DiskError) -> Int { try file.byteCount() }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(DiskError) -> Int {
    disk.reads.add(1, ordering: .relaxed)
    return try file.read(into: buffer, at: offset)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DiskError) {
    try file.write(bytes, at: offset)
  }

  func sync() throws(DiskError) { try file.sync() }
}
