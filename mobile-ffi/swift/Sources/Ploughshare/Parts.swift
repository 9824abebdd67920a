// What a tablet needs from its platform: HTTP by URLSession, secrets in the Keychain, the log by os_log.
import Foundation
import PloughshareCore
#if canImport(Security)
import Security
#endif
#if canImport(os)
import os
#endif

/// HTTP by URLSession, with the proxies, certificates and policies of the device.
public final class URLSessionTransport: NSObject, HttpTransport, URLSessionTaskDelegate, @unchecked Sendable {
    private lazy var session: URLSession = {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 60
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        return URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    }()

    public func execute(request: HttpRequest) async throws -> HttpResponse {
        guard let url = URL(string: request.url) else { throw HostError.Offline(reason: "no address") }
        var asked = URLRequest(url: url)
        asked.httpMethod = request.method == .post ? "POST" : "GET"
        if request.method == .post { asked.httpBody = request.body }
        for header in request.headers { asked.setValue(header.value, forHTTPHeaderField: header.name) }
        do {
            let (body, answer) = try await session.data(for: asked)
            let status = (answer as? HTTPURLResponse)?.statusCode ?? 0
            let fields = (answer as? HTTPURLResponse)?.allHeaderFields ?? [:]
            let headers = fields.compactMap { name, value in
                (name as? String).map { HttpHeader(name: $0.lowercased(), value: "\(value)") }
            }
            return HttpResponse(status: UInt32(status), headers: headers, body: body)
        } catch let error as URLError {
            switch error.code {
            case .notConnectedToInternet, .cannotFindHost, .cannotConnectToHost, .dnsLookupFailed, .dataNotAllowed:
                throw HostError.Offline(reason: error.localizedDescription)
            default:
                throw HostError.Interrupted(reason: error.localizedDescription)
            }
        }
    }

    public func urlSession(
        _: URLSession, task _: URLSessionTask, willPerformHTTPRedirection _: HTTPURLResponse, newRequest _: URLRequest
    ) async -> URLRequest? {
        nil
    }
}

#if canImport(Security)
/// Secrets in the Keychain of this device: readable after the first unlock, so that a sync in the background can sign, and in no backup.
public final class KeychainVault: KeyVault, @unchecked Sendable {
    private let service: String

    public init(service: String) { self.service = service }

    private func query(_ name: String) -> [CFString: Any] {
        [kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: name]
    }

    private func check(_ status: OSStatus) throws {
        switch status {
        case errSecSuccess, errSecItemNotFound: return
        case errSecInteractionNotAllowed: throw HostError.Locked
        default: throw HostError.Failed(reason: "Keychain: \(status)")
        }
    }

    public func load(name: String) throws -> Data? {
        var found: CFTypeRef?
        let asked = query(name).merging([kSecReturnData: true, kSecMatchLimit: kSecMatchLimitOne]) { _, new in new }
        let status = SecItemCopyMatching(asked as CFDictionary, &found)
        try check(status)
        return status == errSecSuccess ? found as? Data : nil
    }

    public func store(name: String, secret: Data) throws {
        let kept: [CFString: Any] = [
            kSecValueData: secret,
            kSecAttrAccessible: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
        ]
        let status = SecItemUpdate(query(name) as CFDictionary, kept as CFDictionary)
        if status == errSecItemNotFound {
            let added = SecItemAdd(query(name).merging(kept) { _, new in new } as CFDictionary, nil)
            if added == errSecSuccess { return }
            try check(added)
            throw HostError.Failed(reason: "Keychain: \(added)")
        }
        try check(status)
    }

    public func remove(name: String) throws {
        try check(SecItemDelete(query(name) as CFDictionary))
    }
}
#endif

#if canImport(os)
/// The log of the library into the unified log.
public final class OSLogSink: LogSink, @unchecked Sendable {
    public init() {}

    public func log(level: LogLevel, target: String, message: String) throws {
        let type: OSLogType = switch level {
        case .error: .error
        case .warn: .default
        case .info: .info
        case .debug: .debug
        }
        Logger(subsystem: "org.ploughshare", category: target).log(level: type, "\(message, privacy: .public)")
    }
}
#endif
