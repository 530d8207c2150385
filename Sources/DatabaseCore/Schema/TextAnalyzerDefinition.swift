// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes

/// The members of Weaviate's `textAnalyzer` of a property; never changed after the property is there.
package struct TextAnalyzerDefinition: Hashable, Sendable {
    /// `asciiFold`
    package var foldsAccents: Bool
    /// `asciiFoldIgnore`: characters that are not folded.
    package var keptCharacters: [String]
    /// In place of the stop words of the collection: `en`, `none`, or a list of `invertedIndexConfig.stopwordPresets`.
    package var stopwordPreset: String?

    /// - Returns: `nil` where nothing is asked for.
    package init?(foldsAccents: Bool = false, keptCharacters: [String] = [], stopwordPreset: String? = nil) {
        let stopwordPreset = stopwordPreset == "" ? nil : stopwordPreset
        if !foldsAccents, keptCharacters.isEmpty, stopwordPreset == nil { return nil }
        self.foldsAccents = foldsAccents
        self.keptCharacters = keptCharacters
        self.stopwordPreset = stopwordPreset
    }
}

extension TextAnalyzerDefinition {
    /// What is wrong with it, apart from where it stands.
    ///
    /// - Parameter tokenization: of its property.
    /// - Throws: `DatabaseError.invalidDefinition`.
    package func validate(
        _ tokenization: Tokenization?, _ index: InvertedIndexDefinition, place: String = ""
    ) throws(DatabaseError) {
        guard foldsAccents || keptCharacters.isEmpty else {
            throw .invalidDefinition("\(place)asciiFoldIgnore requires asciiFold to be enabled")
        }
        if let other = keptCharacters.first(where: { AccentFolding.character($0) == nil }) {
            throw .invalidDefinition(
                "\(place)each asciiFoldIgnore entry must be a single character, got \"\(other.prefix(100))\"")
        }
        guard let stopwordPreset else { return }
        if let tokenization, tokenization != .word {
            throw .invalidDefinition(
                "\(place)stopwordPreset is only supported with tokenization \"word\", got \"\(tokenization.rawValue)\"")
        }
        guard index.hasStopwordPreset(stopwordPreset) else {
            throw .invalidDefinition(
                "\(place)unknown stopword preset \"\(stopwordPreset.prefix(100))\"; must be a built-in preset "
                    + "('en', 'none') or defined in invertedIndexConfig.stopwordPresets")
        }
    }

    /// Checks where it stands too.
    func check(
        in property: PropertyDefinition, path: String, _ index: InvertedIndexDefinition
    ) throws(DatabaseError) {
        guard property.type == .scalar(.text) || property.type == .array(.text) else {
            throw .invalidDefinition(
                "property '\(path)': processing options are only allowed for text and text[] data types, got "
                    + "'\(TypeName.of(property.type))'")
        }
        guard property.isFilterable || property.isSearchable else {
            throw .invalidDefinition(
                "property '\(path)': processing options are only allowed for properties with an inverted index")
        }
        try validate(property.tokenization, index, place: "property '\(path)': ")
    }
}
