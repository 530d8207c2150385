// SPDX-License-Identifier: Apache-2.0

/// Where the program looks for what is not built into it: OpenVINO's libraries and the weights of networks.
///
/// Two layouts are known, told apart by what is there: a checkout (`.build/TRIPLE/release/needletail`, libraries in
/// `.build/openvino`, weights in `Models`) and an installation (`PREFIX/bin`, `PREFIX/lib/openvino`, `PREFIX/models`).
package struct Places: Sendable {
    private let settings: Settings
    /// The folder of the program, symbolic links resolved.
    private let programFolder: String

    /// - Parameter program: the path of the running program, symbolic links resolved.
    package init(settings: Settings, program: String) {
        self.settings = settings
        programFolder = Self.parent(of: program)
    }

    /// The folders that may hold OpenVINO's libraries, best first.
    package var openVINOFolders: [String] {
        guard settings.openVINOPath.isEmpty else { return [settings.openVINOPath] }
        let above = Self.parent(of: programFolder)
        return [above + "/lib/openvino", Self.parent(of: above) + "/openvino"]
    }

    /// The paths that may hold the weights of the network that is set, best first.
    package var weightPaths: [String] {
        switch settings.imageModel {
        case .file(let path): [path]
        case .resNet50: folders.map { $0 + "/resnet50-v1-12.onnx" }
        case .efficientNetLite0: folders.map { $0 + "/efficientnet-lite0.onnx" }
        }
    }

    private var folders: [String] {
        let above = Self.parent(of: programFolder)
        let checkout = Self.parent(of: Self.parent(of: above))
        return [settings.effectiveModelsPath, above + "/models", checkout + "/Models"]
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "" : String(path[..<slash])
    }
}
