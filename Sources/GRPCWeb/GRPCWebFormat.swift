// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import GRPCServer
import HTTPServer

/// How messages stand in the bodies of gRPC-Web: each behind a byte of flags and four bytes of length, big-endian; the last one of an
/// answer, with the highest flag, is the status as lines of text. All of it in base64 in the text format.
struct GRPCWebFormat {
    private static let headCount = 5
    private static let packedFlag: UInt8 = 0x01
    private static let statusFlag: UInt8 = 0x80

    let isText: Bool

    /// - Parameter contentType: the header's value, parameters and all; `nil` unless it is one of gRPC-Web's, with messages in protobuf.
    init?(contentType: String) {
        let type = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        switch type {
        case "application/grpc-web", "application/grpc-web+proto": isText = false
        case "application/grpc-web-text", "application/grpc-web-text+proto": isText = true
        default: return nil
        }
    }

    /// The one message of a request.
    ///
    /// - Parameters:
    ///   - limitInBytes: of the message.
    ///   - memory: holds the body; grows by what base64 decodes to.
    func message(
        in body: [UInt8], limitInBytes: Int, memory: MemoryReservation
    ) throws(GRPCStatus) -> [UInt8] {
        var bytes = body
        if isText {
            do throws(MemoryBudgetError) { try memory.grow(by: body.count / 4 * 3) } catch { throw GRPCStatus(error) }
            guard let decoded = Base64Text.decoded(body) else {
                throw GRPCStatus(.internal, "the body is not base64, as application/grpc-web-text is")
            }
            bytes = decoded
        }
        guard bytes.count >= Self.headCount else {
            throw GRPCStatus(.internal, "the body ends within the \(Self.headCount) bytes before its message")
        }
        let flags = bytes[0]
        if flags & Self.packedFlag != 0 {
            throw GRPCStatus(.unimplemented, "compressed messages are not taken over gRPC-Web")
        }
        guard flags == 0 else { throw GRPCStatus(.internal, "the message has flags that there are none of: \(flags)") }
        let count = bytes[1..<Self.headCount].reduce(0) { $0 << 8 | Int($1) }
        try MessageLimit.check(receivedByteCount: count, limitInBytes)
        guard bytes.count == Self.headCount + count else {
            throw GRPCStatus(
                .internal,
                "the message is announced with \(count) bytes, and the body has \(bytes.count - Self.headCount) for it")
        }
        bytes.removeFirst(Self.headCount)
        return bytes
    }

    /// A whole answer; `message` comes before the status.
    func response(message: [UInt8]?, _ status: GRPCStatus) -> HTTPResponse {
        var lines = "grpc-status:\(status.code.rawValue)\r\n"
        if !status.message.isEmpty { lines += "grpc-message:\(StatusText.percentEncoded(status.message))\r\n" }
        let trailer = Array(lines.utf8)
        var body: [UInt8] = []
        body.reserveCapacity(2 * Self.headCount + (message?.count ?? 0) + trailer.count)
        if let message { append(message, flags: 0, to: &body) }
        append(trailer, flags: Self.statusFlag, to: &body)
        if isText { body = Array(Data(body).base64EncodedData()) }
        let type = isText ? "application/grpc-web-text+proto" : "application/grpc-web+proto"
        return HTTPResponse(status: 200, headers: [("Content-Type", type)], body: body)
    }

    private func append(_ bytes: [UInt8], flags: UInt8, to body: inout [UInt8]) {
        body.append(flags)
        for shift in [24, 16, 8, 0] { body.append(UInt8(truncatingIfNeeded: bytes.count >> shift)) }
        body += bytes
    }
}

/// Base64 as gRPC-Web has it: pieces that were encoded one by one, each with its padding, follow each other.
enum Base64Text {
    private static let padding = UInt8(ascii: "=")
    private static let invalid: UInt8 = 0xFF

    /// The value of each character.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, character) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        return values
    }()

    /// `nil` unless all of it is base64 with its padding.
    static func decoded(_ text: [UInt8]) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        let values = values
        for start in stride(from: 0, to: text.count, by: 4) {
            let count = text[start + 3] != padding ? 3 : text[start + 2] != padding ? 2 : 1
            var bits: UInt32 = 0
            for position in 0..<4 {
                let value = position > count ? 0 : values[Int(text[start + position])]
                if value == invalid { return nil }
                bits = bits << 6 | UInt32(value)
            }
            for position in 0..<count { bytes.append(UInt8(truncatingIfNeeded: bits >> (16 - 8 * UInt32(position)))) }
        }
        return bytes
    }
}
