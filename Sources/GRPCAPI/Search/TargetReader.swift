// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import GRPCServer
import WeaviateMessages

/// Which vectors a search asks, how their distances become one, and what it looks for in each.
struct TargetReader {
    private let collection: CollectionDefinition
    /// As they were named; one of them, if it is the only one of its collection and none was named; empty for the unnamed vector.
    private(set) var names: [String]
    private let method: CombinationMethod
    private let weights: [WeightsForTarget]

    /// How many names are looked at: the database allows fewer.
    private static let nameLimit = 256

    /// - Parameter oldNames: those of clients that know no `Targets`.
    init(
        _ targets: Targets?, _ oldNames: [String], in collection: CollectionDefinition
    ) throws(GRPCStatus) {
        self.collection = collection
        names = targets.map(\.targetVectors) ?? oldNames
        method = targets?.combination ?? .unspecified
        weights = targets?.weightsForTargets ?? []
        guard names.count <= Self.nameLimit, weights.count <= Self.nameLimit else {
            throw .refusal("extract target vectors: \(max(names.count, weights.count)) target vectors are too many")
        }
        if names.isEmpty {
            guard let target = collection.defaultVector else {
                if collection.vectors.isEmpty { return }
                throw .refusal(
                    "extract target vectors: class \(collection.name) has multiple vectors, but no target vectors were provided"
                )
            }
            if let name = target.name { names = [name] }
        }
        for name in names where collection.vector(named: name) == nil {
            let available = collection.vectors.compactMap(\.name).joined(separator: " ")
            throw .refusal(
                "extract target vectors: class \(collection.name) does not have named vector \(name.prefix(300)) configured. "
                    + "Available named vectors [\(available)]")
        }
    }

    /// Of the targets, one for each name.
    var definitions: [VectorDefinition] {
        names.isEmpty
            ? [collection.defaultVector].compactMap(\.self) : names.compactMap { collection.vector(named: $0) }
    }

    /// A target, and what is looked for in it.
    typealias Entry = (name: String, vectors: [QueryVector])

    /// Gives each target the vectors that are for it, as many as there are: each counts as a target of its own.
    mutating func distribute(_ entries: [Entry]) -> VectorSearch.Origin {
        names = entries.flatMap { entry in entry.vectors.map { _ in entry.name } }
        return .vectors(entries.flatMap(\.vectors))
    }

    /// What is looked for in all targets alike.
    ///
    /// - Parameter place: for messages.
    /// - Returns: `nil` where there is no vector.
    mutating func origin(_ message: VectorMessage?, of place: String) throws(GRPCStatus) -> VectorSearch.Origin? {
        guard let message else { return nil }
        let definitions = definitions
        let first = try message.queryVectors(in: definitions.first, of: place)
        if first.count <= 1 {
            for target in definitions.dropFirst() { _ = try message.queryVectors(in: target, of: place) }
            switch first.first {
            case .vector(let vector)?: return .vector(vector)
            case .multiVector(let vector)?: return .multiVector(vector)
            case nil: return nil
            }
        }
        // Of the unnamed vector there is one target, which has no name to be repeated.
        if names.isEmpty {
            throw .refusal("\(place): several vectors need named target vectors, and class \(collection.name) has none")
        }
        var entries: [Entry] = []
        for (name, target) in zip(names, definitions) {
            entries.append((name, try message.queryVectors(in: target, of: place)))
        }
        return distribute(entries)
    }

    /// How the distances to the targets become one; to be asked when the vectors are distributed.
    func combination() throws(GRPCStatus) -> VectorSearch.Combination {
        switch method {
        case .sum: .sum
        case .average: .average
        case .manual: .manualWeights(try weightsOfNames())
        case .relativeScore: .relativeScore(try weightsOfNames())
        default: .minimum
        }
    }

    /// A weight for each name: a name that stands several times takes one for each time.
    private func weightsOfNames() throws(GRPCStatus) -> [Double] {
        guard weights.count == names.count else {
            throw .refusal(
                "extract target vectors: number of weights (\(weights.count)) does not match number of targets (\(names.count))"
            )
        }
        var given: [String: [Double]] = [:]
        for weight in weights {
            guard names.contains(weight.target) else {
                throw .refusal(
                    "extract target vectors: target vector \(weight.target.prefix(300)) not found in target vectors")
            }
            given[weight.target, default: []].append(Double(weight.weight))
        }
        var taken: [String: Int] = [:]
        var result: [Double] = []
        for name in names {
            let place = taken[name, default: 0]
            guard let of = given[name], place < of.count else {
                throw .refusal("extract target vectors: there is no weight for target vector \(name.prefix(300))")
            }
            taken[name] = place + 1
            result.append(of[place])
        }
        return result
    }
}
