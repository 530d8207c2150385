// SPDX-License-Identifier: Apache-2.0

/// How values of one kind are written and read: the text of an environment variable or a flag, and back.
struct SettingForm<Value: Sendable>: Sendable {
    /// What may be given, for error messages and help: `a whole number from 1 to 65535`.
    let expectation: String
    /// The value of a text, or `nil` if it is none.
    let read: @Sendable (String) -> Value?
    /// The text that reads as `value`.
    let write: @Sendable (Value) -> String
}

extension SettingForm where Value == String {
    static var text: Self { Self(expectation: "a text", read: { $0 }, write: { $0 }) }

    static var path: Self { Self(expectation: "a path", read: { $0.isEmpty ? nil : $0 }, write: { $0 }) }

    /// A path that may be left empty, which then means `meaning`.
    static func optionalPath(_ meaning: String) -> Self {
        Self(expectation: "a path, or nothing for \(meaning)", read: { $0 }, write: { $0 })
    }
}

extension SettingForm where Value == Bool {
    static var boolean: Self {
        Self(expectation: "true or false", read: readBoolean, write: { $0 ? "true" : "false" })
    }
}

extension SettingForm where Value == Bool? {
    static var optionalBoolean: Self {
        Self(
            expectation: "true or false", read: { text in readBoolean(text).map { .some($0) } },
            write: { value in value.map { $0 ? "true" : "false" } ?? "" })
    }
}

/// The words Weaviate takes for true, and their opposites.
@Sendable private func readBoolean(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "1", "on", "enabled": true
    case "false", "0", "off", "disabled": false
    default: nil
    }
}

extension SettingForm where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Self {
        Self(
            expectation: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            read: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, write: { String($0) })
    }

    /// A count of bytes, with or without a unit: `65536`, `64KiB`, `256MiB`, `1TiB`, `100MB`.
    static func bytes(_ range: ClosedRange<Int>) -> Self {
        Self(
            expectation:
                "a size from \(writeBytes(range.lowerBound)) to \(writeBytes(range.upperBound)), such as 256MiB",
            read: { text in readBytes(text).flatMap { range.contains($0) ? $0 : nil } }, write: writeBytes)
    }
}

extension SettingForm where Value == Int? {
    /// A count of bytes, or `auto` for what the server finds by itself.
    static func automaticBytes(_ range: ClosedRange<Int>) -> Self {
        let bytes = SettingForm<Int>.bytes(range)
        return Self(
            expectation: "auto, or \(bytes.expectation)",
            read: { text in text.lowercased() == "auto" ? .some(nil) : bytes.read(text).map { .some($0) } },
            write: { $0.map(bytes.write) ?? "auto" })
    }
}

extension SettingForm where Value == Double {
    /// A part of a whole.
    static var share: Self {
        Self(
            expectation: "a number from 0 to 1",
            read: { text in Double(text).flatMap { (0...1).contains($0) ? $0 : nil } }, write: { "\($0)" })
    }
}

private let byteUnits: [(name: String, size: Int)] = [
    ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000), ("B", 1),
]

@Sendable private func readBytes(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits) else { return nil }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    if unit.isEmpty { return number }
    guard let size = byteUnits.first(where: { $0.name.lowercased() == unit.lowercased() })?.size else { return nil }
    let product = number.multipliedReportingOverflow(by: size)
    return product.overflow ? nil : product.partialValue
}

@Sendable private func writeBytes(_ count: Int) -> String {
    for (name, size) in byteUnits.prefix(4) where count >= size && count % size == 0 {
        return "\(count / size)\(name)"
    }
    return String(count)
}

extension SettingForm where Value == Duration {
    /// A span of time with its unit: `500ms`, `30s`, `2m`, `1h`; a plain number counts seconds.
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        Self(
            expectation:
                "a time from \(writeDuration(range.lowerBound)) to \(writeDuration(range.upperBound)), such as 30s",
            read: { text in readDuration(text).flatMap { range.contains($0) ? $0 : nil } }, write: writeDuration)
    }
}

private let durationUnits: [(name: String, milliseconds: Int)] = [
    ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
]

@Sendable private func readDuration(_ text: String) -> Duration? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits) else { return nil }
    let unit = text.dropFirst(digits.count)
    let factor = unit.isEmpty ? 1000 : durationUnits.first { $0.name == unit.lowercased() }?.milliseconds
    guard let factor else { return nil }
    let product = number.multipliedReportingOverflow(by: factor)
    return product.overflow ? nil : .milliseconds(product.partialValue)
}

@Sendable private func writeDuration(_ duration: Duration) -> String {
    let parts = duration.components
    let milliseconds = Int(parts.seconds) * 1000 + Int(parts.attoseconds / 1_000_000_000_000_000)
    for (name, size) in durationUnits.dropFirst(2) where milliseconds % size == 0 {
        return "\(milliseconds / size)\(name)"
    }
    return "\(milliseconds)ms"
}

extension SettingForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static var choice: Self {
        let names = Value.allCases.map(\.rawValue)
        return Self(
            expectation: names.count == 1 ? "'\(names[0])'" : "one of \(names.joined(separator: ", "))",
            read: { Value(rawValue: $0.lowercased()) }, write: \.rawValue)
    }
}

extension SettingForm where Value == [String] {
    /// Paths with colons between them, as in `PATH`.
    static var paths: Self {
        Self(
            expectation: "absolute paths with colons between them",
            read: { text in
                let paths = text.split(separator: ":").map { String($0.trimmed) }.filter { !$0.isEmpty }
                return paths.allSatisfy { $0.hasPrefix("/") } ? paths : nil
            }, write: { $0.joined(separator: ":") })
    }

    /// Texts with commas between them; blanks around them don't count, empty ones are dropped.
    static var list: Self {
        Self(
            expectation: "names with commas between them",
            read: { text in
                text.split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
            }, write: { $0.joined(separator: ",") })
    }
}

extension SettingForm where Value == ImageModel {
    static var imageModel: Self {
        Self(
            expectation: "resnet50, efficientnet-lite0, or the path of an ONNX file",
            read: { text in
                switch text {
                case "resnet50": .resNet50
                case "efficientnet-lite0": .efficientNetLite0
                default: text.contains("/") || text.hasSuffix(".onnx") ? .file(path: text) : nil
                }
            }, write: \.text)
    }
}

extension StringProtocol {
    /// The text without blanks at its ends.
    var trimmed: SubSequence {
        let start = drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start }
        return start[...last]
    }
}
