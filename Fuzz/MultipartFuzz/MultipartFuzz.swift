// SPDX-License-Identifier: Apache-2.0

import MultipartForms
import RandomNumbers
import TextMutation

/// Feeds spoiled forms to the parser, and forms of random bytes that have to come back.
///
/// ```
/// MultipartFuzz [--smoke] [--seed N] [--executions N] [--seconds N]
/// ```
/// A finding is printed with the seed, the number of the execution, and the body. What must hold:
/// 1. nothing crashes;
/// 2. parts lie within the body, one behind the other, each followed by a line with the boundary;
/// 3. what is written as a form is read as it was, whatever its parts hold.
@main struct MultipartFuzz {
    private static let boundary = "bnd"
    private static let seeds = [
        "--bnd\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
            + "\u{0}\r\nbytes\r\n--bnd\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\ntext\r\n--bnd--\r\n",
        "pre\n--bnd\nContent-Disposition: form-data; name=a; filename*=UTF-8''a%20b\n\n\n--bnd--",
        "--bnd\r\nContent-Disposition: form-data; name=\"a%22\\\"\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\r\n--bnd--",
    ]
    private static let pieces = [
        "\r\n", "\n", "\r", "--bnd", "--bnd--", "\r\n--bnd\r\n", "\n--bnd\n", "--", "\"", "\\", ";", "=", ":", "%22",
        "filename*=UTF-8''", "name=", "Content-Disposition: form-data; name=a\r\n", "\r\n\r\n", " ", "\t", "ü", "\u{0}",
    ]
    private static let mutation = TextMutation(seeds: seeds, pieces: pieces)

    static func main() async {
        let program = FuzzProgram(
            "MultipartFuzz", length: .init(executions: 5_000_000), smoke: .init(executions: 20_000))
        await program.main { run in
            var accepted = 0
            while run.goesOn() {
                let body = mutation.text(using: &run.random)
                var limits = MultipartForm.Limits()
                limits.parts = 20
                if let form = try? MultipartForm(parsing: body, boundary: boundary, limits: limits) {
                    accepted += 1
                    if let finding = check(form) { run.found("\(finding)\n\(body)") }
                }
                if let finding = checkRoundTrip(using: &run.random) { run.found(finding) }
                _ = MediaType(parsing: String(decoding: body, as: UTF8.self))
            }
            return "\(accepted) bodies were forms"
        }
    }

    private static func check(_ form: MultipartForm) -> String? {
        var end = 0
        for part in form.parts {
            guard part.content.lowerBound >= end, part.content.upperBound <= form.bytes.count else {
                return "part '\(part.name)' lies at \(part.content)"
            }
            end = part.content.upperBound
            let line = form.bytes[end...].prefix(4 + boundary.utf8.count)
            guard String(decoding: line, as: UTF8.self).contains("--\(boundary)") || part.content.isEmpty else {
                return "no boundary follows part '\(part.name)'"
            }
        }
        return nil
    }

    /// Contents are made of what boundaries are made of, and do not hold one.
    private static func checkRoundTrip(using random: inout SplitMix64) -> String? {
        let contents = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            (0..<Int.random(in: 0...40, using: &random)).map { _ in "\r\n--bndx".utf8.randomElement(using: &random)! }
        }.filter { !String(decoding: $0, as: UTF8.self).contains("--\(boundary)") }
        let lineBreak = "\r\n"
        var body: [UInt8] = []
        for (index, content) in contents.enumerated() {
            body +=
                "--\(boundary)\(lineBreak)Content-Disposition: form-data; name=\"\(index)\"\(lineBreak)\(lineBreak)"
                .utf8
            body += content
            body += lineBreak.utf8
        }
        body += "--\(boundary)--".utf8
        guard let form = try? MultipartForm(parsing: body, boundary: boundary) else {
            return "a form is refused\n\(body)"
        }
        let read = form.parts.map { Array(form.bytes[$0.content]) }
        return read == contents ? nil : "\(contents) came back as \(read)"
    }
}
