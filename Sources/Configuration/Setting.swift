// SPDX-License-Identifier: Apache-2.0

/// One row of the table of settings: its names, its meaning, and how its text becomes a field of `Settings`.
package struct Setting: Sendable {
    /// The headings that settings stand under in help.
    package enum Section: String, Sendable, CaseIterable {
        case addresses = "Addresses"
        case requests = "Requests and their limits"
        case data = "Data"
        case queries = "Queries"
        case schema = "Schema"
        case pictures = "Pictures"
        case access = "Access"
        case console = "Console"
        case monitoring = "Monitoring"
        case logs = "Logs"
    }

    /// The environment name.
    package let name: String
    /// The flag of `needletail serve`, with its dashes, if there is one.
    package let flag: String?
    package let section: Section
    /// What it does, in a sentence or two without line breaks.
    package let meaning: String
    /// What may be given, as a noun: `a whole number from 0 to 65535`.
    package let expectation: String
    /// Secrets are not shown.
    package let isSecret: Bool

    /// Reads `text` into the field; false, with the field left as it was, if the text is no such value.
    let assign: @Sendable (_ text: String, _ settings: inout Settings) -> Bool
    /// The field's value as a text that `assign` would take.
    package let text: @Sendable (Settings) -> String

    init<Value: Sendable>(
        _ name: String, _ field: any WritableKeyPath<Settings, Value> & Sendable, _ form: SettingForm<Value>,
        flag: String? = nil, in section: Section, isSecret: Bool = false, _ meaning: String
    ) {
        self.name = name
        self.flag = flag
        self.section = section
        self.meaning = meaning
        self.isSecret = isSecret
        expectation = form.expectation
        assign = { text, settings in
            guard let value = form.read(text) else { return false }
            settings[keyPath: field] = value
            return true
        }
        text = { form.write($0[keyPath: field]) }
    }

    /// The default, as text; empty if there is none.
    package var defaultText: String { text(Settings()) }
}
