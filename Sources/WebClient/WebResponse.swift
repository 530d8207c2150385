// SPDX-License-Identifier: Apache-2.0

/// An answer, read whole.
package struct WebResponse: Sendable {
    package var status: Int
    /// Names in lower case, in the order they came.
    package var headers: [(name: String, value: String)]
    /// As it was sent; nothing is unpacked.
    package var body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of header `name`, given in lower case.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
