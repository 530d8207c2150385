// SPDX-License-Identifier: Apache-2.0

import HTTPServer

/// What the preconditions and the range of a request make of an answer whose content has a strong tag (RFC 9110, sections 13
/// and 14).
struct ConditionalResponse {
    /// With its quotes.
    let tag: String
    let headers: [(name: String, value: String)]

    /// Whether the client has what it asks for: `If-None-Match` names the tag, or `*`.
    func isKnown(to request: HTTPRequest) -> Bool {
        guard let list = request.header("if-none-match") else { return false }
        return list.split(separator: ",").contains { item in
            var item = item.drop { $0 == " " || $0 == "\t" }
            while let last = item.last, last == " " || last == "\t" { item.removeLast() }
            return item == "*" || item == tag || item == "W/\(tag)"
        }
    }

    var notModified: HTTPResponse { HTTPResponse(status: 304, headers: [("ETag", tag)] + headers) }

    /// The content, or the part of it that is asked for.
    func response(_ content: [UInt8], to request: HTTPRequest) -> HTTPResponse {
        var response = HTTPResponse(
            status: 200, headers: [("ETag", tag), ("Accept-Ranges", "bytes")] + headers, body: content)
        guard request.method == "GET", let range = request.header("range"), appliesRange(request) else {
            return response
        }
        switch ByteRange(range, of: content.count) {
        case .whole: break
        case .part(let part):
            response.status = 206
            response.headers.append(
                ("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(content.count)"))
            response.body = Array(content[part])
        case .unsatisfiable:
            response =
                Refusal.handler(416, "the range '\(range.prefix(100))' is not within the \(content.count) bytes")
                .response
            response.headers.append(("Content-Range", "bytes */\(content.count)"))
        }
        return response
    }

    /// `If-Range` with a date is one that no tag equals.
    private func appliesRange(_ request: HTTPRequest) -> Bool {
        request.header("if-range").map { $0 == tag } ?? true
    }
}

/// What the header `Range` asks for. Several ranges at once are answered with the whole, as is what cannot be read.
enum ByteRange: Equatable {
    case whole
    /// Not empty, within the content.
    case part(Range<Int>)
    case unsatisfiable

    init(_ header: String, of byteCount: Int) {
        self = .whole
        let halves = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, halves[0].lowercased() == "bytes" else { return }
        let ends = halves[1].split(separator: "-", omittingEmptySubsequences: false).map { text in
            text.filter { $0 != " " && $0 != "\t" }
        }
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy(Self.isDigit) }), ends != ["", ""] else { return }
        // What does not fit into an integer lies behind any content.
        let (first, last) = (Int(ends[0]) ?? .max, Int(ends[1]) ?? .max)
        if ends[0].isEmpty {
            self = last == 0 || byteCount == 0 ? .unsatisfiable : .part(max(0, byteCount - last)..<byteCount)
        } else if ends[1].isEmpty || last >= first {
            self =
                first >= byteCount
                ? .unsatisfiable
                : .part(first..<(ends[1].isEmpty ? byteCount : min(byteCount, last == .max ? last : last + 1)))
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
