// SPDX-License-Identifier: Apache-2.0

/// A call, a server or a message of gRPC's core by its address. Each holder says who uses it when.
@safe struct CorePointer: @unchecked Sendable {
    let address: OpaquePointer
}
