// SPDX-License-Identifier: Apache-2.0

import Execution
import Synchronization
import WebClient

/// Fetches pictures from hosts that an operator has listed, and from nowhere else.
///
/// Whoever may send an address could otherwise have this server ask what only this server can reach. So, for each step of the way, the
/// first and every redirect:
///
///     address read -> host and port listed? -> resolved, once -> every address allowed? -> connected to one of these
///
/// A connection is only opened to an address that was checked in this step, whatever the name stands for by then. A connection that
/// is kept from before was checked when it was opened.
///
/// Fetching blocks, on a few threads of its own.
package final class PictureFetcher: PictureFetching {
    package struct Configuration: Sendable {
        /// Where pictures may be; without any, nothing is fetched.
        package var hosts: [HostPattern] = []
        package var rules = AddressRules()
        /// What a picture may have.
        package var limitInBytes = 32 << 20
        /// For everything, from the call to the last byte.
        package var timeout = Duration.seconds(20)
        package var redirectLimit = 5
        /// How many are fetched at one time.
        package var threadCount = 8
        /// How many may wait for one of these.
        package var waitingLimit = 256

        package init() {}
    }

    private let configuration: Configuration
    private let resolver: any HostResolving
    /// `nil` if nothing is fetched.
    private let pool: ComputePool?
    /// Those that no thread uses now.
    private let idleClients = Mutex<[WebClient]>([])
    /// Fetched now, or waiting for it.
    private let count = Atomic(0)

    package init(configuration: Configuration, resolver: any HostResolving = SystemResolver()) {
        self.configuration = configuration
        self.resolver = resolver
        pool =
            configuration.hosts.isEmpty ? nil : ComputePool(threadCount: configuration.threadCount, name: "fetch")
    }

    deinit { pool?.stop() }

    package func picture(at url: String) async throws(FetchError) -> [UInt8] {
        guard let pool else { throw .off }
        let deadline = ContinuousClock.now + configuration.timeout
        // Before it waits for a thread.
        let first = try listed(url, relativeTo: nil)
        let limit = configuration.threadCount + configuration.waitingLimit
        defer { count.subtract(1, ordering: .relaxed) }
        guard count.add(1, ordering: .relaxed).oldValue < limit else { throw .busy(limit: limit) }
        return try await pool.run { [self] () throws(FetchError) in
            let client = idleClients.withLock { $0.popLast() } ?? WebClient()
            defer { idleClients.withLock { $0.append(client) } }
            return try fetch(first, by: client, until: deadline)
        }
    }

    /// Goes from one address to the next until there is a picture.
    private func fetch(
        _ first: WebAddress, by client: WebClient, until deadline: ContinuousClock.Instant
    ) throws(FetchError) -> [UInt8] {
        var address = first
        for step in 0...configuration.redirectLimit {
            let route = try route(to: address, isRedirect: step > 0, until: deadline)
            let answer = try ask(address, route, by: client, until: deadline)
            switch answer.status {
            case 200:
                guard !answer.body.isEmpty else { throw .empty(host: address.host) }
                return answer.body
            case 301, 302, 303, 307, 308:
                guard let location = answer.header("location") else {
                    throw .answered(host: address.host, status: answer.status)
                }
                address = try listed(location, relativeTo: address)
            default: throw .answered(host: address.host, status: answer.status)
            }
        }
        throw .tooManyRedirects(limit: configuration.redirectLimit)
    }

    // MARK: The steps

    /// The address, if it is one of a listed host.
    private func listed(_ text: String, relativeTo base: WebAddress?) throws(FetchError) -> WebAddress {
        let address: WebAddress
        do throws(WebClientError) { address = try WebAddress(text, relativeTo: base) } catch {
            throw .badAddress(reason: Self.reason(error))
        }
        guard NetworkAddress(address.host) != nil || HostPattern.isName(address.host) else {
            throw .badAddress(
                reason: "its host is no plain name; write one with other letters as names of hosts are encoded (xn--)")
        }
        guard configuration.hosts.contains(where: { $0.matches(address) }) else {
            throw .hostNotListed(host: address.host, port: address.port, isRedirect: base != nil)
        }
        return address
    }

    /// Where the host is, if it may be there.
    private func route(
        to address: WebAddress, isRedirect: Bool, until deadline: ContinuousClock.Instant
    ) throws(FetchError) -> WebRoute {
        let found: [NetworkAddress]
        if let number = NetworkAddress(address.host) {
            found = [number]
        } else {
            let isLate = { Task.isCancelled || ContinuousClock.now >= deadline }
            guard let addresses = resolver.addresses(of: address.host, unless: isLate) else {
                if Task.isCancelled { throw .cancelled }
                guard isLate() else { throw .unreachable(reason: "too many names are being looked up") }
                throw timedOut
            }
            found = addresses
        }
        guard !found.isEmpty else { throw .unreachable(reason: "the host '\(address.host)' is not known") }
        // A name with a public and a private address has no business here.
        guard found.allSatisfy(configuration.rules.allows) else {
            throw .addressRefused(host: address.host, isRedirect: isRedirect)
        }
        let checked = Set(found)
        return WebRoute(addresses: found.map { "\($0)" }) { bytes in
            NetworkAddress(bytes: bytes).map(checked.contains) ?? false
        }
    }

    private func ask(
        _ address: WebAddress, _ route: WebRoute, by client: WebClient, until deadline: ContinuousClock.Instant
    ) throws(FetchError) -> WebResponse {
        let timeLeft = deadline - ContinuousClock.now
        guard timeLeft > .zero else { throw timedOut }
        do throws(WebClientError) {
            return try client.request(
                method: "GET", to: address, headers: [("User-Agent", "needletail")], timeout: timeLeft,
                bodyLimitInBytes: configuration.limitInBytes, route: route, isCancelled: { Task.isCancelled })
        } catch {
            throw fault(error, host: address.host)
        }
    }

    // MARK: What went wrong

    private var timedOut: FetchError { .timedOut(seconds: configuration.timeout / .seconds(1)) }

    private func fault(_ error: WebClientError, host: String) -> FetchError {
        switch error {
        case .badAddress, .badHeader: .badAddress(reason: Self.reason(error))
        case .addressRefused(let host): .addressRefused(host: host, isRedirect: false)
        case .timedOut: timedOut
        case .bodyTooLarge: .tooLarge(limitInBytes: configuration.limitInBytes)
        case .cancelled: .cancelled
        // Without the library's words, which tell of connections.
        case .cannotConnect: .unreachable(reason: "no connection to '\(host)' could be made")
        case .broken: .unreachable(reason: "the connection to '\(host)' broke, or what came over it is no HTTP")
        case .cannotResolve, .tls, .headTooLarge, .outOfMemory: .unreachable(reason: error.message)
        }
    }

    private static func reason(_ error: WebClientError) -> String {
        if case .badAddress(let reason) = error { reason } else { error.message }
    }
}
