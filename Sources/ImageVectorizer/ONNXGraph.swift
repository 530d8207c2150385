// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The wiring of an ONNX network: who computes what from what. Weights are passed over, never copied.
///
/// Walks the protobuf encoding of `onnx.proto` (ModelProto.graph = 7; GraphProto.node = 1, initializer = 5, output = 12)
/// and looks at nothing else. A file that is not encoded so throws, whatever its bytes.
struct ONNXGraph {
    struct Node {
        var operation = ""
        var inputs: [String] = []
        var outputs: [String] = []
    }

    /// In the order of the file, which ONNX wants topological.
    private(set) var nodes: [Node] = []
    private(set) var initializers: Set<String> = []
    private(set) var outputs: [String] = []
    let file: Data
    private var modelFields: [ProtobufField] = []
    private(set) var graphFields: [ProtobufField] = []

    /// - Parameter file: a whole ONNX file, best mapped.
    /// - Throws: `unavailable`.
    init(_ file: Data) throws(ImageVectorizerError) {
        self.file = file
        let bytes = file.span
        modelFields = try ProtobufField.fields(in: bytes, 0..<bytes.count)
        let graphs = modelFields.filter { $0.number == 7 && $0.isMessage }
        guard graphs.count == 1 else { throw .unavailable(reason: "the file is no ONNX network") }
        graphFields = try ProtobufField.fields(in: bytes, graphs[0].content)
        for field in graphFields where field.isMessage {
            switch field.number {
            case 1: nodes.append(try Self.node(in: bytes, field.content))
            case 5: initializers.insert(try Self.text(8, in: bytes, field.content))
            case 12: outputs.append(try Self.text(1, in: bytes, field.content))
            default: break
            }
        }
    }

    private static func node(in bytes: borrowing Span<UInt8>, _ range: Range<Int>) throws(ImageVectorizerError) -> Node
    {
        var node = Node()
        for field in try ProtobufField.fields(in: bytes, range) where field.isMessage {
            switch field.number {
            case 1: node.inputs.append(field.text(in: bytes))
            case 2: node.outputs.append(field.text(in: bytes))
            case 4: node.operation = field.text(in: bytes)
            default: break
            }
        }
        return node
    }

    private static func text(
        _ number: Int, in bytes: borrowing Span<UInt8>, _ range: Range<Int>
    ) throws(ImageVectorizerError) -> String {
        for field in try ProtobufField.fields(in: bytes, range) where field.number == number && field.isMessage {
            return field.text(in: bytes)
        }
        return ""
    }

    /// What whoever made the file wrote about it (ModelProto.doc_string = 6); empty if nothing.
    var description: String {
        modelFields.first { $0.number == 6 && $0.isMessage }?.text(in: file.span) ?? ""
    }

    /// Entries beside the graph (ModelProto.metadata_props = 14: StringStringEntryProto key = 1, value = 2).
    var metadata: [(key: String, value: String)] {
        let bytes = file.span
        return modelFields.filter { $0.number == 14 && $0.isMessage }.compactMap { entry in
            guard let fields = try? ProtobufField.fields(in: bytes, entry.content) else { return nil }
            func text(_ number: Int) -> String {
                fields.first { $0.number == number && $0.isMessage }?.text(in: bytes) ?? ""
            }
            return (text(1), text(2))
        }
    }

    /// The tensor that is the embedding: the output called `embedding`, else what enters the last fully connected
    /// layer, else the only output.
    ///
    /// A fully connected layer is a Gemm or MatMul with a constant factor; a product of two computed tensors, as in
    /// attention, is none.
    func embedding() throws(ImageVectorizerError) -> String {
        if outputs.contains("embedding") { return "embedding" }
        var constants = initializers
        var entering: String?
        for node in nodes {
            if node.operation == "Constant" || (!node.inputs.isEmpty && node.inputs.allSatisfy(constants.contains)) {
                constants.formUnion(node.outputs)
            } else if node.operation == "Gemm" || node.operation == "MatMul", node.inputs.count >= 2,
                constants.contains(node.inputs[1])
            {
                entering = node.inputs[0]
            }
        }
        if let entering { return entering }
        if outputs.count == 1 { return outputs[0] }
        throw .unavailable(
            reason: "the network has no output named 'embedding', no fully connected layer, and several outputs")
    }

    /// Whether the file holds weights or activations that are quantized to whole numbers.
    var isQuantized: Bool {
        nodes.contains { node in
            ["QuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger"].contains(node.operation)
        }
    }

    /// Whether there may be weights in float16.
    var hasCasts: Bool { nodes.contains { $0.operation == "Cast" } }

    /// The file with `tensor` as its only output, and with its weights as the engine wants them. What only the other outputs need is
    /// left to the reader to drop.
    ///
    /// - Parameter write: is given the file piece by piece.
    /// - Throws: `unavailable` if the bytes are no network, and what `write` throws.
    /// - Complexity: copies the file once, a weight at a time; weights in float16 become twice as large.
    func cut(
        at tensor: String, to write: ([UInt8]) throws(ImageVectorizerError) -> Void
    ) throws(ImageVectorizerError) {
        // ValueInfoProto: name = 1, type = 2 { tensor_type = 1 { elem_type = 1: FLOAT } }.
        let output = ProtobufField.encoded(1, Array(tensor.utf8)) + ProtobufField.encoded(2, [0x0A, 0x02, 0x08, 0x01])
        let added = ProtobufField.encoded(12, output)
        let ends = Set(graphFields.filter { $0.number == 12 }.map(\.whole.lowerBound))
        let kept = try parts().filter { part in
            if case .kept(let range) = part { !ends.contains(range.lowerBound) } else { true }
        }
        let graphSize = kept.reduce(added.count) { $0 + size(of: $1) }
        var piece: [UInt8] = []
        for field in modelFields {
            guard field.number == 7, field.isMessage else {
                append(field.whole, to: &piece)
                continue
            }
            piece += ProtobufField.start(7, size: graphSize)
            for part in kept {
                append(part, to: &piece)
                guard piece.count > 1 << 20 else { continue }
                try write(piece)
                piece.removeAll(keepingCapacity: true)
            }
            piece += added
        }
        try write(piece)
    }

    /// The same in one piece.
    func cut(at tensor: String) throws(ImageVectorizerError) -> [UInt8] {
        var file: [UInt8] = []
        try cut(at: tensor) { file += $0 }
        return file
    }
}
