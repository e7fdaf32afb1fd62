// SubscriberPaceTests.swift: when a subscriber is pinged, cut or let go, on a clock of the test's.
import NIOCore
import RepoStore
import Testing

@testable import XRPC

@Suite("A subscriber's pace")
struct SubscriberPaceTests {
  private func time(_ seconds: Int64) -> NIODeadline {
    NIODeadline.uptimeNanoseconds(1) + .seconds(seconds)
  }

  private var pace: SubscriberPace { SubscriberPace(SubscriberLimits(), now: time(0)) }

  @Test("it is pinged twice a minute, and let go when nothing comes back")
  func pings() {
    var pace = pace
    #expect(pace.due(at: time(29)) == .nothing)
    #expect(pace.due(at: time(30)) == .ping)
    #expect(pace.due(at: time(31)) == .nothing)
    #expect(pace.due(at: time(60)) == .ping)
    #expect(pace.due(at: time(90)) == .close)
    pace.heard(at: time(80))
    #expect(pace.due(at: time(90)) == .ping)
  }

  @Test("a socket that takes nothing for long is cut; any drain begins anew")
  func stalls() {
    var pace = pace
    pace.socketChanged(isWritable: false, at: time(1))
    pace.socketChanged(isWritable: false, at: time(20))
    #expect(pace.due(at: time(30)) == .nothing)
    pace.socketChanged(isWritable: true, at: time(30))
    pace.socketChanged(isWritable: false, at: time(30))
    #expect(pace.due(at: time(59)) == .nothing)
    #expect(pace.due(at: time(60)) == .cut("the connection has taken nothing for 30 seconds"))
  }

  @Test("being far behind is no fault of who still reads, or who has not caught up yet")
  func lag() {
    var pace = pace
    let (sent, newest) = (Seq(rawValue: 1), Seq(rawValue: 1_000_000))
    #expect(pace.tooSlow(sent: sent, newest: newest) == nil)
    pace.socketChanged(isWritable: false, at: time(1))
    #expect(pace.tooSlow(sent: sent, newest: newest) == nil)
    pace.caughtUp()
    #expect(pace.tooSlow(sent: sent, newest: newest) != nil)
    #expect(pace.tooSlow(sent: sent, newest: Seq(rawValue: 5_001)) == nil)
    #expect(pace.tooSlow(sent: newest, newest: sent) == nil)
    pace.socketChanged(isWritable: true, at: time(2))
    #expect(pace.tooSlow(sent: sent, newest: newest) == nil)
  }
}
