// SPDX-License-Identifier: Apache-2.0

import Configuration
import Execution
import Foundation
import JSON
import WebClient

/// Has a running server measure a class, and waits for the result.
struct ServerMeasurement {
    /// E.g. `http://127.0.0.1:8080`.
    let address: String
    /// Empty for none.
    let key: String
    let options: QualityOptions

    /// How long to wait until it is asked again how far it is.
    private static let interval = Duration.milliseconds(300)
    private static let timeout = Duration.seconds(60)
    private static let bodyLimitInBytes = 64 << 20

    /// What `GET /v1/quality` answers in the end.
    ///
    /// - Throws: `QualityCommandError`.
    func run(_ meter: ProgressLine) async throws -> JSONValue {
        // The client blocks.
        let pool = ComputePool(threadCount: 1, name: "client")
        defer { pool.stop() }
        let client = WebClient()
        while true {
            let response = try await pool.run { () throws(QualityCommandError) in try send(client) }
            guard let answer = try? JSONValue(parsing: response.body) else {
                throw QualityCommandError.server("it answered with status \(response.status) and no JSON")
            }
            guard response.status == 202 else {
                try check(response.status, answer)
                return answer
            }
            meter.show(Int(answer["done"]?.number ?? 0), of: Int(answer["total"]?.number ?? 0))
            try await Task.sleep(for: Self.interval)
        }
    }

    private func check(_ status: Int, _ answer: JSONValue) throws(QualityCommandError) {
        guard status == 200 else {
            var text = answer["message"]?.text
            if case .array(let errors)? = answer["error"] { text = Array(errors).first?["message"]?.text }
            throw .server(text ?? "it answered with status \(status)")
        }
        guard answer["state"]?.text == "succeeded" else {
            throw .server(
                "the measurement was \(answer["state"]?.text ?? "ended"); GET /v1/quality with refresh=true makes it anew"
            )
        }
    }

    private func send(_ client: WebClient) throws(QualityCommandError) -> WebResponse {
        do throws(WebClientError) {
            return try client.request(
                method: "GET", url: url, headers: key.isEmpty ? [] : [("Authorization", "Bearer \(key)")],
                timeout: Self.timeout, bodyLimitInBytes: Self.bodyLimitInBytes)
        } catch {
            throw .server(error.message)
        }
    }

    private var url: String {
        let sample = if case .count(let count) = options.sample { "\(count)" } else { "all" }
        var parameters = [("label", options.label), ("sample", sample)]
        if let tenant = options.tenant { parameters.append(("tenant", tenant)) }
        if let vector = options.vector { parameters.append(("targetVector", vector)) }
        let query = parameters.map { "\($0.0)=\(Self.escaped($0.1))" }.joined(separator: "&")
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        return "\(base)/v1/quality/\(Self.escaped(options.collection))?\(query)"
    }

    /// As it may stand in a segment or a value (RFC 3986, section 2.3).
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: String(format: "%%%02X", Int(byte))
            }
        }.joined()
    }
}
