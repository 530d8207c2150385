// SPDX-License-Identifier: Apache-2.0

import Testing
import WebClient

@testable import Fetching

@Suite struct AddressTests {
    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.9",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
        "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.1.2.3", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::127.0.0.1", "fe80::1", "fc00::1",
        "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "2002:7f00:1::1", "2002:808:808::1",
        "2001:0:53aa:64c::1", "2001:10::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "100::1",
        "4000::1",
    ])
    func `an address that is not public is refused`(text: String) throws {
        #expect(!AddressRules().allows(try #require(NetworkAddress(text))))
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:200::1",
    ])
    func `an address of the public internet is allowed`(text: String) throws {
        #expect(AddressRules().allows(try #require(NetworkAddress(text))))
    }

    @Test func `a network that is added is allowed, and nothing beside it`() throws {
        let rules = AddressRules(
            allowedNetworks: ["10.1.0.0/17", "fd00:1::/33", "127.0.0.1"].compactMap(NetworkRange.init))
        for text in ["10.1.0.0", "10.1.127.255", "fd00:1::5", "127.0.0.1", "::ffff:10.1.2.3"] {
            #expect(rules.allows(try #require(NetworkAddress(text))), "\(text)")
        }
        for text in ["10.1.128.0", "10.0.255.255", "fd00:1:8000::", "fd00:2::", "127.0.0.2"] {
            #expect(!rules.allows(try #require(NetworkAddress(text))), "\(text)")
        }
    }

    @Test(arguments: [
        "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "x/8", "::/129", "10.0.0.0/8/8", "", "fe80::1%lo/64",
    ])
    func `what is no network is not read as one`(text: String) {
        #expect(NetworkRange(text) == nil)
    }

    @Test(arguments: [
        ("pictures.example.org", "http://pictures.example.org/a", true),
        ("pictures.example.org", "https://PICTURES.example.org/a", true),
        ("pictures.example.org", "http://pictures.example.org:8080/a", false),
        ("pictures.example.org:8080", "http://pictures.example.org:8080/a", true),
        ("pictures.example.org:8080", "http://pictures.example.org/a", false),
        ("pictures.example.org", "http://example.org/", false),
        ("pictures.example.org", "http://x.pictures.example.org/", false),
        ("pictures.example.org", "http://pictures.example.org.evil.test/", false),
        ("*.example.org", "http://a.example.org/", true), ("*.example.org", "http://a.b.example.org/", true),
        ("*.example.org", "http://example.org/", false), ("*.example.org", "http://badexample.org/", false),
        ("192.0.2.1", "http://192.0.2.1/", true), ("192.0.2.1", "http://0xc0000201/", true),
        ("[2001:db8::1]", "http://[2001:0db8::0001]/", true), ("[2001:db8::1]:81", "http://[2001:db8::1]:81/", true),
        ("Example.ORG", "https://example.org/", true),
    ])
    func `a listed host is found by name and port`(pattern: String, url: String, matches: Bool) throws {
        #expect(try HostPattern(pattern).matches(WebAddress(url)) == matches)
    }

    @Test(arguments: [
        "", "*", "*.", "a..b", ".a", "a.", "http://a", "a/b", "a:0", "a:65536", "a:x", "a:", "*.*.org", "a.*", "[::1",
        "::1",
        "*.[::1]", "a b", "münchen.example", "a:+80",
    ])
    func `what is no host is refused with a reason`(text: String) {
        let error = #expect(throws: HostPatternError.self) { try HostPattern(text) }
        #expect(error?.message.hasPrefix("'\(text)' is no host: ") == true)
    }
}
