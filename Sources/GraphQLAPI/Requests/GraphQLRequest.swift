// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import GraphQLLanguage
import JSON

/// The body of a request: `{"query": …, "operationName": …, "variables": {…}}`.
struct GraphQLRequest: Sendable {
    /// Without the escapes of JSON; not copied where there were none.
    var query: [UInt8] = []
    var operationName: String?
    var variables: [String: InputValue] = [:]

    /// Reads one request that `bytes` consist of.
    ///
    /// - Parameter allowance: what is kept of the body is charged to it.
    init(_ bytes: [UInt8], allowance: DecodingAllowance = .unlimited) throws(RequestReader.Fault) {
        var reader = RequestReader(bytes, allowance: allowance)
        self = try reader.request()
        try reader.finish()
    }

    /// Reads the list of requests that `bytes` consist of.
    ///
    /// - Parameter limit: how many requests are kept; those behind are checked and counted.
    /// - Returns: the requests, and how many there are in the list.
    static func list(
        _ bytes: [UInt8], keeping limit: Int, allowance: DecodingAllowance = .unlimited
    ) throws(RequestReader.Fault) -> (requests: [GraphQLRequest], count: Int) {
        var reader = RequestReader(bytes, allowance: allowance)
        let list = try reader.list(keeping: limit)
        try reader.finish()
        return list
    }

    init() {}
}
