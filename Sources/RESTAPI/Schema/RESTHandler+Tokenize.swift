// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import HTTPServer
import JSON

/// `POST /v1/tokenize` and `/v1/schema/{class}/properties/{property}/tokenize`.
extension RESTHandler {
    func tokenize(_ call: Call) throws(Refusal) -> HTTPResponse {
        var reader = try BodyReader(call.request)
        let fields = try BodyFields(try reader.value(), type: "TokenizeRequest", parameter: "body")
        let text = try Self.text(fields)
        guard let name = try fields.text("tokenization") else {
            throw .framework(422, code: Refusal.requiredCode, "tokenization in body is required")
        }
        guard PropertyDecoder.tokenizations.contains(name) else {
            throw .notOneOf("tokenization", in: "body", PropertyDecoder.tokenizations)
        }
        guard let tokenization = Tokenization(rawValue: name) else {
            throw .handler(422, "unsupported tokenization strategy: \(name)")
        }
        let (analyzer, index) = try Self.analyzer(fields)
        return Self.answer(TextAnalysis(of: text, tokenization, analyzer: analyzer, stopWordsOf: index))
    }

    func tokenizeAsProperty(_ call: Call) throws(Refusal) -> HTTPResponse {
        var reader = try BodyReader(call.request)
        let text = try Self.text(
            try BodyFields(try reader.value(), type: "PropertyTokenizeRequest", parameter: "body"))
        let name = (call.parameters["property"] ?? "").lowercased()
        guard let collection = call.collection.flatMap(database.collection),
            let property = collection.properties.first(where: { $0.name.lowercased() == name })
        else { throw .notFound }
        guard let tokenization = property.tokenization else {
            throw .handler(422, "tokenization is not enabled for this property")
        }
        return Self.answer(
            TextAnalysis(
                of: text, tokenization, analyzer: property.textAnalyzer, stopWordsOf: collection.invertedIndex))
    }

    // MARK: - Parts

    /// As in the original, which counts bytes.
    private static let maximumTextBytes = 10_000

    private static func text(_ fields: BodyFields) throws(Refusal) -> String {
        guard fields.has("text") else {
            throw .framework(422, code: Refusal.requiredCode, "text in body is required")
        }
        let text = try fields.text("text") ?? ""
        guard text.utf8.count <= maximumTextBytes else {
            throw .handler(422, "text exceeds maximum allowed length of 10,000 characters")
        }
        return text
    }

    /// What a request asks for: `analyzerConfig`, and the stop words that it may name or that stand beside it.
    private static func analyzer(
        _ fields: BodyFields
    ) throws(Refusal) -> (analyzer: TextAnalyzerDefinition?, index: InvertedIndexDefinition) {
        var index = InvertedIndexDefinition()
        var analyzer: TextAnalyzerDefinition?
        if let given = try fields.fields("analyzerConfig", type: "TextAnalyzerConfig") {
            analyzer = try PropertyDecoder.textAnalyzer(given)
        }
        index.stopwordPresets = try ClassDecoder.stopwordPresets(fields)
        if let given = try fields.fields("stopwords", type: "StopwordConfig") {
            guard index.stopwordPresets.isEmpty else {
                throw .handler(422, "stopwords and stopwordPresets are mutually exclusive; give one of them")
            }
            index.stopwordPreset = try given.text("preset") ?? analyzer?.stopwordPreset ?? index.stopwordPreset
            index.stopwordAdditions = try given.texts("additions")
            index.stopwordRemovals = try given.texts("removals")
            // What stands beside the analyzer says more.
            analyzer?.stopwordPreset = nil
        }
        do {
            try index.validate()
            try analyzer?.validate(nil, index)
        } catch {
            throw .handler(422, error.message)
        }
        return (analyzer, index)
    }

    private static func answer(_ analysis: TextAnalysis) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("indexed", .array(analysis.indexed.map { .string($0) }))
        writer.member("query", .array(analysis.query.map { .string($0) }))
        writer.endObject()
        return .json(writer.bytes)
    }
}
