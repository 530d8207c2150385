// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPServer
import Testing

@testable import Fetching

@Suite struct PictureFetcherTests {
    @Test func `nothing is fetched unless hosts are listed`() async {
        let fetcher = PictureFetcher(configuration: .init())
        await #expect(throws: FetchError.off) { try await fetcher.picture(at: "http://a.example/") }
    }

    @Test func `a picture comes back as its bytes, whatever its server says it is`() async throws {
        try await withHost { host in
            let resolver = ScriptedResolver(["pictures.example": [["127.0.0.1"]]])
            let port = try #require(host.port)
            let fetcher = try fetcher(hosts: ["pictures.example:\(port)"], resolver: resolver)
            for _ in 0..<3 {
                #expect(try await fetcher.picture(at: "http://pictures.example:\(port)/picture") == PictureHost.picture)
            }
            // Resolved and checked each time, over one connection that was kept.
            #expect(resolver.questions.count == 3)
            #expect(host.statistics.totalConnections == 1)
            let names = try await fetcher.picture(at: "http://pictures.example:\(port)/headers")
            #expect(String(decoding: names, as: UTF8.self) == "accept,host,user-agent")
        }
    }

    // MARK: Names that change their address

    @Test func `a name that changes its address between two pictures is refused at the second`() async throws {
        try await withHost { host in
            let port = try #require(host.port)
            try await withHost(at: "127.0.0.2", port: UInt16(port)) { inside in
                let resolver = ScriptedResolver(["changing.example": [["127.0.0.1"], ["127.0.0.2"]]])
                let fetcher = try fetcher(hosts: ["changing.example:\(port)"], resolver: resolver)
                let url = "http://changing.example:\(port)/picture"
                #expect(try await fetcher.picture(at: url) == PictureHost.picture)
                await #expect(throws: FetchError.addressRefused(host: "changing.example", isRedirect: false)) {
                    try await fetcher.picture(at: url)
                }
                #expect(inside.statistics.totalConnections == 0)
            }
        }
    }

    @Test func `a name that changes its address within one picture is refused at the redirect`() async throws {
        try await withHost { host in
            let port = try #require(host.port)
            try await withHost(at: "127.0.0.2", port: UInt16(port)) { inside in
                let resolver = ScriptedResolver(["changing.example": [["127.0.0.1"], ["127.0.0.2"]]])
                let fetcher = try fetcher(hosts: ["changing.example:\(port)"], resolver: resolver)
                await #expect(throws: FetchError.addressRefused(host: "changing.example", isRedirect: true)) {
                    try await fetcher.picture(at: "http://changing.example:\(port)/redirect?to=/picture")
                }
                #expect(inside.statistics.totalConnections == 0)
            }
        }
    }

    @Test func `a name that changes its address after it was checked is still asked where it was checked`() async throws
    {
        try await withHost { host in
            let port = try #require(host.port)
            try await withHost(at: "127.0.0.2", port: UInt16(port)) { inside in
                // Whoever asks a second time gets the other address: nobody may.
                let resolver = ScriptedResolver(["changing.example": [["127.0.0.1"], ["127.0.0.2"]]])
                let fetcher = try fetcher(hosts: ["changing.example:\(port)"], resolver: resolver)
                _ = try await fetcher.picture(at: "http://changing.example:\(port)/picture")
                #expect(resolver.questions == ["changing.example"])
                #expect(host.statistics.totalConnections == 1 && inside.statistics.totalConnections == 0)
            }
        }
    }

    @Test func `a name that the machine resolves otherwise is asked where it was checked`() async throws {
        try await withHost { host in
            let port = try #require(host.port)
            // The machine knows it as 127.0.0.1, where the host is; it was checked at an address where nobody listens.
            let resolver = ScriptedResolver(["localhost": [["127.0.0.3"]]])
            let fetcher = try fetcher(hosts: ["localhost:\(port)"], resolver: resolver) {
                $0.rules = AddressRules(allowedNetworks: [NetworkRange("127.0.0.3/32")!])
            }
            let error = await #expect(throws: FetchError.self) {
                try await fetcher.picture(at: "http://localhost:\(port)/picture")
            }
            #expect(error?.cause == .remote)
            #expect(host.statistics.totalConnections == 0)
        }
    }

    @Test(arguments: [["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"], ["169.254.169.254"], ["::1"]])
    func `a name with one address that is not allowed is refused`(addresses: [String]) async throws {
        try await withHost { host in
            let port = try #require(host.port)
            let resolver = ScriptedResolver(["mixed.example": [addresses]])
            let fetcher = try fetcher(hosts: ["mixed.example:\(port)"], resolver: resolver)
            await #expect(throws: FetchError.addressRefused(host: "mixed.example", isRedirect: false)) {
                try await fetcher.picture(at: "http://mixed.example:\(port)/picture")
            }
            #expect(host.statistics.totalConnections == 0)
        }
    }

    // MARK: Redirects

    @Test func `redirects are followed as long as each is to a listed host`() async throws {
        try await withHost { host in
            let port = try #require(host.port)
            let resolver = ScriptedResolver(["a.example": [["127.0.0.1"]], "b.example": [["127.0.0.1"]]])
            let fetcher = try fetcher(hosts: ["a.example:\(port)", "b.example:\(port)"], resolver: resolver)
            let start = "http://a.example:\(port)/redirect?to="
            #expect(try await fetcher.picture(at: "\(start)http://b.example:\(port)/picture") == PictureHost.picture)
            #expect(resolver.questions == ["a.example", "b.example"])
            let refused: [(String, FetchError)] = [
                ("http://c.example:\(port)/", .hostNotListed(host: "c.example", port: port, isRedirect: true)),
                ("http://a.example/", .hostNotListed(host: "a.example", port: 80, isRedirect: true)),
                ("http://127.0.0.1:\(port)/", .hostNotListed(host: "127.0.0.1", port: port, isRedirect: true)),
                ("file:///etc/passwd", .badAddress(reason: "it must begin with http:// or https://")),
                (
                    "http://u:p@a.example:\(port)/picture",
                    .badAddress(reason: "it holds a user name or password, which are not sent")
                ),
            ]
            for (target, error) in refused {
                await #expect(throws: error) { try await fetcher.picture(at: start + target) }
            }
            await #expect(throws: FetchError.answered(host: "a.example", status: 302)) {
                try await fetcher.picture(at: "http://a.example:\(port)/lost")
            }
        }
    }

    @Test func `a circle of redirects ends`() async throws {
        try await withHost { host in
            let port = try #require(host.port)
            let fetcher = try fetcher(hosts: ["127.0.0.1:\(port)"], resolver: ScriptedResolver([:]))
            await #expect(throws: FetchError.tooManyRedirects(limit: 5)) {
                try await fetcher.picture(at: "http://127.0.0.1:\(port)/circle")
            }
        }
    }

    // MARK: What is sent and what comes back

    @Test(arguments: [
        "http://user:secret@pictures.example/", "ftp://pictures.example/", "file:///etc/passwd", "/etc/passwd",
        "pictures.example", "", "http://münchen.example/", "http://pictures.example./",
    ])
    func `what is no address of a picture is the sender's mistake, and nobody is asked`(url: String) async throws {
        let resolver = ScriptedResolver([:])
        let fetcher = try fetcher(hosts: ["pictures.example"], resolver: resolver)
        let error = await #expect(throws: FetchError.self) { try await fetcher.picture(at: url) }
        #expect(error?.cause == .sender)
        #expect(error?.message.contains("secret") == false)
        #expect(resolver.questions == [])
    }

    @Test func `answers that are no picture are told apart`() async throws {
        try await withHost { host in
            let port = try #require(host.port)
            let fetcher = try fetcher(hosts: ["127.0.0.1:\(port)"], resolver: ScriptedResolver([:])) {
                $0.limitInBytes = 4999
            }
            let expected: [(String, FetchError, FetchError.Cause)] = [
                ("404", .answered(host: "127.0.0.1", status: 404), .sender),
                ("500", .answered(host: "127.0.0.1", status: 500), .remote),
                ("204", .answered(host: "127.0.0.1", status: 204), .remote),
                ("empty", .empty(host: "127.0.0.1"), .sender), ("large", .tooLarge(limitInBytes: 4999), .sender),
                ("chunked", .tooLarge(limitInBytes: 4999), .sender),
            ]
            for (path, error, cause) in expected {
                await #expect(throws: error) { try await fetcher.picture(at: "http://127.0.0.1:\(port)/\(path)") }
                #expect(error.cause == cause)
            }
        }
    }

    @Test func `a name that is not known is the other side's fault`() async throws {
        let fetcher = try fetcher(hosts: ["nowhere.example"], resolver: ScriptedResolver([:]))
        await #expect(throws: FetchError.unreachable(reason: "the host 'nowhere.example' is not known")) {
            try await fetcher.picture(at: "http://nowhere.example/")
        }
    }

    @Test func `a silent host is given up in time`() async throws {
        try await withHost { host in
            let port = try #require(host.port)
            let fetcher = try fetcher(hosts: ["127.0.0.1:\(port)"], resolver: ScriptedResolver([:])) {
                $0.timeout = .milliseconds(100)
            }
            await #expect(throws: FetchError.timedOut(seconds: 0.1)) {
                try await fetcher.picture(at: "http://127.0.0.1:\(port)/silent")
            }
        }
    }

    @Test func `a task that is cancelled stops waiting, and more than may wait are refused`() async throws {
        let handler = PictureHost()
        try await withHost(handler) { host in
            let port = try #require(host.port)
            let fetcher = try fetcher(hosts: ["127.0.0.1:\(port)"], resolver: ScriptedResolver([:])) {
                $0.threadCount = 1
                $0.waitingLimit = 0
                $0.timeout = .seconds(600)
            }
            let task = Task { try await fetcher.picture(at: "http://127.0.0.1:\(port)/silent") }
            while handler.arrivals == 0 { await Task.yield() }
            await #expect(throws: FetchError.busy(limit: 1)) {
                try await fetcher.picture(at: "http://127.0.0.1:\(port)/picture")
            }
            task.cancel()
            await #expect(throws: FetchError.cancelled) { try await task.value }
            #expect(try await fetcher.picture(at: "http://127.0.0.1:\(port)/picture") == PictureHost.picture)
        }
    }

    @Test func `the machine's own names are resolved, and given up when it is too late`() {
        let own = SystemResolver().addresses(of: "localhost", unless: { false })
        #expect(own?.contains(NetworkAddress("127.0.0.1")!) == true)
        #expect(SystemResolver().addresses(of: "nowhere.invalid", unless: { false }) == [])
        #expect(SystemResolver().addresses(of: "localhost", unless: { true }) == nil)
    }
}
