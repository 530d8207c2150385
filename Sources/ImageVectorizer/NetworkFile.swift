// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The reading of ONNX files on its own, without an engine.
package enum NetworkFile {
    /// Reads the wiring of `bytes` and cuts it as for inference; says whether that works.
    @discardableResult
    package static func tryReading(_ bytes: [UInt8]) -> Bool {
        guard let graph = try? ONNXGraph(Data(bytes)), let output = try? graph.embedding(),
            let cut = try? graph.cut(at: output)
        else { return false }
        return !cut.isEmpty
    }
}
