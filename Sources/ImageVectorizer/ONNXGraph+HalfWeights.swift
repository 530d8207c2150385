// SPDX-License-Identifier: Apache-2.0

import COpenVINO
import Foundation

extension ONNXGraph {
    /// What a field of the graph becomes in the file that is handed to the engine.
    enum Part {
        /// These bytes of the file.
        case kept(Range<Int>)
        /// Weights in float16 become weights in float32 with another name.
        ///
        /// - dims: fields of their shape, as they are in the file.
        case unpacked(dims: [Range<Int>], halves: Range<Int>, name: String)
    }

    /// Weights that are only there to be cast from float16 to float32 by one node each: they are cast here.
    ///
    /// The engine would do the same for every network that it compiles of a model, and keep a copy for each; float32 weights it
    /// shares. Follows `onnx.proto`: NodeProto attribute = 5 (name = 1, i = 3); TensorProto dims = 1, data_type = 2, name = 8,
    /// raw_data = 9, external_data = 13; GraphProto input = 11.
    ///
    /// - Throws: `unavailable` if the bytes are no network.
    func parts() throws(ImageVectorizerError) -> [Part] {
        let bytes = file.span
        var uses: [String: Int] = [:]
        for node in nodes { for input in node.inputs { uses[input, default: 0] += 1 } }
        for output in outputs { uses[output, default: 0] += 1 }
        // Initializers that are inputs too can be given by whoever runs the network.
        for field in graphFields where field.number == 11 && field.isMessage {
            for part in try ProtobufField.fields(in: bytes, field.content) where part.number == 1 && part.isMessage {
                uses[part.text(in: bytes), default: 0] += 1
            }
        }
        var casts: [String: (node: Int, result: String)] = [:]
        var number = 0
        for (index, field) in graphFields.enumerated() where field.number == 1 && field.isMessage {
            let node = nodes[number]
            number += 1
            guard node.operation == "Cast", node.inputs.count == 1, node.outputs.count == 1, uses[node.inputs[0]] == 1,
                try castsToFloat(field)
            else { continue }
            casts[node.inputs[0]] = (index, node.outputs[0])
        }
        var parts = graphFields.map { Part.kept($0.whole) }
        var carriedOut: Set<Int> = []
        for (index, field) in graphFields.enumerated() where field.number == 5 && field.isMessage {
            guard let half = try halfTensor(field), let cast = casts[half.name] else { continue }
            parts[index] = .unpacked(dims: half.dims, halves: half.content, name: cast.result)
            carriedOut.insert(cast.node)
        }
        return parts.enumerated().filter { !carriedOut.contains($0.offset) }.map(\.element)
    }

    private func castsToFloat(_ node: ProtobufField) throws(ImageVectorizerError) -> Bool {
        let bytes = file.span
        for attribute in try ProtobufField.fields(in: bytes, node.content)
        where attribute.number == 5 && attribute.isMessage {
            let fields = try ProtobufField.fields(in: bytes, attribute.content)
            let isTarget = fields.contains { $0.number == 1 && $0.isMessage && $0.text(in: bytes) == "to" }
            if isTarget { return fields.contains { isOneByte($0, 3, of: 1) } }
        }
        return false
    }

    private func isOneByte(_ field: ProtobufField, _ number: Int, of value: UInt8) -> Bool {
        field.number == number && !field.isMessage && field.content.count == 1
            && file.span[field.content.lowerBound] == value
    }

    /// A tensor of float16 whose values stand in the file as raw bytes.
    private func halfTensor(
        _ tensor: ProtobufField
    ) throws(ImageVectorizerError) -> (name: String, dims: [Range<Int>], content: Range<Int>)? {
        let bytes = file.span
        let fields = try ProtobufField.fields(in: bytes, tensor.content)
        guard fields.contains(where: { isOneByte($0, 2, of: 10) }), !fields.contains(where: { $0.number == 13 }),
            let name = fields.first(where: { $0.number == 8 && $0.isMessage }),
            let content = fields.first(where: { $0.number == 9 && $0.isMessage }), content.content.count % 2 == 0,
            content.content.count < 1 << 30
        else { return nil }
        return (name.text(in: bytes), fields.filter { $0.number == 1 }.map(\.whole), content.content)
    }

    /// Bytes of the part in the result.
    func size(of part: Part) -> Int {
        switch part {
        case .kept(let range): range.count
        case .unpacked(let dims, let halves, let name):
            ProtobufField.start(5, size: tensorSize(dims, halves, name)).count + tensorSize(dims, halves, name)
        }
    }

    private func tensorSize(_ dims: [Range<Int>], _ halves: Range<Int>, _ name: String) -> Int {
        dims.reduce(0) { $0 + $1.count } + 2 + ProtobufField.encoded(8, Array(name.utf8)).count
            + ProtobufField.start(9, size: halves.count * 2).count + halves.count * 2
    }

    func append(_ part: Part, to result: inout [UInt8]) {
        switch part {
        case .kept(let range): append(range, to: &result)
        case .unpacked(let dims, let halves, let name):
            result += ProtobufField.start(5, size: tensorSize(dims, halves, name))
            for range in dims { append(range, to: &result) }
            // data_type: FLOAT.
            result += [0x10, 0x01] + ProtobufField.encoded(8, Array(name.utf8))
            result += ProtobufField.start(9, size: halves.count * 2)
            appendFloats(of: halves, to: &result)
        }
    }

    func append(_ range: Range<Int>, to result: inout [UInt8]) {
        result.append(contentsOf: file[(file.startIndex + range.lowerBound)..<(file.startIndex + range.upperBound)])
    }

    private func appendFloats(of halves: Range<Int>, to result: inout [UInt8]) {
        let byteCount = halves.count * 2
        // Safety: the range lies in the file, since its fields were read; the function writes as many floats as there are halves.
        result += unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
            unsafe file.withUnsafeBytes { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                unsafe nt_floats_from_halves(from + halves.lowerBound, halves.count / 2, to)
                count = byteCount
            }
        }
    }
}
