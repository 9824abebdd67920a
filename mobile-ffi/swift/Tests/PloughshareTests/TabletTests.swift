// Needs macOS with the XCFramework: `swift test` in this folder.
import Ploughshare
import XCTest

private final class Memory: KeyVault, @unchecked Sendable {
    private var secrets: [String: Data] = [:]
    private let lock = NSLock()

    func load(name: String) throws -> Data? { lock.withLock { secrets[name] } }
    func store(name: String, secret: Data) throws { lock.withLock { secrets[name] = secret } }
    func remove(name: String) throws { lock.withLock { _ = secrets.removeValue(forKey: name) } }
}

/// Never answers, until its task is cancelled.
private final class Hanging: HttpTransport, @unchecked Sendable {
    func execute(request _: HttpRequest) async throws -> HttpResponse {
        try await Task.sleep(nanoseconds: 3_600_000_000_000)
        throw HostError.Interrupted(reason: "woken")
    }
}

final class TabletTests: XCTestCase {
    private func open() async throws -> Tablet {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        return try await Tablet.open(
            config: OpenConfig(dataDir: folder.path), transport: Hanging(), vault: Memory(), clock: nil
        )
    }

    func testATabletThatIsNotEnrolledSaysSo() async throws {
        let tablet = try await open()
        do {
            _ = try await tablet.record(document: NewDocument(kind: "item", fields: ["class": "ASR"], members: []))
            XCTFail("recorded without enrolment")
        } catch let AppError.NotEnrolled(problem) {
            XCTAssertEqual(problem.code, "enrol.missing")
            XCTAssertTrue(problem.dataSafe)
        }
        try await tablet.shutdown()
        XCTAssertEqual(tablet.state(), .closed)
    }

    func testACancelledTaskGivesUpItsCall() async throws {
        let tablet = try await open()
        let task = Task { try await tablet.enrolling(server: "https://register.test", ticket: "T", label: "L") }
        try await Task.sleep(nanoseconds: 200_000_000)
        task.cancel()
        do {
            _ = try await task.value
            XCTFail("enrolled")
        } catch is CancellationError {}
        try await tablet.shutdown()
    }

    func testEventsEndWithTheTablet() async throws {
        let tablet = try await open()
        let listening = Task { try await tablet.events().reduce(into: 0) { count, _ in count += 1 } }
        try await Task.sleep(nanoseconds: 100_000_000)
        try await tablet.shutdown()
        let batches = try await listening.value
        XCTAssertEqual(batches, 1)
    }

    func testTheVocabularyNeedsNoTablet() throws {
        XCTAssertEqual(try codes(list: "calibre", find: "7.62x39").map(\.code), ["7.62x39"])
    }
}
