// SPDX-License-Identifier: Apache-2.0

import Foundation

/// On which terms a network may be used, as far as is known: for people to read, nothing is decided by it.
package struct NetworkLicense: Hashable, Sendable {
    /// E.g. `Apache-2.0`; `unknown` if neither this program nor the file says.
    package var name: String
    /// In a sentence or some.
    package var note: String
    /// Whether commercial use is excluded; `nil` if that is unknown.
    package var isNonCommercial: Bool?

    /// What is known of networks by the digests of their files.
    static let known: [String: (source: String, license: NetworkLicense)] = [
        NeuralVectorizer.defaultNetworkSHA256: (
            "ResNet50 v1 of the ONNX Model Zoo",
            NetworkLicense(
                name: "Apache-2.0", note: "The default network. Free for any use under the Apache License 2.0.",
                isNonCommercial: false)
        ),
        NeuralVectorizer.starterNetworkSHA256: (
            "EfficientNet-Lite0, the starter network of the repository",
            NetworkLicense(
                name: "Apache-2.0",
                note: "Weights of the TensorFlow authors, converted. Free for any use under the Apache License 2.0.",
                isNonCommercial: false)
        ),
    ]

    static let unknown = NetworkLicense(
        name: "unknown", note: "The file does not say on which terms it may be used; ask where it comes from.",
        isNonCommercial: nil)

    package init(name: String, note: String, isNonCommercial: Bool?) {
        self.name = name
        self.note = note
        self.isNonCommercial = isNonCommercial
    }

    /// What a file says of itself: an entry `license` of its metadata, or a clause of its description that has the word in it.
    ///
    /// - Returns: `nil` if it says nothing.
    init?(metadata: [(key: String, value: String)], description: String) {
        if let stated = metadata.first(where: { ["license", "licence"].contains($0.key.lowercased()) })?.value {
            self.init(stated: stated, note: "As the file's metadata says.")
            return
        }
        let clauses = description.split(whereSeparator: { ".:;\n".contains($0) })
        guard let clause = clauses.first(where: { $0.lowercased().contains(/licen[cs]e/) }) else { return nil }
        self.init(stated: String(clause), note: "As the file's description says: \(description.shortened(to: 600))")
    }

    private init(stated: String, note: String) {
        name = stated.trimmingCharacters(in: .whitespacesAndNewlines).shortened(to: 100)
        self.note = note
        let text = "\(stated) \(note)".lowercased()
        // `cc-by-nc-4.0` is how identifiers of SPDX say it.
        isNonCommercial = text.contains(/non-?commercial/) || text.contains(/\bnc\b/) ? true : nil
    }
}

extension String {
    fileprivate func shortened(to limit: Int) -> String { count <= limit ? self : "\(prefix(limit))…" }
}
