// A day in the field, in Swift: enrol, record, work offline, sync. Part of an app that depends on the package `mobile-ffi/swift`.
// It was not compiled where this project is built, as that needs macOS.
import Foundation
import Ploughshare

/// HTTP that can be switched off, as in a valley.
actor Radio {
    var on = true
    func set(_ on: Bool) { self.on = on }
}

final class RadioTransport: HttpTransport {
    private let http = URLSessionTransport()
    let radio = Radio()

    func execute(request: HttpRequest) async throws -> HttpResponse {
        guard await radio.on else { throw HostError.Offline(reason: "no signal") }
        return try await http.execute(request: request)
    }
}

func fieldDay(server: String, ticket: String, folder: URL) async throws {
    let transport = RadioTransport()
    let tablet = try await Tablet.open(
        config: OpenConfig(dataDir: folder.path),
        transport: transport,
        vault: KeychainVault(service: "org.example.field"),
        clock: nil
    )
    if try await tablet.enrolment() == nil {
        let enrolment = try await tablet.enrolling(server: server, ticket: ticket, label: "example tablet")
        print("enrolled in \(enrolment.operationName) for \(enrolment.officerName)")
    }

    await transport.radio.set(false)
    let saved = try await tablet.record(document: NewDocument(
        kind: "item",
        fields: [
            "kind": "weapon", "class": "ASR", "make": "IZHMASH", "model": "AKM", "calibre": "7.62x39",
            "tag": "T-001", "site": "alpha", "place": ["lat": -3.38, "lon": 29.36, "accuracy_m": 8],
        ],
        members: [MemberDraft(set: "markings", fields: ["type": "SER", "text": "KV 4711", "location": "RCV"])]
    ))
    _ = try await tablet.edit(document: saved.document, changes: [.set(path: "condition", value: "SVC")])
    do {
        _ = try await tablet.syncing()
    } catch let AppError.Transport(problem) {
        print("\(problem.code): \(problem.advice)")
    }
    let status = try await tablet.status()
    print("\(status.entriesUnsent + status.entriesSealed) statements wait, and are safe here")

    await transport.radio.set(true)
    let report = try await tablet.syncing()
    print("brought \(report.pushed) statements, \(report.receipts) receipts")
    let shown = try await tablet.show(document: saved.document)
    print("the register has it: \(shown.statements[0].state), and it \(shown.standing)")
    try await tablet.shutdown()
}
