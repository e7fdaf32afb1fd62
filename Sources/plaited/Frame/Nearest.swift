// Nearest.swift: the word that was probably meant.

enum Nearest {
  /// The candidate with the fewest typing mistakes between it and `word`, if they are few: one for
  /// short words, a third of the letters for long ones.
  static func word(to word: String, among candidates: [String]) -> String? {
    let most = max(1, word.count / 3)
    let ranked = candidates.map { (word: $0, distance: distance(word, $0)) }
    let best = ranked.min { ($0.distance, $0.word) < ($1.distance, $1.word) }
    return best.flatMap { $0.distance <= most ? $0.word : nil }
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one word into another.
  static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.lowercased()), Array(b.lowercased()))
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, rows[i - 1][j - 1] + 1)
        }
        row.append(cost)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
