// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ImageVectorizer

struct ONNXGraphTests {
    private typealias Node = (operation: String, inputs: [String], outputs: [String])

    private static func field(_ number: Int, _ text: String) -> [UInt8] {
        ProtobufField.encoded(number, Array(text.utf8))
    }

    /// An encoded network with these nodes, initializers and outputs.
    private static func network(_ nodes: [Node], initializers: [String], outputs: [String]) -> [UInt8] {
        var graph: [UInt8] = []
        for node in nodes {
            let inputs: [[UInt8]] = node.inputs.map { field(1, $0) }
            let results: [[UInt8]] = node.outputs.map { field(2, $0) }
            graph += ProtobufField.encoded(1, (inputs + results + [field(4, node.operation)]).flatMap { $0 })
        }
        for name in initializers { graph += ProtobufField.encoded(5, field(8, name)) }
        for name in outputs { graph += ProtobufField.encoded(12, field(1, name)) }
        return [0x08, 0x08] + ProtobufField.encoded(7, graph) + ProtobufField.encoded(8, [0x10, 0x0D])
    }

    private static let classifier: [Node] = [
        ("GlobalAveragePool", ["image"], ["pooled"]), ("Flatten", ["pooled"], ["features"]),
        ("Gemm", ["features", "weights", "bias"], ["logits"]),
    ]

    @Test func `the output named embedding is the embedding`() throws {
        let graph = try ONNXGraph(
            Data(Self.network(Self.classifier, initializers: ["weights"], outputs: ["logits", "embedding"])))
        #expect(try graph.embedding() == "embedding")
    }

    @Test func `without it, what enters the last fully connected layer is the embedding`() throws {
        let graph = try ONNXGraph(Data(Self.network(Self.classifier, initializers: ["weights"], outputs: ["logits"])))
        #expect(try graph.embedding() == "features")
    }

    @Test func `weights that are cast or unpacked first are weights still`() throws {
        let nodes: [Node] = [
            ("Cast", ["half"], ["weights"]), ("MatMul", ["features", "weights"], ["logits"]),
            ("MatMul", ["logits", "logits"], ["attention"]),
        ]
        let graph = try ONNXGraph(Data(Self.network(nodes, initializers: ["half"], outputs: ["attention"])))
        #expect(try graph.embedding() == "features")
    }

    @Test func `without such a layer the only output is the embedding, and several are refused`() throws {
        let nodes: [Node] = [("GlobalAveragePool", ["image"], ["pooled"])]
        let one = try ONNXGraph(Data(Self.network(nodes, initializers: [], outputs: ["pooled"])))
        #expect(try one.embedding() == "pooled")
        let two = try ONNXGraph(Data(Self.network(nodes, initializers: [], outputs: ["pooled", "image"])))
        #expect(throws: ImageVectorizerError.self) { try two.embedding() }
    }

    @Test func `a cut network has one output and keeps its nodes`() throws {
        let file = Data(Self.network(Self.classifier, initializers: ["weights"], outputs: ["logits", "more"]))
        let cut = try ONNXGraph(Data(try ONNXGraph(file).cut(at: "features")))
        #expect(cut.outputs == ["features"])
        #expect(cut.nodes.map(\.operation) == ["GlobalAveragePool", "Flatten", "Gemm"])
        #expect(cut.initializers == ["weights"])
    }

    @Test func `a file cut anywhere inside its graph throws and never traps`() throws {
        let file = Self.network(Self.classifier, initializers: ["weights"], outputs: ["logits"])
        for count in 0..<(file.count - 4) {
            #expect(throws: ImageVectorizerError.self) { try ONNXGraph(Data(file.prefix(count))) }
        }
    }

    @Test(arguments: 0..<200)
    func `noise is no network`(_ seed: Int) {
        #expect(throws: ImageVectorizerError.self) {
            try ONNXGraph(Data(BMPFixture.noise(seed + 1, seed: UInt64(seed)))).embedding()
        }
    }
}
