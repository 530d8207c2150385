// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Authentication

struct AuthenticatorTests {
    private let two = Authenticator(keys: ["key-of-ann", "key-of-bob"], users: ["ann", "bob"], allowsAnonymous: false)

    @Test(arguments: [("key-of-ann", "ann"), ("key-of-bob", "bob")])
    func `each key is its own user's`(key: String, user: String) throws {
        #expect(try two.principal(authorization: "Bearer \(key)") == .user(user))
        #expect(try two.principal(authorization: "bearer \(key)") == .user(user))
        #expect(try two.principal(authorization: "BEARER \(key)") == .user(user))
    }

    @Test func `one user may have several keys`() throws {
        let authenticator = Authenticator(keys: ["a", "b", "c"], users: ["ann"], allowsAnonymous: false)
        for key in ["a", "b", "c"] {
            #expect(try authenticator.principal(authorization: "Bearer \(key)") == .user("ann"))
        }
    }

    @Test(arguments: [
        "Bearer key-of-an", "Bearer key-of-ann ", "Bearer  key-of-ann", "Bearer key-of-anN", "Bearer ",
        "Bearer key-of-annkey-of-bob",
        "Bearer \u{0}", "Bearer k\u{0}y-of-ann", "Bearer ", "Bearer key-of-ann,key-of-bob", "Bearer key\u{301}-of-ann",
    ])
    func `what is not exactly a key is none`(authorization: String) {
        #expect(throws: AuthenticationError.unknownKey) { try two.principal(authorization: authorization) }
    }

    @Test(arguments: ["key-of-ann", "Basic key-of-ann", "Bearer", "", " Bearer key-of-ann", "Bearer\tkey-of-ann"])
    func `another scheme is told apart from a wrong key`(authorization: String) {
        #expect(throws: AuthenticationError.malformed) { try two.principal(authorization: authorization) }
    }

    @Test func `no credential is refused unless anonymous access is on`() throws {
        #expect(throws: AuthenticationError.missing) { try two.principal(authorization: nil) }
        let both = Authenticator(keys: ["k"], users: ["ann"], allowsAnonymous: true)
        #expect(try both.principal(authorization: nil) == .anonymous)
        #expect(try both.principal(authorization: "Bearer k") == .user("ann"))
        #expect(throws: AuthenticationError.unknownKey) { try both.principal(authorization: "Bearer wrong") }
        #expect(!both.letsEverybodyIn && !two.letsEverybodyIn)
    }

    @Test func `without keys whatever comes is passed over`() throws {
        let open = Authenticator(allowsAnonymous: true)
        #expect(open.letsEverybodyIn)
        for authorization in [nil, "Bearer x", "nonsense"] {
            #expect(try open.principal(authorization: authorization) == .anonymous)
        }
    }

    @Test func `without keys and anonymous access nobody gets in`() {
        let closed = Authenticator(allowsAnonymous: false)
        #expect(throws: AuthenticationError.missing) { try closed.principal(authorization: nil) }
        #expect(throws: AuthenticationError.unknownKey) { try closed.principal(authorization: "Bearer ") }
    }

    @Test func `messages never repeat what was sent`() {
        for error in [AuthenticationError.missing, .malformed, .unknownKey] {
            // It goes between quotation marks as it is.
            #expect(!error.message.contains("\"") && !error.message.contains("\\"))
        }
    }

    @Test func `each permission includes those before it`() {
        #expect(Permission.allCases.sorted() == [.open, .read, .write, .admin])
    }
}
