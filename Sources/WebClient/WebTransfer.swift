// SPDX-License-Identifier: Apache-2.0

import CCurl

/// What comes in while a request is under way. libcurl calls it back on the thread that asked, one call at a time.
final class WebTransfer {
    /// The most that the head of an answer may have; browsers allow about as much.
    static let headLimitInBytes = 64 << 10

    private let bodyLimitInBytes: Int
    private let isCancelled: @Sendable () -> Bool
    private let mayConnect: (@Sendable ([UInt8]) -> Bool)?
    private(set) var headers: [(name: String, value: String)] = []
    private var headSize = 0
    var body: [UInt8] = []
    /// Why it was given up here.
    private(set) var fault: WebClientError?

    init(
        bodyLimitInBytes: Int, mayConnect: (@Sendable ([UInt8]) -> Bool)?, isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.bodyLimitInBytes = bodyLimitInBytes
        self.mayConnect = mayConnect
        self.isCancelled = isCancelled
    }

    /// Whether more is wanted.
    func takeHeadLine(_ line: String, byteCount: Int) -> Bool {
        headSize += byteCount
        guard headSize <= Self.headLimitInBytes else {
            fault = .headTooLarge(limitInBytes: Self.headLimitInBytes)
            return false
        }
        // An answer in between (100, 103) has a head of its own.
        if line.hasPrefix("HTTP/") { headers = [] }
        guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("HTTP/") else { return true }
        headers.append(
            (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingWhitespace()))
        return true
    }

    private func takeBody(_ piece: RawSpan) -> Bool {
        guard piece.byteCount <= bodyLimitInBytes - body.count else {
            fault = .bodyTooLarge(limitInBytes: bodyLimitInBytes)
            return false
        }
        // Safety: the bytes are copied before the span ends.
        unsafe piece.withUnsafeBytes { unsafe body.append(contentsOf: $0) }
        return true
    }

    // MARK: Called by libcurl

    // Safety of all that follows: `context` is the transfer that `WebClient.request` keeps until `nt_curl_perform` returns,
    // and pointers hold as many bytes as their count says, during the call.

    private static func transfer(_ context: UnsafeMutableRawPointer?) -> WebTransfer {
        // `request` has set it.
        unsafe Unmanaged<WebTransfer>.fromOpaque(context!).takeUnretainedValue()
    }

    static let shouldStop: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
        unsafe transfer(context).isCancelled() ? 1 : 0
    }

    static let mayConnect: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int) -> Int32 = {
        context, bytes, count in
        guard let mayConnect = unsafe transfer(context).mayConnect else { return 1 }
        return mayConnect(unsafe Array(UnsafeBufferPointer(start: bytes, count: count))) ? 1 : 0
    }

    static let takeHeadLine: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, Int) -> Int32 = {
        context, bytes, count in
        let line = unsafe String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
        return unsafe transfer(context).takeHeadLine(line, byteCount: count) ? 0 : 1
    }

    static let takeBody: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int) -> Int32 = {
        context, bytes, count in
        guard let bytes = unsafe bytes else { return 0 }
        return unsafe transfer(context).takeBody(RawSpan(_unsafeStart: UnsafeRawPointer(bytes), byteCount: count))
            ? 0 : 1
    }
}

extension Substring {
    /// Without blanks, tabs and line ends around it.
    fileprivate func trimmingWhitespace() -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r\n" || $0 == "\r" || $0 == "\n" }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
