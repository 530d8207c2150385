// SPDX-License-Identifier: Apache-2.0

import CCurl
import Synchronization

/// Asks servers over HTTP and HTTPS, and waits for their answers.
///
///     let client = WebClient()
///     let answer = try client.request(
///         method: "POST", url: "http://127.0.0.1:8080/v1/objects", headers: [("Content-Type", "application/json")],
///         body: json, timeout: .seconds(60), bodyLimitInBytes: 1 << 20)
///
/// It blocks, so it is called on a thread that may. Connections are kept for the next request of the same client; one client
/// serves one request at a time, so threads have one each. Redirects are not followed, but answers like others; no proxy,
/// no cookies, nothing unpacked.
@safe package final class WebClient: @unchecked Sendable {
    // Safety (@unchecked): `handle` is used by whoever has set `isBusy`, and by `deinit`, when nobody else can.
    private let handle: OpaquePointer?
    private let isBusy = Atomic(false)
    /// A file with the certificates of authorities; `nil` for those of the system.
    private let authoritiesPath: String?

    /// - Parameter authoritiesPath: a PEM file with the certificates of the authorities that servers are trusted by; `nil` for those
    ///   of the system.
    package init(authoritiesPath: String? = nil) {
        unsafe handle = nt_curl_open()
        self.authoritiesPath = authoritiesPath
    }

    deinit {
        // Safety: opened in `init`, and nobody uses it any more.
        if let handle = unsafe handle { unsafe nt_curl_close(handle) }
    }

    /// Sends a request and waits for the whole answer, whatever its status.
    ///
    /// - Parameters:
    ///   - headers: a `Content-Type` is only sent if it is among them.
    ///   - timeout: for everything, from the name's resolution to the last byte of the answer.
    ///   - bodyLimitInBytes: what the answer's body may have.
    ///   - route: where connections may go.
    ///   - isCancelled: asked every 50 ms or more often.
    package func request(
        method: String, url: String, headers: [(String, String)] = [], body: [UInt8]? = nil, timeout: Duration,
        bodyLimitInBytes: Int, route: WebRoute? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(WebClientError) -> WebResponse {
        try request(
            method: method, to: try WebAddress(url), headers: headers, body: body, timeout: timeout,
            bodyLimitInBytes: bodyLimitInBytes, route: route, isCancelled: isCancelled)
    }

    /// The same, to an address that was read before.
    package func request(
        method: String, to address: WebAddress, headers: [(String, String)] = [], body: [UInt8]? = nil,
        timeout: Duration, bodyLimitInBytes: Int, route: WebRoute? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(WebClientError) -> WebResponse {
        let wasBusy = isBusy.exchange(true, ordering: .acquiring)
        precondition(!wasBusy, "a client was asked for \(address.host) while it was busy; threads have one each")
        defer { isBusy.store(false, ordering: .releasing) }
        guard let handle = unsafe handle else { throw .outOfMemory }
        guard method.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !method.isEmpty else {
            throw .badHeader(name: "method")
        }
        let transfer = WebTransfer(
            bodyLimitInBytes: bodyLimitInBytes, mayConnect: route?.mayConnect, isCancelled: isCancelled)
        let texts = Texts(
            method: method, url: address.text, headers: try Self.lines(headers),
            resolution: route.flatMap { Self.resolution(of: address, $0) }, authorities: authoritiesPath)
        let answer = unsafe Self.perform(
            handle, texts, body: body, timeout: timeout, limit: method == "HEAD" ? 0 : bodyLimitInBytes, transfer)
        if let fault = transfer.fault { throw fault }
        if let fault = Self.fault(answer, address: address, timeout: timeout, limit: bodyLimitInBytes) {
            throw fault
        }
        return WebResponse(status: Int(answer.status), headers: transfer.headers, body: transfer.body)
    }

    /// - Throws: `.badHeader` for what would end its line.
    private static func lines(_ headers: [(String, String)]) throws(WebClientError) -> [String] {
        var lines: [String] = []
        for (name, value) in headers {
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }),
                value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 })
            else { throw .badHeader(name: String(name.filter { $0.isASCII && !$0.isNewline })) }
            // A header without a value has this form; with a colon, libcurl would leave it out.
            lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        return lines
    }

    private static func resolution(of address: WebAddress, _ route: WebRoute) -> String? {
        guard !route.addresses.isEmpty else { return nil }
        let numbers = route.addresses.map { $0.contains(":") ? "[\($0)]" : $0 }
        return "\(address.host):\(address.port):\(numbers.joined(separator: ","))"
    }

    // MARK: The call

    /// Everything in a request that is a text.
    private struct Texts {
        let method: String
        let url: String
        let headers: [String]
        let resolution: String?
        let authorities: String?
    }

    private static func perform(
        _ handle: OpaquePointer, _ texts: Texts, body: [UInt8]?, timeout: Duration, limit: Int, _ transfer: WebTransfer
    ) -> nt_curl_answer {
        let copies = CopiedTexts()
        var headers = unsafe texts.headers.map { unsafe copies.copy($0) }
        var request = unsafe nt_curl_request()
        unsafe request.method = copies.copy(texts.method)
        unsafe request.url = copies.copy(texts.url)
        unsafe request.resolution = texts.resolution.flatMap { unsafe copies.copy($0) }
        unsafe request.authorities = texts.authorities.flatMap { unsafe copies.copy($0) }
        unsafe request.timeout_ms = Int(min(max(timeout / .milliseconds(1), 1), 86_400_000))
        unsafe request.body_limit = Int64(limit)
        unsafe request.should_stop = WebTransfer.shouldStop
        unsafe request.may_connect = WebTransfer.mayConnect
        unsafe request.take_head_line = WebTransfer.takeHeadLine
        unsafe request.take_body = WebTransfer.takeBody
        unsafe request.context = Unmanaged.passUnretained(transfer).toOpaque()
        // Safety: what `request` points to lives until the call returns: the texts in `copies`, the list of headers, the body, and
        // `transfer`. An empty body still has an address.
        return withExtendedLifetime((copies, transfer)) {
            unsafe headers.withUnsafeMutableBufferPointer { lines in
                unsafe (body ?? []).withUnsafeBytes { bytes in
                    unsafe request.header_lines = UnsafePointer(lines.baseAddress)
                    unsafe request.header_count = lines.count
                    unsafe request.body = body == nil ? nil : bytes.baseAddress ?? UnsafeRawPointer(request.url)
                    unsafe request.body_size = bytes.count
                    return unsafe nt_curl_perform(handle, &request)
                }
            }
        }
    }

    private static func fault(
        _ answer: nt_curl_answer, address: WebAddress, timeout: Duration, limit: Int
    ) -> WebClientError? {
        // Safety: the text lies in the struct, and bytes of it are read.
        let detail = unsafe withUnsafeBytes(of: answer.detail) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let host = address.host
        return switch answer.outcome {
        case nt_curl_answered: nil
        case nt_curl_stopped: .cancelled
        case nt_curl_bad_url: .badAddress(detail)
        case nt_curl_cannot_resolve: .cannotResolve(host: host)
        case nt_curl_cannot_connect: .cannotConnect(host: host, port: address.port, reason: detail)
        case nt_curl_address_refused: .addressRefused(host: host)
        case nt_curl_tls: .tls(host: host, reason: detail)
        case nt_curl_timed_out: .timedOut(timeout)
        case nt_curl_too_large: .bodyTooLarge(limitInBytes: limit)
        case nt_curl_out_of_memory: .outOfMemory
        default: .broken(host: host, reason: detail)
        }
    }
}
