// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GRPCServer
import WeaviateMessages

/// Turns a boost message into a boost of the database.
///
/// Reads shapes: whether the numbers make sense, and whether the properties fit, the database says.
struct BoostReader {
    let collection: CollectionDefinition
    /// The collection called so, or with an alias of that name.
    let collections: (String) -> CollectionDefinition?

    func boost(_ message: WeaviateMessages.Boost) throws(GRPCStatus) -> Query.Boost {
        var conditions: [Query.Boost.Condition] = []
        // Filters are costly to read; what is too many is refused by its number.
        guard message.conditions.count <= Self.conditionLimit else {
            throw .refusal(
                "boost: at most \(Self.conditionLimit) conditions are allowed, but there are \(message.conditions.count)"
            )
        }
        for (index, condition) in message.conditions.enumerated() {
            conditions.append(
                Query.Boost.Condition(try signal(condition, at: index), weight: condition.weight.map(Double.init) ?? 1))
        }
        var boost = Query.Boost(conditions)
        if let weight = message.weight { boost.weight = Double(weight) }
        boost.depth = message.depth.map { Int($0) }
        return boost
    }

    private static let conditionLimit = 20

    private func signal(
        _ message: WeaviateMessages.Boost.Condition, at index: Int
    ) throws(GRPCStatus) -> Query.Boost.Signal {
        let place = "boost: condition \(index)"
        switch message.condition {
        case .filter(let filter):
            return .filter(try FilterReader(collections: collections).filter(filter, on: collection))
        case .propertyValue(let function):
            return .number(
                property: PropertyName.normalized(function.property),
                try Self.modifier(function.modifier ?? .unspecified, of: place))
        case .timeDecay(let function):
            var decay = Query.Boost.Decay(
                scale: try Self.duration(function.scale, "scale", of: place),
                offset: try function.offset.map { text throws(GRPCStatus) in
                    try Self.duration(text, "offset", of: place)
                } ?? .zero)
            decay.curve = try Self.curve(function.curve ?? .unspecified, of: place)
            if let value = function.decayValue { decay.valueAtScale = Double(value) }
            return .timeDecay(
                property: PropertyName.normalized(function.property),
                origin: try Self.instant(function.origin, of: place), decay)
        case .numericDecay(let function):
            var decay = Query.Boost.Decay(scale: function.scale, offset: function.offset ?? 0)
            decay.curve = try Self.curve(function.curve ?? .unspecified, of: place)
            if let value = function.decayValue { decay.valueAtScale = Double(value) }
            return .numericDecay(
                property: PropertyName.normalized(function.property), origin: function.origin, decay)
        case nil:
            throw .refusal("\(place) must have one of filter, time_decay, numeric_decay and property_value")
        }
    }

    private static func modifier(
        _ modifier: WeaviateMessages.Boost.PropertyValueModifier, of place: String
    ) throws(GRPCStatus) -> Query.Boost.Modifier {
        switch modifier {
        case .unspecified: return .none
        case .log1p: return .log1p
        case .sqrt: return .squareRoot
        default: throw .refusal("\(place): unknown modifier \(modifier.rawValue)")
        }
    }

    private static func curve(
        _ curve: WeaviateMessages.Boost.DecayCurve, of place: String
    ) throws(GRPCStatus) -> Query.Boost.DecayCurve {
        switch curve {
        case .unspecified, .exponential: return .exponential
        case .gauss: return .gauss
        case .linear: return .linear
        default: throw .refusal("\(place): unknown decay curve \(curve.rawValue)")
        }
    }

    /// - Returns: `nil` for now, which also stands for an empty text.
    private static func instant(_ text: String, of place: String) throws(GRPCStatus) -> Instant? {
        if text.isEmpty || text == "now" { return nil }
        guard let instant = Instant(text) else {
            throw .refusal(
                "\(place): the origin '\(text.prefix(100))' is neither \"now\" nor a date like 2024-05-06T07:08:09Z")
        }
        return instant
    }

    private static func duration(
        _ text: String, _ name: String, of place: String
    ) throws(GRPCStatus) -> Duration {
        guard let duration = DurationText.duration(text) else {
            throw .refusal("\(place): the \(name) '\(text.prefix(100))' is no duration like 7d, 24h, 30m or 10s")
        }
        return duration
    }
}
