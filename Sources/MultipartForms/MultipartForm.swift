// SPDX-License-Identifier: Apache-2.0

/// A form as browsers and `curl -F` send it: `multipart/form-data` (RFC 7578) over the bytes of a request.
///
///     let form = try MultipartForm(parsing: request.body, boundary: "----boundary")
///     for part in form.parts where part.isFile { store(form.bytes[part.content], as: part.name) }
///
/// A part is a range of the body; nothing of it is copied but its head. Lines end as the first boundary's does, with CR LF or
/// with LF alone, so that a file which happens to end with a CR keeps it. What stands before the first boundary and behind the
/// last counts for nothing (RFC 2046). Parts are not nested: `multipart/mixed` within a form is read as a file.
///
/// - Complexity: linear in the body, whatever boundary it names: a boundary holds no line feed, so comparisons that begin at
///   different line feeds never look at the same byte.
package struct MultipartForm: Sendable {
    package struct Limits: Sendable {
        package var parts = 1_000
        /// Of the head of one part.
        package var headerBytes = 8_192
        package var nameBytes = 1_024

        package init() {}
    }

    package struct Part: Sendable, Equatable {
        package var name: String
        /// As the sender has it, perhaps with folders; `nil` for what is no file.
        package var filename: String?
        package var contentType: MediaType?
        /// Where it lies in the body.
        package var content: Range<Int>

        /// Whether its bytes are a file's: it has a filename, or a type that is neither text nor JSON.
        package var isFile: Bool {
            if filename != nil { return true }
            guard let contentType else { return false }
            return contentType.mainType != "text" && contentType.essence != "application/json"
        }
    }

    /// The body.
    package let bytes: [UInt8]
    /// In the order of the body.
    package private(set) var parts: [Part] = []

    /// Reads a body whose request has this `Content-Type`; `nil` if that is no form's.
    package init?(_ body: [UInt8], contentType: String?, limits: Limits = Limits()) throws(MultipartError) {
        guard let contentType, let type = MediaType(parsing: contentType) else {
            guard Self.looksLikeForm(contentType) else { return nil }
            throw .boundary(nil)
        }
        guard type.essence == "multipart/form-data" else { return nil }
        guard let boundary = type.parameter("boundary") else { throw .boundary(nil) }
        try self.init(parsing: body, boundary: boundary, limits: limits)
    }

    private static func looksLikeForm(_ contentType: String?) -> Bool {
        contentType?.lowercased().hasPrefix("multipart/form-data") == true
    }

    /// - Throws: the first thing that is wrong.
    package init(parsing body: [UInt8], boundary: String, limits: Limits = Limits()) throws(MultipartError) {
        guard Self.isBoundary(boundary) else { throw .boundary(boundary) }
        bytes = body
        var scanner = BoundaryScanner(body, boundary: boundary)
        guard var delimiter = scanner.first() else { throw .noParts(boundary: boundary) }
        while !delimiter.isLast {
            guard parts.count < limits.parts else { throw .tooManyParts(limit: limits.parts) }
            let number = parts.count + 1
            var head = PartHead(number: number, limits: limits)
            let start = try head.read(body, from: delimiter.end)
            // The line break before the boundary may be the one that ends the head.
            guard let next = scanner.next(from: start - scanner.lineBreak.count) else { throw .cutOff(part: number) }
            parts.append(try head.part(content: start..<max(start, next.start)))
            delimiter = next
        }
    }

    /// RFC 2046, section 5.1.1.
    private static func isBoundary(_ text: String) -> Bool {
        (1...70).contains(text.utf8.count) && text.utf8.allSatisfy(boundaryCharacters.contains) && text.last != " "
    }

    private static let boundaryCharacters = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+_,-./:=? ".utf8)
}
