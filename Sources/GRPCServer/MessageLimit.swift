// SPDX-License-Identifier: Apache-2.0

/// Refuses messages that are larger than what goes over the wire, in grpc-go's words.
package enum MessageLimit {
    /// - Parameter message: to be sent.
    package static func check(_ message: [UInt8], _ limitInBytes: Int) throws(GRPCStatus) {
        if message.count <= limitInBytes { return }
        throw GRPCStatus(
            .resourceExhausted, "trying to send message larger than max (\(message.count) vs. \(limitInBytes))")
    }

    /// - Parameter byteCount: of a message that has come, or is announced.
    package static func check(receivedByteCount byteCount: Int, _ limitInBytes: Int) throws(GRPCStatus) {
        if byteCount <= limitInBytes { return }
        throw GRPCStatus(
            .resourceExhausted, "grpc: received message larger than max (\(byteCount) vs. \(limitInBytes))")
    }
}
