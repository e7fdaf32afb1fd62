// StorePlace.swift: which store a command is about: `-C`, the environment, or ./data.

extension Desk {
  /// The store's folder, as the system takes it.
  /// - Parameter option: what `-C` says.
  func storeFolder(_ option: String?) -> String {
    let named = option ?? environment["PLAITED_STORE"].flatMap { $0.isEmpty ? nil : $0 }
    return path(named ?? "data")
  }
}

extension Job {
  /// The store's folder, as the system takes it.
  var folder: String { desk.storeFolder(common.store) }

  var keyFolder: String { folder + "/keys" }

  /// The file of a key that is named by a path, a multikey or a did:key.
  func keyPath(_ name: String) -> String {
    let multikey = name.hasPrefix("did:key:") ? String(name.dropFirst(8)) : name
    let isMultikey = multikey.hasPrefix("z") && multikey.allSatisfy { $0.isLetter || $0.isNumber }
    return isMultikey ? "\(keyFolder)/\(multikey).key" : desk.path(name)
  }
}
