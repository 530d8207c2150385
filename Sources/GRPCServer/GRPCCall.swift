// SPDX-License-Identifier: Apache-2.0

import Execution

/// What every call carries beside its messages.
package struct GRPCCall: Sendable {
    /// The whole path, e.g. `/weaviate.v1.Weaviate/Search`.
    package var method: String
    /// What the client sent before its messages, names in lower case; gRPC's own entries are left out.
    package var metadata: [(name: String, value: String)]
    /// What the call holds of the memory that all requests may take together. Received messages are counted already;
    /// decoders grow it by what they make of them, before they keep it. Given back when the call ends.
    package var memory: MemoryReservation

    package init(
        method: String, metadata: [(name: String, value: String)] = [],
        memory: MemoryReservation = MemoryReservation()
    ) {
        self.method = method
        self.metadata = metadata
        self.memory = memory
    }

    /// The first value of metadata `name`, given in lower case.
    package func value(of name: String) -> String? { metadata.first { $0.name == name }?.value }
}
