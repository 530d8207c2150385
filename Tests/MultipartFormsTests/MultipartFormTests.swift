// SPDX-License-Identifier: Apache-2.0

import MultipartForms
import Testing

struct MultipartFormTests {
    private func form(
        _ body: String, boundary: String = "b", limits: MultipartForm.Limits = .init()
    ) throws(MultipartError) -> MultipartForm {
        try MultipartForm(parsing: Array(body.utf8), boundary: boundary, limits: limits)
    }

    private func text(_ form: MultipartForm, _ part: Int) -> String {
        String(decoding: form.bytes[form.parts[part].content], as: UTF8.self)
    }

    private static let named = "Content-Disposition: form-data; name=\"a\"\r\n"

    @Test func `parts are found with name, filename, type and content, as curl sends them`() throws {
        let body =
            "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
            + "\u{FF}\r\n-- b\r\n\r\n--b\r\n" + Self.named + "\r\ntext\r\n--b--\r\n"
        let form = try form(body)
        #expect(form.parts.map(\.name) == ["image", "a"])
        #expect(form.parts[0].filename == "x.jpg" && form.parts[0].contentType?.essence == "image/jpeg")
        #expect(form.parts.map(\.isFile) == [true, false])
        #expect(text(form, 0) == "\u{FF}\r\n-- b\r\n" && text(form, 1) == "text")
    }

    @Test(arguments: ["", "\r", "\r\n", "\r\n--", "\r\n--bc", "--c", "\n--b--", "\u{0}", "\r\r\n\n"])
    func `content comes back as it was sent, whatever it looks like`(content: String) throws {
        let form = try form("--b\r\n\(Self.named)\r\n\(content)\r\n--b--")
        #expect(form.parts.count == 1 && text(form, 0) == content)
    }

    @Test func `lines may end with LF alone when the first boundary's does, and a file keeps its last CR`() throws {
        let form = try form("--b\nContent-Disposition: form-data; name=a\n\nfile\r\n--b\n\(Self.named)\r\nc\n--b--\n")
        #expect(form.parts.count == 2 && text(form, 0) == "file\r" && text(form, 1) == "c")
    }

    @Test func `what stands before the first boundary and behind the last counts for nothing`() throws {
        let form = try form("preamble --b\r\n--bad\r\n--b \t\r\n\(Self.named)\r\nc\r\n--b--epilogue\r\n--b\r\nno")
        #expect(form.parts.count == 1 && text(form, 0) == "c")
        #expect(try self.form("--b--").parts.isEmpty)
    }

    @Test(arguments: [
        (#"name="a b""#, "a b", nil), (#"name=plain"#, "plain", nil),
        (#"name="q%22%0D%0A%41""#, "q\"\r\n%41", nil), (#"name="q\"\\""#, "q\"\\", nil),
        (#"name="a"; filename="C:\x\y.jpg""#, "a", #"C:\x\y.jpg"#),
        (#"name="a"; filename="n.jpg"; filename*=UTF-8''na%C3%AFve.jpg"#, "a", "naïve.jpg"),
        (#"name="a"; filename="n.jpg"; filename*=UTF-8''%GG"#, "a", "n.jpg"),
        (#"filename=""; name="a""#, "a", ""), (#"name="ü"; other"="1""#, "ü", nil),
    ])
    func `names are read as browsers and others write them`(parameters: String, name: String, filename: String?) throws
    {
        let form = try form("--b\r\ncontent-DISPOSITION: form-data; \(parameters)\r\n\r\n\r\n--b--")
        #expect(form.parts[0].name == name && form.parts[0].filename == filename)
    }

    @Test func `whether a part is a file is told by its filename or its type`() throws {
        for (head, isFile) in [
            ("", false), ("; filename=x", true), ("\r\nContent-Type: image/png", true),
            ("\r\nContent-Type: text/plain; charset=utf-8", false), ("\r\nContent-Type: application/json", false),
            ("\r\nContent-Type:", false), ("\r\nContent-Type: application/octet-stream", true),
        ] {
            let form = try form("--b\r\nContent-Disposition: form-data; name=a\(head)\r\n\r\n\r\n--b--")
            #expect(form.parts[0].isFile == isFile, "\(head)")
        }
    }

    @Test func `what is wrong is said with the part`() {
        let named = Self.named
        let cases: [(String, MultipartError)] = [
            ("", .noParts(boundary: "b")), ("--bb\r\n", .noParts(boundary: "b")), ("--b", .noParts(boundary: "b")),
            ("--b\r\n\(named)\r\nabc", .cutOff(part: 1)), ("--b\r\n\(named)\r\nabc\r\n--b", .cutOff(part: 1)),
            ("--b\r\n\(named)\r\nabc\n--b--", .cutOff(part: 1)), ("--b\r\n\(named)", .cutOff(part: 1)),
            ("--b\r\n\r\nabc\r\n--b--", .noName(part: 1)),
            ("--b\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--b--", .noName(part: 1)),
            ("--b\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n\r\n--b--", .noName(part: 1)),
            (
                "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n\r\n--b--",
                .header(part: 1, line: "Content-Disposition: form-data; name=\"a")
            ),
            ("--b\r\n\(named)\r\nc\r\n--b\r\nno header\r\n\r\n\r\n--b--", .header(part: 2, line: "no header")),
            (
                "--b\r\n\(named)Content-Transfer-Encoding: base64\r\n\r\n\r\n--b--",
                .transferEncoding(name: "a", encoding: "base64")
            ),
        ]
        for (body, expected) in cases {
            let error = #expect(throws: MultipartError.self) { try form(body) }
            #expect(error == expected, "\(body.debugDescription)")
        }
    }

    @Test func `parts, heads and names have limits`() throws {
        var limits = MultipartForm.Limits()
        (limits.parts, limits.headerBytes, limits.nameBytes) = (2, 60, 3)
        let part = "--b\r\nContent-Disposition: form-data; name=abc\r\n\r\nx\r\n"
        #expect(try form(part + part + "--b--", limits: limits).parts.count == 2)
        #expect(throws: MultipartError.tooManyParts(limit: 2)) {
            try form(part + part + part + "--b--", limits: limits)
        }
        let long = "--b\r\nContent-Disposition: form-data; name=abcd\r\n\r\nx\r\n--b--"
        #expect(throws: MultipartError.nameTooLong(part: 1, limitInBytes: 3)) { try form(long, limits: limits) }
        limits.headerBytes = 40
        #expect(throws: MultipartError.headersTooLong(part: 1, limitInBytes: 40)) { try form(part, limits: limits) }
    }

    @Test(arguments: ["", "a\"", "ü", "a ", String(repeating: "x", count: 71)])
    func `a boundary that there cannot be is refused`(boundary: String) {
        #expect(throws: MultipartError.boundary(boundary)) { try form("", boundary: boundary) }
    }

    @Test func `the content type tells whether there is a form at all`() throws {
        let body = Array("--a b\r\n\(Self.named)\r\n\r\n--a b--".utf8)
        #expect(try MultipartForm(body, contentType: nil) == nil)
        #expect(try MultipartForm(body, contentType: "application/json") == nil)
        let form = try MultipartForm(body, contentType: "Multipart/Form-Data; charset=utf-8; boundary=\"a b\"")
        #expect(form?.parts.count == 1)
        for type in ["multipart/form-data", "multipart/form-data; boundary=\"a"] {
            #expect(throws: MultipartError.boundary(nil)) { try MultipartForm(body, contentType: type) }
        }
    }

    @Test func `a boundary as long as may be is found in what resembles it`() throws {
        let boundary = String(repeating: "-", count: 69) + "x"
        let content = String(repeating: "\r\n--" + boundary.dropLast(), count: 50)
        let form = try form(
            "--\(boundary)\r\n\(Self.named)\r\n\(content)\r\n--\(boundary)--", boundary: boundary)
        #expect(text(form, 0) == content)
    }
}
