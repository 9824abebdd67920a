// Cancelling a Swift task does not reach a call of the library by itself. These do: each gives the call a handle and uses it when the task is
// cancelled.
@_exported import PloughshareCore

/// Runs a call that takes a handle, and gives it up when the surrounding task is cancelled.
public func givingUpWithTheTask<T>(_ call: (CancelHandle) async throws -> T) async throws -> T {
    let handle = CancelHandle()
    do {
        return try await withTaskCancellationHandler {
            try await call(handle)
        } onCancel: {
            handle.cancel()
        }
    } catch AppError.Cancelled where Task.isCancelled {
        throw CancellationError()
    }
}

extension Tablet {
    /// `sync`, given up when the task is cancelled. What was answered for before stays so.
    public func syncing(progress: ProgressListener? = nil) async throws -> SyncReport {
        try await givingUpWithTheTask { try await sync(cancel: $0, progress: progress) }
    }

    /// `enrol`, given up when the task is cancelled. The same ticket can be tried again.
    public func enrolling(server: String, ticket: String, label: String) async throws -> Enrolment {
        try await givingUpWithTheTask { try await enrol(server: server, ticket: ticket, label: label, cancel: $0) }
    }

    /// `addOfficer`, given up when the task is cancelled. The same ticket with the same PIN goes on.
    public func addingOfficer(ticket: String, pin: String) async throws -> OfficerView {
        try await givingUpWithTheTask { try await addOfficer(ticket: ticket, pin: pin, cancel: $0) }
    }

    /// `marksReserve`, given up when the task is cancelled. Asking again gives the same block.
    public func reservingMarks(series: String, count: UInt64) async throws -> MarksReserved {
        try await givingUpWithTheTask { try await marksReserve(series: series, count: count, cancel: $0) }
    }

    /// Batches of events from now on, or from a cursor, until the tablet is closed.
    public func events(from cursor: UInt64? = nil) -> AsyncThrowingStream<EventBatch, Error> {
        let start = cursor ?? eventCursor()
        return AsyncThrowingStream { continuation in
            let task = Task {
                var cursor = start
                do {
                    while !Task.isCancelled {
                        let batch = try await givingUpWithTheTask {
                            try await self.nextEvents(cursor: cursor, max: 256, waitMs: 30_000, cancel: $0)
                        }
                        cursor = batch.cursor
                        if batch.missed || !batch.events.isEmpty { continuation.yield(batch) }
                        if batch.events.contains(.stateChanged(state: .closed)) { break }
                    }
                    continuation.finish()
                } catch AppError.Closed {
                    continuation.finish()
                } catch is CancellationError {
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}

extension AppError {
    /// What the error says: code, message, advice, and whether the data is safe.
    public var problem: Problem {
        switch self {
        case let .Refused(problem), let .NotFound(problem), let .NotEnrolled(problem), let .Transport(problem),
             let .Server(problem), let .Storage(problem), let .Platform(problem), let .Cancelled(problem),
             let .Suspended(problem), let .Closed(problem), let .Internal(problem):
            return problem
        }
    }
}
