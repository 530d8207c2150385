// SPDX-License-Identifier: Apache-2.0

import Protobuf
import TextMutation
import WeaviateMessages

/// Feeds arbitrary bytes and spoiled messages to the decoder, and what it accepts through the encoder and back.
///
/// ```
/// ProtobufFuzz [--smoke] [--seed N] [--executions N] [--seconds N]
/// ```
/// A finding is printed with the seed, the number of the execution, and the bytes. What must hold for all bytes:
/// 1. nothing crashes;
/// 2. what was accepted, once written, is accepted again, has the same value, and is written the same;
/// 3. without memory it is refused, or needs none; what is asked for is in proportion to the bytes.
@main struct ProtobufFuzz {
    private static let types: [any ProtobufMessage.Type] = [
        SearchRequest.self, SearchReply.self, AggregateRequest.self, AggregateReply.self, BatchObjectsRequest.self,
        BatchObjectsReply.self, BatchReferencesRequest.self, BatchDeleteRequest.self, BatchDeleteReply.self,
        TenantsGetRequest.self, TenantsGetReply.self, BatchStreamRequest.self, BatchStreamReply.self,
        ProtobufStruct.self, Filters.self, Properties.self, GenerativeSearch.self,
    ]

    static func main() async {
        let program = FuzzProgram(
            "ProtobufFuzz", length: .init(executions: 5_000_000), smoke: .init(executions: 20_000))
        await program.main { run in
            var accepted = 0
            while run.goesOn() {
                let type = types[run.executions % types.count]
                let bytes = RandomMessage.bytes(using: &run.random)
                if let finding = check(bytes, as: type, accepted: &accepted) {
                    run.found("\(finding)\n\(type) \(bytes)")
                }
            }
            return "\(accepted) were messages"
        }
    }

    /// What is wrong with the codec, if these bytes show it.
    private static func check<Message: ProtobufMessage>(
        _ bytes: [UInt8], as type: Message.Type, accepted: inout Int
    ) -> String? {
        var charged = 0
        guard let message = try? Message(protobuf: bytes, charge: { charged += $0 }) else { return nil }
        accepted += 1
        if charged > largestCharge(for: bytes.count) { return "\(charged) bytes of memory for \(bytes.count)" }
        let written = message.protobufBytes()
        guard let again = try? Message(protobuf: written) else { return "what was written is refused: \(written)" }
        // Compared by their bytes: a NaN is not equal to itself.
        if again.protobufBytes() != written { return "written otherwise the second time: \(written)" }
        if written.allSatisfy({ !nanBytes.contains($0) }), again != message { return "another message: \(written)" }
        let refused = Result { () throws(ProtobufError) in
            try Message(protobuf: bytes) { (_) throws(ProtobufError) in throw .memoryRefused("none") }
        }
        switch refused {
        case .success: return charged == 0 ? nil : "read without the memory that it needs"
        case .failure(.memoryRefused): return charged > 0 ? nil : "refused although it needs no memory"
        case .failure(let error): return "refused for lack of memory as \(error)"
        }
    }

    /// Bytes that every NaN has one of.
    private static let nanBytes: Set<UInt8> = [0x7F, 0xFF]

    /// A message takes two bytes at least, and the largest one that is an element of a list some hundreds in memory, which
    /// double.
    private static func largestCharge(for byteCount: Int) -> Int { 4096 + 1024 * byteCount }
}
