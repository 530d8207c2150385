// SPDX-License-Identifier: Apache-2.0

import COpenVINO

/// A file without a place on disk, for what is made here and read as a file: the engine copies what it reads from memory three
/// times, and a file once.
final class MemoryFile {
    private let descriptor: Int32

    /// - Throws: `unavailable`.
    init() throws(ImageVectorizerError) {
        descriptor = nt_memory_file_open()
        if descriptor < 0 { throw Self.lackOfMemory }
    }

    deinit {
        nt_memory_file_close(descriptor)
    }

    /// Valid in this process while the object lives.
    var path: String { "/proc/self/fd/\(descriptor)" }

    /// - Throws: `unavailable` if there is no memory for it.
    func append(_ bytes: [UInt8]) throws(ImageVectorizerError) {
        // Safety: the function reads as many bytes as there are.
        let isWritten = unsafe bytes.withUnsafeBytes {
            unsafe nt_memory_file_append(descriptor, $0.baseAddress, $0.count)
        }
        if !isWritten { throw Self.lackOfMemory }
    }

    private static let lackOfMemory = ImageVectorizerError.unavailable(
        reason: "there is no memory to read the network; it needs about four times the size of its file")
}
