// SPDX-License-Identifier: Apache-2.0

import Authentication
import Testing

@testable import HTTPGateway

struct RouterTests {
    private let router = Router(
        prefix: ["v1"],
        [
            Endpoint("GET", "", .open, "Root", tag: "t", nil, 0),
            Endpoint("POST", "objects/validate", .read, "Validate", tag: "t", nil, 1),
            Endpoint("GET", "objects/{id}", .read, "Get", tag: "t", nil, 2),
            Endpoint("DELETE", "objects/{id}", .write, "Delete", tag: "t", nil, 3),
            Endpoint("GET", "objects/{class}/{id}", .read, "Get of class", tag: "t", nil, 4),
        ])

    private func found(_ method: String, _ path: [String]) -> (action: Int, parameters: [String: String])? {
        guard case .found(let endpoint, let parameters) = router.match(method: method, path: path) else { return nil }
        return (endpoint.action, parameters)
    }

    @Test func `literal segments and parameters are told apart`() throws {
        #expect(try #require(found("GET", ["v1"])).action == 0)
        #expect(try #require(found("POST", ["v1", "objects", "validate"])).action == 1)
        let get = try #require(found("GET", ["v1", "objects", "validate"]))
        #expect(get.action == 2 && get.parameters == ["id": "validate"])
        let deep = try #require(found("GET", ["v1", "objects", "C", ""]))
        #expect(deep.action == 4 && deep.parameters == ["class": "C", "id": ""])
    }

    @Test func `another method is told with those there are`() {
        guard case .wrongMethod(let others) = router.match(method: "PUT", path: ["v1", "objects", "validate"]) else {
            Issue.record("found")
            return
        }
        #expect(others.map(\.method) == ["POST", "GET", "DELETE"])
    }

    @Test(arguments: [[], ["v2"], ["objects", "x"], ["v1", "objects"], ["v1", "objects", "a", "b", "c"], ["V1"]])
    func `a path that is none is unknown`(path: [String]) {
        guard case .unknownPath = router.match(method: "GET", path: path) else {
            Issue.record("\(path) was found")
            return
        }
    }

    @Test(arguments: ["", "objects", "objects/{class}/{id}", "schema/{class}/properties/{property}/index/{index}"])
    func `a pattern is written as it was read`(text: String) {
        #expect(PathPattern(text).description == text)
    }
}
