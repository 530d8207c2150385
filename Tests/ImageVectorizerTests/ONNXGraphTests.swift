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

    /// A tensor of float16 with the shape [2] and these bytes.
    private static func half(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        ProtobufField.encoded(5, [0x08, 0x02, 0x10, 0x0A] + field(8, name) + ProtobufField.encoded(9, bytes))
    }

    /// A Cast to the type with this number.
    private static func cast(_ input: String, _ output: String, to type: UInt8 = 1) -> [UInt8] {
        let attribute = ProtobufField.encoded(5, field(1, "to") + [0x18, type])
        return ProtobufField.encoded(1, field(1, input) + field(2, output) + field(4, "Cast") + attribute)
    }

    private static func model(_ graph: [UInt8]) -> Data {
        Data([0x08, 0x08] + ProtobufField.encoded(7, graph + ProtobufField.encoded(12, field(1, "sum"))))
    }

    private static let sum: [UInt8] = ProtobufField.encoded(
        1, field(1, "image") + field(1, "weights") + field(2, "sum") + field(4, "Add"))

    @Test func `weights in float16 that are cast become the same weights in float32`() throws {
        // 1, -2^-24 (the smallest there is), infinity and 65504.
        let halves: [UInt8] = [0x00, 0x3C, 0x01, 0x80, 0x00, 0x7C, 0xFF, 0x7B]
        let file = Self.model(Self.half("half", halves) + Self.cast("half", "weights") + Self.sum)
        let cut = try ONNXGraph(file).cut(at: "sum")
        let graph = try ONNXGraph(Data(cut))
        #expect(graph.nodes.map(\.operation) == ["Add"])
        #expect(graph.initializers == ["weights"])
        #expect(graph.outputs == ["sum"])
        let floats: [Float] = [1, -0x1p-24, .infinity, 65504]
        let bytes = floats.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> ($0 * 8)) }
        }
        let tensor: [UInt8] = [0x08, 0x02, 0x10, 0x01] + Self.field(8, "weights") + ProtobufField.encoded(9, bytes)
        #expect(Data(cut).range(of: Data(ProtobufField.encoded(5, tensor))) != nil)
    }

    @Test(arguments: [
        half("half", [0, 0, 0, 0]) + cast("half", "weights", to: 11) + sum,
        half("half", [0, 0, 0, 0]) + cast("half", "weights") + cast("half", "more") + sum,
        half("half", [0, 0, 0, 0]) + ProtobufField.encoded(11, field(1, "half")) + cast("half", "weights") + sum,
        half("half", [0, 0, 0]) + cast("half", "weights") + sum,
    ])
    func `weights that are wanted in float16 too, or cast to something else, stay`(_ graph: [UInt8]) throws {
        let cut = try ONNXGraph(Data(try ONNXGraph(Self.model(graph)).cut(at: "sum")))
        #expect(cut.initializers == ["half"])
        #expect(cut.nodes.contains { $0.operation == "Cast" })
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
