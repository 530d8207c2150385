// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import GRPCServer

extension GRPCStatus {
    /// What nearly every mistake of a caller is answered with: clients rely on Weaviate's UNKNOWN, and show the text to
    /// their users.
    static func refusal(_ message: String) -> GRPCStatus { GRPCStatus(.unknown, message) }

    /// What the database refuses or fails.
    ///
    /// - Parameter message: the text for those who called, with Weaviate's prefix.
    init(_ error: DatabaseError, _ message: String) {
        switch error {
        case .cancelled: self = .cancelled
        // The one code on which clients try again by themselves.
        case .overloaded, .memoryFull: self.init(.unavailable, message)
        default: self = .refusal(message)
        }
    }
}

extension DecodingAllowance.Refusal {
    /// The call takes too much memory, by itself or together with others.
    var status: GRPCStatus { GRPCStatus(.resourceExhausted, message) }
}
