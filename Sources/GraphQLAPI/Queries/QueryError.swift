// SPDX-License-Identifier: Apache-2.0

/// Why the arguments of a field cannot become a query; the text is the error's message as clients see it.
struct QueryError: Error {
    var message: String

    init(_ message: String) {
        self.message = message
    }

    static func unsupported(_ feature: String) -> QueryError { QueryError("\(feature) is not supported yet") }
}
