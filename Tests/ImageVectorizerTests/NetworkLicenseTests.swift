// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ImageVectorizer

struct NetworkLicenseTests {
    @Test func `an entry of the metadata counts most`() {
        let license = NetworkLicense(
            metadata: [("author", "x"), ("License", " cc-by-nc-4.0 ")], description: "MIT license.")
        #expect(license?.name == "cc-by-nc-4.0" && license?.isNonCommercial == true)
        #expect(NetworkLicense(metadata: [("licence", "MIT")], description: "")?.isNonCommercial == nil)
    }

    @Test func `else the clause of the description that speaks of it`() {
        let text = "A network. Changed by us: folded. Some Non-Commercial License: for tests; see NOTICE."
        let license = NetworkLicense(metadata: [], description: text)
        #expect(license?.name == "Some Non-Commercial License" && license?.isNonCommercial == true)
        #expect(license?.note.hasSuffix(text) == true)
    }

    @Test func `a file that says nothing says nothing`() {
        #expect(NetworkLicense(metadata: [("a", "b")], description: "once upon a time") == nil)
    }

    @Test func `description and metadata are read from the file`() throws {
        // ModelProto: doc_string = 6, graph = 7, metadata_props = 14 { key = 1, value = 2 }.
        let entry = ProtobufField.encoded(1, Array("license".utf8)) + ProtobufField.encoded(2, Array("MIT".utf8))
        let file =
            ProtobufField.encoded(6, Array("About it".utf8)) + ProtobufField.encoded(7, [])
            + ProtobufField.encoded(14, entry)
        let graph = try ONNXGraph(Data(file))
        #expect(graph.description == "About it")
        #expect(graph.metadata.map(\.key) == ["license"] && graph.metadata.map(\.value) == ["MIT"])
    }

    @Test func `the two networks that come with the program are known`() {
        for sha256 in [NeuralVectorizer.defaultNetworkSHA256, NeuralVectorizer.starterNetworkSHA256] {
            #expect(NetworkLicense.known[sha256]?.license.name == "Apache-2.0")
        }
    }
}
