// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import ImageVectorizer

/// Where the tests find files and programs that are not part of the project.
enum TestData {
    /// The folder of pictures, networks and recorded answers, named by `NEEDLETAIL_TEST_DATA`.
    static let folder = ProcessInfo.processInfo.environment["NEEDLETAIL_TEST_DATA"]

    /// A Python with Pillow 9.5.0, named by `NEEDLETAIL_TEST_PYTHON`.
    static let python = ProcessInfo.processInfo.environment["NEEDLETAIL_TEST_PYTHON"]

    /// OpenVINO's libraries: `NEEDLETAIL_OPENVINO_LIB`, else where the set-up puts them; `nil` if they are not there.
    static let openVINO: String? = {
        let folder = ProcessInfo.processInfo.environment["NEEDLETAIL_OPENVINO_LIB"] ?? "\(checkout)/.build/openvino"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.contains { $0.hasPrefix("libopenvino_c.so") } ? folder : nil
    }()

    static let checkout = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path()

    static let starterNetwork = "\(checkout)/Models/efficientnet-lite0.onnx"

    /// One pool for all tests; its threads end with the process.
    static let pool = ComputePool(threadCount: 2, name: "test")

    /// Every picture file under `images`, in the order of their paths.
    static func pictureFiles() throws -> [String] {
        guard let folder else { return [] }
        let endings: Set = ["jpg", "jpeg", "JPEG", "png", "gif", "bmp", "webp", "bin", "tif", "ico", "jp2", "avif"]
        return try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/images").sorted()
            .filter { endings.contains(URL(filePath: $0).pathExtension) }
            .map { "\(folder)/images/\($0)" }
    }

    static func bytes(ofFile path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path)))
    }
}

extension Picture {
    /// A picture with the default limits.
    init(_ bytes: [UInt8]) throws(ImageVectorizerError) {
        try self.init(bytes, limits: DecodingLimits())
    }

    /// Its pixels: resizing to the same size changes nothing.
    func pixels() throws(ImageVectorizerError) -> [UInt8] {
        try resized(toWidth: width, height: height)
    }
}
