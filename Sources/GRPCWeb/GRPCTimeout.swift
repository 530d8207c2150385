// SPDX-License-Identifier: Apache-2.0

import GRPCServer

/// The deadline of a gRPC-Web call, which is a header; over gRPC the transport keeps it.
enum GRPCTimeout {
    private static let units: [Character: Duration] = [
        "H": .seconds(3600), "M": .seconds(60), "S": .seconds(1), "m": .milliseconds(1), "u": .microseconds(1),
        "n": .nanoseconds(1),
    ]

    /// What `grpc-timeout` says: up to eight digits and a unit. `nil` if there is none.
    static func duration(of header: String?) throws(GRPCStatus) -> Duration? {
        guard let header else { return nil }
        let digits = header.dropLast()
        guard let unit = header.last.flatMap({ units[$0] }), (1...8).contains(digits.count),
            digits.allSatisfy({ $0.isASCII && $0.isNumber }), let count = Int(digits)
        else {
            throw GRPCStatus(.internal, "malformed grpc-timeout: \"\(header.prefix(100))\"")
        }
        return unit * count
    }

    /// Runs `body`, and cancels it when the time is over.
    ///
    /// - Parameter timeout: `nil` for no limit.
    static func run(
        within timeout: Duration?, _ body: @escaping @Sendable () async throws(GRPCStatus) -> [UInt8]
    ) async throws(GRPCStatus) -> [UInt8] {
        guard let timeout else { return try await body() }
        let late = GRPCStatus(.deadlineExceeded, "the call took longer than its grpc-timeout")
        let outcome: Result<[UInt8], GRPCStatus> = await withTaskGroup(of: Result<[UInt8], GRPCStatus>?.self) { group in
            group.addTask {
                do throws(GRPCStatus) { return .success(try await body()) } catch { return .failure(error) }
            }
            group.addTask {
                do { try await Task.sleep(for: timeout) } catch { return nil }
                return .failure(late)
            }
            // Whichever is first; the other is cancelled, and waited for.
            var first: Result<[UInt8], GRPCStatus>?
            for await result in group where first == nil {
                first = result
                group.cancelAll()
            }
            return first ?? .failure(.cancelled)
        }
        return try outcome.get()
    }
}
