// SPDX-License-Identifier: Apache-2.0

/// Why a body is no form. Parts are counted from 1.
package enum MultipartError: Error, Hashable, Sendable {
    /// The content type names no boundary, or one that there cannot be.
    case boundary(String?)
    /// The body has no line that begins with the boundary.
    case noParts(boundary: String)
    /// The body ends before the boundary that closes it.
    case cutOff(part: Int)
    case tooManyParts(limit: Int)
    case headersTooLong(part: Int, limitInBytes: Int)
    /// A line of a part's head that is no header.
    case header(part: Int, line: String)
    /// No `Content-Disposition: form-data` with a name.
    case noName(part: Int)
    case nameTooLong(part: Int, limitInBytes: Int)
    /// A `Content-Transfer-Encoding` that changes the bytes.
    case transferEncoding(name: String, encoding: String)

    /// For whoever sent the form: what is wrong, and how to mend it.
    package var message: String {
        switch self {
        case .boundary(nil):
            "the content type multipart/form-data names no boundary; let the HTTP client set the header together with the body"
        case .boundary(let boundary?):
            "'\(boundary.prefix(100))' is no boundary of a form: 1 to 70 characters of letters, digits and '()+_,-./:=? without "
                + "a space at the end"
        case .noParts(let boundary):
            "the body has no part: no line begins with --\(boundary.prefix(100)), the boundary that the content type names"
        case .cutOff(let part): "the form is cut off in part \(part): the boundary that closes it is missing"
        case .tooManyParts(let limit): "the form has more than \(limit) parts"
        case .headersTooLong(let part, let limit): "the headers of part \(part) are longer than \(limit) bytes"
        case .header(let part, let line): "'\(line.prefix(100))' in the head of part \(part) is no header"
        case .noName(let part):
            "part \(part) has no name: its head needs a line like Content-Disposition: form-data; name=\"image\""
        case .nameTooLong(let part, let limit): "the name of part \(part) is longer than \(limit) bytes"
        case .transferEncoding(let name, let encoding):
            "part '\(name.prefix(100))' is encoded as '\(encoding.prefix(100))'; send it as it is, without a "
                + "Content-Transfer-Encoding"
        }
    }
}
