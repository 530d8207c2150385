// SPDX-License-Identifier: Apache-2.0

import CGRPC
import Execution
import Unpacking

/// A message as gRPC has received it, before its bytes are copied.
///
/// Safety of `@unchecked Sendable`: gRPC has let go of it, and it is only read.
@safe final class ReceivedMessage: @unchecked Sendable {
    private let pointer: OpaquePointer
    /// As it came, packed as it may be.
    let byteCount: Int

    /// - Parameter pointer: owned from now on.
    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
        byteCount = unsafe nt_grpc_message_count(pointer)
    }

    deinit { unsafe nt_grpc_message_destroy(pointer) }

    /// Its bytes, unpacked.
    ///
    /// - Parameters:
    ///   - limit: how many bytes it may have unpacked.
    ///   - memory: holds `byteCount` for it already; holds the size of the result afterwards.
    func bytes(limit: Int, memory: MemoryReservation) throws(GRPCStatus) -> [UInt8] {
        let byteCount = byteCount
        // Safety: at most `byteCount` bytes are written, and counted.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            count = unsafe nt_grpc_message_copy(pointer, start, byteCount)
        }
        guard unsafe nt_grpc_message_is_packed(pointer) else { return bytes }
        do throws(UnpackingError) {
            let unpacked = try Inflation.unpack(bytes, limit: limit, memory: memory)
            memory.shrink(by: byteCount)
            return unpacked
        } catch {
            switch error {
            case .broken: throw GRPCStatus(.internal, "grpc: failed to decompress the received message")
            case .tooLarge(let limit):
                throw GRPCStatus(
                    .resourceExhausted, "grpc: received message after decompression larger than max \(limit)")
            case .noMemory(let error): throw GRPCStatus(error)
            case .noStream: throw GRPCStatus(.resourceExhausted, MemoryBudgetError.budgetInUse.message)
            }
        }
    }
}

/// A message for gRPC to send.
///
/// Safety of `@unchecked Sendable`: it is used by one thread after the other, under the lock of its exchange.
@safe final class OutgoingMessage: @unchecked Sendable {
    /// `nil` once gRPC has it.
    private var message: CorePointer?

    /// Copies the bytes.
    init(_ bytes: [UInt8]) {
        // Safety: the bytes are read during the call only.
        let pointer = unsafe bytes.withUnsafeBufferPointer {
            unsafe nt_grpc_message_create($0.baseAddress, $0.count)
        }
        message = unsafe pointer.map { unsafe CorePointer(address: $0) }
    }

    deinit { if let message { unsafe nt_grpc_message_destroy(message.address) } }

    /// Gives it to a batch, which owns it if it starts.
    func give(to start: (CorePointer?) -> Bool) -> Bool {
        guard start(message) else { return false }
        message = nil
        return true
    }
}
