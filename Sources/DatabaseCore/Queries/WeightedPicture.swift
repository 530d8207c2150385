// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer

/// One of the pictures that a search looks for what is like them, or unlike.
package struct WeightedPicture: Sendable {
    package enum Content: Sendable {
        /// An encoded picture.
        case bytes([UInt8])
        /// The same as base64 text, as the client gave it; a data URI is taken, too.
        case base64(String)
        /// The vector that this object has.
        case object(ObjectID)
    }

    package var content: Content
    /// Negative: away from the picture.
    package var weight: Double
    /// The part of the picture that is meant; `nil`: all of it. Of an object it means nothing.
    package var crop: PictureCrop?

    package init(_ content: Content, weight: Double = 1, crop: PictureCrop? = nil) {
        self.content = content
        self.weight = weight
        self.crop = crop
    }

    /// How many a search may have.
    package static let limit = 16
}

extension VectorSearch.Origin {
    /// An encoded picture as base64 text, as the client gave it.
    package static func image(base64: String) -> Self { .pictures([WeightedPicture(.base64(base64))]) }
}

/// How long the pictures of a query took, all together.
package struct PictureTimes: Hashable, Sendable {
    package var decoding = Duration.zero
    package var inference = Duration.zero
}

/// The pictures of a search, decoded from their base64, on their way to one vector.
struct PictureSum: Sendable {
    enum Part: Sendable {
        case picture([UInt8], crop: PictureCrop?)
        case object(ObjectID)
    }

    /// At least one.
    let parts: [(part: Part, weight: Float)]

    /// - Throws: `DatabaseError.searchVectorization` for what is no base64; `.invalidQuery`.
    init(_ pictures: [WeightedPicture]) throws(DatabaseError) {
        guard !pictures.isEmpty else { throw .invalidQuery(.pictures(.none)) }
        guard pictures.count <= WeightedPicture.limit else {
            throw .invalidQuery(.pictures(.tooMany(pictures.count, limit: WeightedPicture.limit)))
        }
        var parts: [(part: Part, weight: Float)] = []
        for (index, picture) in pictures.enumerated() {
            let weight = Float(picture.weight)
            guard weight.isFinite else {
                throw .invalidQuery(.pictures(.weightNotFinite(picture.weight, index: index)))
            }
            switch picture.content {
            case .bytes(let bytes): parts.append((.picture(bytes, crop: picture.crop), weight))
            case .base64(let text):
                guard let bytes = Base64.picture(text) else {
                    throw .searchVectorization(.unknownFormat(found: nil))
                }
                parts.append((.picture(bytes, crop: picture.crop), weight))
            case .object(let id): parts.append((.object(id), weight))
            }
        }
        guard parts.contains(where: { $0.weight != 0 }) else { throw .invalidQuery(.pictures(.noWeight)) }
        self.parts = parts
    }

    /// Whether the network has to make a vector at all.
    var hasPictures: Bool { parts.contains { if case .picture = $0.part { true } else { false } } }

    /// Whether it is one vector as it is, whose length stays.
    var isSingle: Bool { parts.count == 1 && parts[0].weight > 0 }

    /// The one vector that the vectors of all parts make.
    ///
    /// Each counts by its direction: the sum of the weighted unit vectors, brought to the mean length of the given ones, which
    /// matters to metrics other than cosine. One part alone stays as it is.
    ///
    /// - Parameter vectors: one for each part, all of the same dimensions.
    /// - Throws: `DatabaseError.invalidQuery` if they cancel each other out.
    func vector(of vectors: [[Float]]) throws(DatabaseError) -> [Float] {
        if isSingle { return vectors[0] }
        var sum = [Double](repeating: 0, count: vectors[0].count)
        var lengths = 0.0
        for (vector, part) in zip(vectors, parts) {
            let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            guard length > 0 else { continue }
            lengths += length
            for index in sum.indices { sum[index] += Double(part.weight) * Double(vector[index]) / length }
        }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let weights = parts.reduce(0) { $0 + Double(abs($1.weight)) }
        guard length > 1e-6 * weights else { throw .invalidQuery(.pictures(.cancelOut)) }
        let scale = lengths / Double(vectors.count) / length
        return sum.map { Float($0 * scale) }
    }
}

extension Base64 {
    /// The bytes of a picture: base64, wrapped or not, with or without the beginning of a data URI (RFC 2397). `nil` for
    /// what is neither.
    package static func picture(_ text: String) -> [UInt8]? {
        guard text.utf8.count > 5, text.utf8.prefix(5).elementsEqual("data:".utf8) else {
            return decodedIgnoringLineBreaks(text)
        }
        // What stands before the comma is short: the type and a few parameters.
        guard let comma = text.utf8.prefix(256).firstIndex(of: UInt8(ascii: ",")),
            text[..<comma].lowercased().hasSuffix(";base64")
        else { return nil }
        return decodedIgnoringLineBreaks(String(text[text.utf8.index(after: comma)...]))
    }
}

extension InvalidQuery {
    /// Why the pictures of a search make no sense.
    package enum PictureProblem: Hashable, Sendable {
        case none
        case tooMany(Int, limit: Int)
        case weightNotFinite(Double, index: Int)
        case noWeight
        case cancelOut

        /// What is wrong, in words of no API.
        package var message: String {
            switch self {
            case .none: "the search has no picture; give at least one"
            case .tooMany(let count, let limit): "the search has \(count) pictures; at most \(limit) are allowed"
            case .weightNotFinite(let weight, let index):
                "the weight of picture \(index) is \(weight); it must be a finite number"
            case .noWeight: "all pictures of the search have weight 0; give one of them another"
            case .cancelOut: "the pictures of the search cancel each other out; change their weights"
            }
        }
    }
}
