// SPDX-License-Identifier: Apache-2.0

import ImageVectorizer
import JSON

/// The setting `preprocess` of a vectorizer: how pictures are made ready for the network, as clients write it.
///
///     {"exif": true, "fit": "crop", "flip": true}          for all image fields
///     {"photo": {"fit": "pad"}, "scan": {"alpha": "white"}}   for each by its name
///
/// What is left out is as in compatible mode, or as in `better` where `"better": true` stands beside it.
package enum PreprocessingSettings {
    /// What is wrong, for whoever sent it: begins with `preprocess`.
    package struct Invalid: Error {
        package var message: String
    }

    private static let names = ["exif", "fit", "alpha", "flip", "normalize", "better"]

    /// - Parameters:
    ///   - value: of `preprocess`.
    ///   - fields: the image fields of the vector.
    package static func preprocessing(
        _ value: JSONValue, fields: [String]
    ) throws(Invalid) -> [String: PicturePreprocessing] {
        guard case .object(let members) = value else {
            throw Invalid(message: "preprocess must be an object, such as {\"fit\": \"crop\", \"flip\": true}")
        }
        let byField = members.members.contains { if case .object = $0.value { true } else { false } }
        guard byField else {
            let all: PicturePreprocessing = try preprocessing(members, place: "preprocess")
            if all == .compatible { return [:] }
            return Dictionary(fields.map { ($0, all) }, uniquingKeysWith: { first, _ in first })
        }
        var result: [String: PicturePreprocessing] = [:]
        for member in members.members {
            let field = member.name
            let place = "preprocess.\(field.prefix(100))"
            guard fields.contains(field) else {
                throw Invalid(message: "\(place): there is no such field in imageFields")
            }
            guard case .object(let settings) = member.value else {
                throw Invalid(message: "\(place) must be an object, since others beside it are")
            }
            let own: PicturePreprocessing = try preprocessing(settings, place: place)
            if own != .compatible { result[field] = own }
        }
        return result
    }

    private static func preprocessing(
        _ members: JSONObject, place: String
    ) throws(Invalid) -> PicturePreprocessing {
        for member in members.members where !names.contains(member.name) {
            throw Invalid(
                message: "\(place).\(member.name.prefix(100)): there is no such setting; there are "
                    + names.joined(separator: ", "))
        }
        let isBetter = try flag(members, "better", place) ?? false
        var result = isBetter ? PicturePreprocessing.better : .compatible
        if let turns = try flag(members, "exif", place) { result.turnsByEXIF = turns }
        if let flips = try flag(members, "flip", place) { result.averagesMirrorImage = flips }
        if let normalizes = try flag(members, "normalize", place) { result.normalizes = normalizes }
        if let fit: PicturePreprocessing.Fit = try choice(members, "fit", place) { result.fit = fit }
        if let alpha: PicturePreprocessing.Alpha = try choice(members, "alpha", place) { result.alpha = alpha }
        return result
    }

    private static func flag(_ members: JSONObject, _ name: String, _ place: String) throws(Invalid) -> Bool? {
        switch members[name] {
        case nil, .null?: return nil
        case .boolean(let value)?: return value
        default: throw Invalid(message: "\(place).\(name) must be true or false")
        }
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ members: JSONObject, _ name: String, _ place: String
    ) throws(Invalid) -> Choice? {
        switch members[name] {
        case nil, .null?: return nil
        case .string(let text)?:
            if let choice = Choice(rawValue: text) { return choice }
        default: break
        }
        let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw Invalid(message: "\(place).\(name) must be one of \(choices)")
    }

    /// All settings of all fields that are not in compatible mode; what `stored` reads.
    static func json(of preprocessing: [String: PicturePreprocessing]) -> JSONObject {
        JSONObject(
            preprocessing.sorted { $0.key < $1.key }.filter { $0.value != .compatible }.map { field, settings in
                (
                    field,
                    .object(
                        JSONObject([
                            ("exif", .boolean(settings.turnsByEXIF)), ("fit", .string(settings.fit.rawValue)),
                            ("alpha", .string(settings.alpha.rawValue)),
                            ("flip", .boolean(settings.averagesMirrorImage)),
                            ("normalize", .boolean(settings.normalizes)),
                        ]))
                )
            })
    }

    /// The same as a text, the same for equal settings; empty in compatible mode. It is stored with the network's identity.
    static func text(of preprocessing: [String: PicturePreprocessing]) -> String {
        let json = json(of: preprocessing)
        if json.isEmpty { return "" }
        var writer = JSONWriter()
        writer.value(.object(json))
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
