// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Testing

@testable import WebClient

@Suite struct CertificateTests {
    @Test func `a certificate is only trusted when an authority vouches for it and it is the host's`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "needletail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificate = folder.appending(path: "certificate.pem").path
        let key = folder.appending(path: "key.pem").path
        let making = try OpenSSL(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-keyout",
            key, "-out", certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
        making.waitUntilExit()
        let server = try OpenSSL("s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificate, "-key", key)
        defer { server.terminate() }
        let port = try #require(server.port())
        let pool = ComputePool(threadCount: 1, name: "client")
        defer { pool.stop() }
        await pool.run {
            func ask(_ host: String, authorities: String?) -> Result<Int, WebClientError> {
                Result { () throws(WebClientError) in
                    try WebClient(authoritiesPath: authorities).request(
                        method: "GET", url: "https://\(host):\(port)/", timeout: .seconds(20), bodyLimitInBytes: 1 << 20
                    ).status
                }
            }
            #expect(ask("localhost", authorities: certificate) == .success(200))
            for (host, authorities) in [("localhost", nil), ("127.0.0.1", certificate)] {
                let answer = ask(host, authorities: authorities)
                guard case .failure(.tls(host, _)) = answer else {
                    Issue.record("\(answer)")
                    continue
                }
            }
        }
    }

    @Test func `a server that speaks no TLS gives an error of its own`() async throws {
        try await withServer { port in
            let error = #expect(throws: WebClientError.self) {
                try WebClient().request(
                    method: "GET", url: "https://127.0.0.1:\(port)/", timeout: .seconds(20), bodyLimitInBytes: 99)
            }
            guard case .tls = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }
}

/// The program `openssl`, which every machine with certificates has.
private struct OpenSSL {
    private let process = Process()
    private let output = Pipe()

    init(_ arguments: String...) throws {
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// The port of a server, from what it prints when it listens.
    func port() -> Int? {
        var text = ""
        while true {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { return nil }
            text += String(decoding: piece, as: UTF8.self)
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ACCEPT") }),
                let colon = line.lastIndex(of: ":"), text.hasSuffix("\n")
            else { continue }
            return Int(line[line.index(after: colon)...].filter(\.isNumber))
        }
    }

    func waitUntilExit() { process.waitUntilExit() }

    /// Ends it by the signal that it can't have inherited as blocked.
    func terminate() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
