// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import GraphQLLanguage

/// Which vectors a search argument names (`targetVectors`, or `targets`), with the vectors to look for where it has some for each.
struct TargetVectors {
    private(set) var names: [String]
    private let method: String
    private let weights: InputObject?
    /// One for each name; `nil` where one vector is for all of them.
    private(set) var vectors: [QueryVector]?

    /// - Parameter argument: the name of the argument, for errors.
    init(_ fields: InputObject, of argument: String) throws(QueryError) {
        names = fields.strings("targetVectors") ?? []
        guard let targets = fields.object("targets") else {
            (method, weights) = ("minimum", nil)
            try Self.checkCount(names.count)
            return
        }
        guard names.isEmpty else {
            throw QueryError("failed to extract \(argument) params: cannot provide both targets and targetVectors")
        }
        names = targets.strings("targetVectors") ?? []
        method = targets.enumeration("combinationMethod") ?? "minimum"
        weights = targets.object("weights")
        try Self.checkCount(names.count)
    }

    /// The database allows fewer; what is done to names here takes their square.
    private static func checkCount(_ count: Int) throws(QueryError) {
        if count > 256 { throw QueryError("\(count) target vectors are too many") }
    }

    /// Takes vectors over that were given by target.
    ///
    /// - Parameter multiVectors: the names of targets that take a list of vectors as one multi-vector.
    mutating func setVectors(
        _ vectorPerTarget: InputObject, multiVectors: Set<String>, of argument: String
    ) throws(QueryError) {
        try Self.checkCount(vectorPerTarget.fields.count)
        if names.isEmpty {
            for field in vectorPerTarget.fields where !names.contains(field.name) { names.append(field.name) }
        }
        (names, vectors) = try distributed(of: argument, what: "vector") { name in
            guard let value = vectorPerTarget[name] else { return nil }
            if let vector = value.vector { return [.vector(vector)] }
            guard case .list(let elements) = value else { return nil }
            if multiVectors.contains(name) {
                if let vector = value.multiVector { return [.multiVector(vector)] }
                let several = elements.compactMap(\.multiVector)
                return several.count == elements.count ? several.map { .multiVector($0) } : nil
            }
            let several = elements.compactMap(\.vector)
            return several.count == elements.count ? several.map { .vector($0) } : nil
        }
    }

    func combination(of argument: String) throws(QueryError) -> VectorSearch.Combination {
        switch method {
        case "sum": return .sum
        case "average": return .average
        case "manualWeights": return .manualWeights(try weightsOfNames(argument))
        case "relativeScore": return .relativeScore(try weightsOfNames(argument))
        default: return .minimum
        }
    }

    private func weightsOfNames(_ argument: String) throws(QueryError) -> [Double] {
        try distributed(of: argument, what: "weight") { [weights] name in
            switch weights?[name] {
            case .numbers(let list)?: list.values
            case let value?: value.number.map { [$0] }
            case nil: nil
            }
        }.values
    }

    /// A value for each name. A name that stands once is repeated for each of its values; one that stands several times takes one
    /// for each time, or the same for all.
    private func distributed<Value>(
        of argument: String, what: String, _ values: (String) -> [Value]?
    ) throws(QueryError) -> (names: [String], values: [Value]) {
        let prefix = "failed to extract \(argument) params: "
        var given: [String: [Value]] = [:]
        for name in Set(names) {
            guard let found = values(name), !found.isEmpty else {
                throw QueryError("\(prefix)\(what) for target \(name.prefix(100)) is not provided")
            }
            given[name] = found
        }
        var result: (names: [String], values: [Value]) = ([], [])
        var taken: [String: Int] = [:]
        for name in names {
            guard let found = given[name] else { continue }
            let times = names.count { $0 == name }
            if times == 1 {
                result.names += found.map { _ in name }
                result.values += found
                continue
            }
            guard found.count == 1 || found.count == times else {
                throw QueryError(
                    "\(prefix)target \(name.prefix(100)) has \(found.count) \(what)s, but is named \(times) times")
            }
            let place = taken[name, default: 0]
            taken[name] = place + 1
            result.names.append(name)
            result.values.append(found[min(place, found.count - 1)])
        }
        return result
    }
}
