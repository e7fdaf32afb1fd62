// MethodTable.swift: which methods there are, as data: name, whom it answers, kind, what answers.
//
// Not here: the methods (MethodCall+…), or how a request finds its row (Router).
import ATSyntax

/// A row: an XRPC method.
struct XRPCMethod: Sendable {
  /// How a method is called, and what answers.
  enum Kind: Sendable {
    /// GET, answered once.
    case query(Query)
    /// POST, answered once.
    case procedure(Procedure)
    /// A WebSocket. The closure reads the parameters, so that a bad one is refused before the
    /// connection is turned into one.
    case subscription(@Sendable (Parameters) throws(XRPCError) -> Subscription)
  }

  /// What answers a query, and whether many may do so at once.
  struct Query: Sendable {
    /// A path of nodes and some records are `quick`; what may go along a whole tree is `slow`, and
    /// only a few of these run at a time, beside everything else.
    enum Cost: Sendable { case quick, slow }

    let cost: Cost
    let answer: @Sendable (MethodCall) throws(XRPCError) -> Answer
  }

  /// What a procedure takes, and what answers it.
  struct Procedure: Sendable {
    let input: InputRule
    let answer: @Sendable (MethodCall) async throws(XRPCError) -> Answer
  }

  let name: String
  let nsid: NSID
  let access: Access
  let kind: Kind

  private init(_ name: String, _ access: Access, _ kind: Kind) {
    self.name = name
    // Safe: the table's names are literals, and a test reads each.
    nsid = try! NSID(name)
    self.access = access
    self.kind = kind
  }

  static func query(
    _ name: String, _ access: Access = .anyone, _ cost: Query.Cost = .quick,
    _ answer: @escaping @Sendable (MethodCall) throws(XRPCError) -> Answer
  ) -> XRPCMethod {
    XRPCMethod(name, access, .query(Query(cost: cost, answer: answer)))
  }

  static func procedure(
    _ name: String, _ access: Access, _ input: InputRule,
    _ answer: @escaping @Sendable (MethodCall) async throws(XRPCError) -> Answer
  ) -> XRPCMethod {
    XRPCMethod(name, access, .procedure(Procedure(input: input, answer: answer)))
  }

  static func subscription(
    _ name: String, _ read: @escaping @Sendable (Parameters) throws(XRPCError) -> Subscription
  ) -> XRPCMethod {
    XRPCMethod(name, .anyone, .subscription(read))
  }
}

/// What a client of a stream asked for.
struct Subscription: Sendable, Hashable {
  /// The `seq` of the last event that the client has seen; nil for only what is to come.
  var cursor: UInt64?
}

/// Methods by name.
struct MethodTable: Sendable {
  private let rows: [String: XRPCMethod]

  /// - Precondition: no name stands twice.
  init(_ methods: [XRPCMethod]) {
    rows = Dictionary(uniqueKeysWithValues: methods.map { ($0.name, $0) })
  }

  /// The row of a name: the authority in any case, the last segment as written.
  subscript(nsid: NSID) -> XRPCMethod? { rows["\(nsid.authority.lowercased()).\(nsid.name)"] }

  var methods: [XRPCMethod] { rows.values.sorted { $0.name < $1.name } }
}
