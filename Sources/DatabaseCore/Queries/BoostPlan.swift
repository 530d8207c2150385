// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import InvertedIndexes
import ObjectStorage

/// A boost resolved against its collection.
struct BoostPlan: Sendable {
    /// How many conditions a boost may have, as in Weaviate.
    static let conditionLimit = 20

    enum Signal: Sendable {
        case filter(ResolvedFilter)
        case number(PropertyID, Query.Boost.Modifier)
        case numericDecay(PropertyID, origin: Double, Query.Boost.Decay<Double>)
        /// The decay in seconds.
        case timeDecay(PropertyID, origin: Instant?, Query.Boost.Decay<Double>)
    }

    var conditions: [(signal: Signal, weight: Double)]
    /// More than 0, at most 1.
    let weight: Double
    /// How many candidates are wanted, however small the window is.
    let depth: Int
    /// When the query was planned: what dates are compared with that name no origin.
    var now = Instant(seconds: 0)

    /// - Returns: `nil` for a boost of weight 0.
    /// - Throws: `DatabaseError.invalidQuery` for the first mistake.
    init?(
        _ boost: Query.Boost, of query: Query, collection: Collection.Snapshot, settings: DatabaseSettings,
        others: (String) -> ReferencedCollection?
    ) throws(DatabaseError) {
        guard query.search != nil else { throw .invalidQuery(.boost(.withoutSearch)) }
        guard (1...Self.conditionLimit).contains(boost.conditions.count) else {
            throw .invalidQuery(.boost(.conditionCount(boost.conditions.count, limit: Self.conditionLimit)))
        }
        guard (0...1).contains(boost.weight) else { throw .invalidQuery(.boost(.weightOutOfRange(boost.weight))) }
        let depth = boost.depth ?? 0
        guard depth >= 0 else { throw .invalidQuery(.boost(.negativeDepth(depth))) }
        self.depth = min(depth == 0 ? settings.defaultBoostDepth : depth, settings.maximumResults)
        weight = boost.weight
        conditions = []
        for (index, condition) in boost.conditions.enumerated() {
            if case .filter(let filter) = condition.signal {
                let filter = try collection.resolved(filter, limits: settings.queryLimits, others: others)
                conditions.append((.filter(filter), condition.weight))
            } else {
                do throws(InvalidQuery.BoostConditionProblem) {
                    conditions.append(
                        (try Self.signal(condition.signal, in: collection.definition), condition.weight))
                } catch {
                    throw .invalidQuery(.boost(.condition(index: index, error)))
                }
            }
            guard condition.weight.isFinite else {
                throw .invalidQuery(.boost(.condition(index: index, .weightNotFinite(condition.weight))))
            }
        }
        if weight == 0 { return nil }
    }

    /// The properties that values are read from.
    var properties: Set<PropertyID> {
        Set(
            conditions.compactMap { condition in
                switch condition.signal {
                case .filter: nil
                case .number(let property, _), .numericDecay(let property, _, _), .timeDecay(let property, _, _):
                    property
                }
            })
    }

    // MARK: Conditions

    /// - Parameter signal: anything but a filter.
    private static func signal(
        _ signal: Query.Boost.Signal, in collection: CollectionDefinition
    ) throws(InvalidQuery.BoostConditionProblem) -> Signal {
        switch signal {
        case .filter: preconditionFailure("filters are resolved elsewhere")
        case .number(let name, let modifier): return .number(try number(name, in: collection), modifier)
        case .numericDecay(let name, let origin, let decay):
            guard origin.isFinite else { throw .originNotFinite(origin) }
            try decay.check()
            return .numericDecay(try number(name, in: collection), origin: origin, decay)
        case .timeDecay(let name, let origin, let decay):
            var inSeconds = Query.Boost.Decay(
                scale: decay.scale / .seconds(1), offset: decay.offset / .seconds(1))
            inSeconds.curve = decay.curve
            inSeconds.valueAtScale = decay.valueAtScale
            try inSeconds.check()
            let property = try property(name, in: collection)
            guard property.type == .scalar(.date) else { throw .notADate(name: name, type: property.type) }
            return .timeDecay(property.id, origin: origin, inSeconds)
        }
    }

    private static func number(
        _ name: String, in collection: CollectionDefinition
    ) throws(InvalidQuery.BoostConditionProblem) -> PropertyID {
        let property = try property(name, in: collection)
        guard property.type == .scalar(.int) || property.type == .scalar(.number) else {
            throw .notANumber(name: name, type: property.type)
        }
        return property.id
    }

    private static func property(
        _ name: String, in collection: CollectionDefinition
    ) throws(InvalidQuery.BoostConditionProblem) -> PropertyDefinition {
        guard let property = collection.property(named: name) else {
            throw .unknownProperty(name: name, collection: collection.name)
        }
        return property
    }
}

extension BoostPlan.Signal {
    /// What an object's own value says, before it is compared with those of the other candidates.
    ///
    /// - Parameter object: its properties, as far as the conditions need them.
    func value(of object: StoredObject, now: Instant) -> Double {
        switch self {
        case .filter: return 0
        case .number(let property, let modifier):
            return object.properties[property]?.boostedNumber.map(modifier.applied(to:)) ?? 0
        case .numericDecay(let property, let origin, let decay):
            guard let number = object.properties[property]?.boostedNumber else { return 0 }
            return decay.value(at: abs(number - origin))
        case .timeDecay(let property, let origin, let decay):
            guard case .date(let text)? = object.properties[property], let date = Instant(text) else { return 0 }
            let origin = origin ?? now
            let seconds = Double(date.seconds - origin.seconds)
            return decay.value(at: abs(seconds + Double(date.nanoseconds - origin.nanoseconds) * 1e-9))
        }
    }
}

extension PropertyValue {
    /// The number that it is; above 2⁵³ the nearest that a float64 has.
    fileprivate var boostedNumber: Double? {
        switch self {
        case .int(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}

extension Query.Boost.Modifier {
    func applied(to value: Double) -> Double {
        switch self {
        case .none: value
        case .log1p: Foundation.log1p(max(0, value))
        case .squareRoot: max(0, value).squareRoot()
        }
    }
}

extension Query.Boost.Decay<Double> {
    /// 1 up to `offset`, `valueAtScale` at `offset` + `scale`.
    ///
    /// - Parameter distance: from the origin, 0 or more; infinite where the difference is beyond float64.
    func value(at distance: Double) -> Double {
        let scales = max(0, distance - offset) / scale
        if valueAtScale == 1 { return 1 }
        switch curve {
        case .exponential: return pow(valueAtScale, scales)
        case .gauss: return pow(valueAtScale, scales * scales)
        case .linear: return max(0, 1 - (1 - valueAtScale) * scales)
        }
    }

    fileprivate func check() throws(InvalidQuery.BoostConditionProblem) {
        guard scale > 0, scale.isFinite else { throw .scaleOutOfRange(scale) }
        guard offset >= 0, offset.isFinite else { throw .offsetOutOfRange(offset) }
        guard valueAtScale > 0, valueAtScale <= 1 else { throw .decayOutOfRange(valueAtScale) }
    }
}
