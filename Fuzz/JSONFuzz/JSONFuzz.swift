// SPDX-License-Identifier: Apache-2.0

import JSON
import TextMutation

/// Feeds mutated JSON to the reader, and what it accepts through the writer and back.
///
/// ```
/// JSONFuzz [--smoke] [--seed N] [--executions N] [--seconds N]
/// ```
/// A finding is printed with the seed, the number of the execution, and the text. What must hold for every text:
/// 1. nothing crashes;
/// 2. passing over a value and building it agree on whether it is well-formed, and on where it ends;
/// 3. what was accepted, once written, is accepted again, has the same value, and is written the same;
/// 4. an error lies within the text.
@main struct JSONFuzz {
    private static let seeds = [
        #"{"class":"Meme","properties":{"image":"aGVsbG8=","title":"\u00e9\ud83d\ude00 \"q\" \\ \/"},"vector":[0.1,-2.5e-3,1E+10]}"#,
        #"[[],{},[[[[]]]],null,true,false,0,-0,1.0,123456789012345678901234567890,1e-400,5e-324,1.7976931348623157e308]"#,
        #"{"a":{"a":{"a":[{"a":1},{"a":1,"a":2}]}},"":"","\u0000":"\b\f\n\r\t"}"#, #""é😀\ud83d\u0041\udc00""#,
        " \t\r\n[ 1 , 2 , [ 3 ] ] ", "[0.1,0.2,3e38,4e38,-1e-45,1e39]",
    ]
    private static let pieces = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "\\\"", "null", "true", "false", "-",
        "+", ".", "e", "E", "0", "00",
        "1e999", "1.", "é", "😀", " ", "\n", "\u{0}", "\u{1F}", "\u{7F}", "NaN", "Infinity", "'", "//", "{\"a\":", "[[",
        "\u{2028}",
    ]

    private static let mutation = TextMutation(seeds: seeds, pieces: pieces)

    static func main() async {
        let program = FuzzProgram("JSONFuzz", length: .init(executions: 10_000_000), smoke: .init(executions: 20_000))
        await program.main { run in
            var accepted = 0
            while run.goesOn() {
                let text = mutation.text(using: &run.random)
                if let finding = check(text) {
                    run.found("\(finding)\n\(text)\n\(String(decoding: text, as: UTF8.self))")
                }
                if (try? JSONValue(parsing: text)) != nil { accepted += 1 }
            }
            return "\(accepted) texts were well-formed"
        }
    }

    /// What is wrong with the reader, if this text shows it.
    private static func check(_ text: [UInt8]) -> String? {
        var builder = JSONReader(text, depthLimit: 64)
        var skipper = builder
        let built = Result { () throws(JSONError) in try builder.readValue() }
        let skipped = Result { () throws(JSONError) in try skipper.skipValue() }
        switch (built, skipped) {
        case (.failure(let left), .failure(let right)):
            if left.offset > text.count || left.offset < 0 { return "an error at \(left.offset) of \(text.count)" }
            if case .numberTooLarge = left.reason { break }
            if left != right { return "building says \(left), passing over says \(right)" }
        case (.failure(let error), .success):
            guard case .numberTooLarge = error.reason else { return "only passing over accepts: \(error)" }
        case (.success, .failure(let error)): return "only building accepts: \(error)"
        case (.success(let value), .success):
            if builder.position != skipper.position { return "ends differ" }
            let written = value.encoded
            guard let again = try? JSONValue(parsing: written, depthLimit: 64) else { return "own text is refused" }
            if again != value { return "the value changes" }
            if again.encoded != written { return "the text changes" }
        }
        return checkFloats(text)
    }

    /// Reading a vector agrees with reading the same numbers one by one, from float64.
    private static func checkFloats(_ text: [UInt8]) -> String? {
        var reader = JSONReader(text)
        let floats = Result { () throws(JSONError) in try reader.readFloats() }
        var other = JSONReader(text)
        guard case .success(.array(let elements)) = Result(catching: { () throws(JSONError) in try other.readValue() })
        else {
            // Only a number beyond float64 is refused by the one and not by the other; it is beyond float32 too.
            return (try? floats.get()) == nil ? nil : "only the reader of vectors accepts"
        }
        guard case .success(let values) = floats else {
            let areSmall = elements.allSatisfy {
                if case .number(let number) = $0 { abs(number.value) <= 3.4e38 } else { false }
            }
            return areSmall ? "the reader of vectors refuses" : nil
        }
        for (value, element) in zip(values, elements) {
            guard case .number(let number) = element else { return "a vector holds what is no number" }
            if abs(Double(value) - number.value) > abs(number.value) * 1e-7 + 1e-45 { return "\(value) for \(number)" }
        }
        return values.count == elements.count ? nil : "counts differ"
    }
}
