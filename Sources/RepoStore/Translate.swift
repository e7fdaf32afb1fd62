// Translate.swift: one family of errors told as another, where two rooms meet.
import MST

/// Runs `body` and tells its error as another.
func translate<Value, From: Error, To: Error>(
  _ body: () throws(From) -> Value, as change: (From) -> To
) throws(To) -> Value {
  do throws(From) {
    return try body()
  } catch {
    throw change(error)
  }
}

/// Runs calls to the disk and tells their error as the store's.
func onDisk<Value>(_ body: () throws(DiskError) -> Value) throws(StoreError) -> Value {
  try translate(body) { StoreError.disk($0) }
}

/// Runs questions to a tree and tells their error as the store's.
func inTree<Value>(_ body: () throws(MSTError) -> Value) throws(StoreError) -> Value {
  try translate(body) { StoreError.tree($0) }
}
