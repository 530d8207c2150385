// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import GRPCServer
import WeaviateMessages

/// Turns what a request searches near to into a search of the database.
struct NearReader {
    let collection: CollectionDefinition

    // MARK: By vector

    func search(_ near: NearVector) throws(GRPCStatus) -> VectorSearch {
        var targets = try TargetReader(near.targets, near.targetVectors, in: collection)
        let origin = try origin(near, &targets)
        return try search(
            origin, targets, threshold: Self.threshold(near.distance, near.certainty, of: "near_vector"), near.selection
        )
    }

    /// What a search by vector looks for: vectors by target, or one for all targets.
    private func origin(_ near: NearVector, _ targets: inout TargetReader) throws(GRPCStatus) -> VectorSearch.Origin {
        let place = "near_vector"
        if !near.vectorForTargets.isEmpty {
            var entries: [TargetReader.Entry] = []
            for entry in near.vectorForTargets {
                let target = collection.vector(named: entry.name)
                var vectors: [QueryVector] = []
                for message in try VectorMessage.all(entry.vectors, entry.vectorBytes, [], of: place) {
                    vectors += try message.queryVectors(in: target, of: place)
                }
                entries.append((entry.name, vectors))
            }
            return try origin(entries, &targets)
        }
        if !near.vectorPerTarget.isEmpty {
            // The last entry of a name counts.
            var byName: [String: [UInt8]] = [:]
            for entry in near.vectorPerTarget { byName[entry.key] = entry.value }
            var entries: [TargetReader.Entry] = []
            for name in targets.names {
                guard let bytes = byName[name] else { throw Self.missingVector(name, targets, Array(byName.keys)) }
                entries.append((name, [.vector(try VectorBytes.vector(bytes, of: place))]))
            }
            return try origin(entries, &targets)
        }
        guard near.vectors.count <= 1 else {
            throw .refusal("near_vector: only 1 vector supported, found \(near.vectors.count) vectors")
        }
        let message = try VectorMessage.all(near.vectors, near.vectorBytes, near.vector, of: place).first
        guard let origin = try targets.origin(message, of: place) else {
            throw .refusal("near_vector: vector is required")
        }
        return origin
    }

    private func origin(
        _ entries: [TargetReader.Entry], _ targets: inout TargetReader
    ) throws(GRPCStatus) -> VectorSearch.Origin {
        // Clients that give each vector a weight name a target as often as it has vectors, in one entry.
        let repeated = entries.flatMap { entry in entry.vectors.map { _ in entry.name } }
        if repeated == targets.names, !repeated.isEmpty { return targets.distribute(entries) }
        guard entries.count == targets.names.count else {
            throw .refusal(
                "near_vector: \(entries.count) vectors for \(targets.names.count) target vectors; give one for each")
        }
        for (entry, name) in zip(entries, targets.names) where entry.name != name || entry.vectors.isEmpty {
            throw Self.missingVector(name, targets, entries.map(\.name))
        }
        return targets.distribute(entries)
    }

    private static func missingVector(_ name: String, _ targets: TargetReader, _ given: [String]) -> GRPCStatus {
        .refusal(
            "near_vector: vector for target \(name.prefix(300)) is required. All target vectors: "
                + "[\(targets.names.joined(separator: " "))] all vectors for targets "
                + "[\(given.prefix(64).joined(separator: " ").prefix(1000))]; give them in the order of the targets")
    }

    // MARK: By object and by picture

    func search(_ near: NearObject) throws(GRPCStatus) -> VectorSearch {
        let threshold = try Self.threshold(near.distance, near.certainty, of: "near_object")
        guard !near.id.isEmpty else { throw .refusal("near_object: id is required") }
        let targets = try TargetReader(near.targets, near.targetVectors, in: collection)
        guard let id = ObjectID(near.id) else {
            throw .refusal(
                "explorer: get class: concurrentTargetVectorSearch): explorer: get class: vectorize search vector: nearObject "
                    + "params: '\(near.id.prefix(100))' is not a valid uuid")
        }
        return try search(.object(id), targets, threshold: threshold, near.selection)
    }

    func search(_ near: NearImageSearch) throws(GRPCStatus) -> VectorSearch {
        let threshold = try Self.threshold(near.distance, near.certainty, of: "near_image")
        let targets = try TargetReader(near.targets, near.targetVectors, in: collection)
        guard !near.image.isEmpty else {
            throw .refusal("explorer: get class: vectorize params: 'nearImage.image' needs to be defined")
        }
        guard targets.makesVectorsOfPictures else {
            throw Self.cannotVectorize("nearImage", collection: collection.name)
        }
        return try search(.image(base64: near.image), targets, threshold: threshold, near.selection)
    }

    private func search(
        _ origin: VectorSearch.Origin, _ targets: TargetReader, threshold: VectorSearch.Threshold?,
        _ selection: Selection?
    ) throws(GRPCStatus) -> VectorSearch {
        var search = VectorSearch(origin: origin, threshold: threshold)
        search.targetVectors = targets.names
        search.combination = try targets.combination()
        search.diversity = VectorSearch.Diversity(selection)
        return search
    }

    private static func threshold(
        _ distance: Double?, _ certainty: Double?, of place: String
    ) throws(GRPCStatus) -> VectorSearch.Threshold? {
        switch (distance, certainty) {
        case (nil, nil): return nil
        case (let distance?, nil): return .distance(Float(distance))
        case (nil, let certainty?): return .certainty(certainty)
        case (_?, _?): throw .refusal("\(place): cannot provide distance and certainty")
        }
    }

    /// Nothing here makes vectors of what is searched near to.
    ///
    /// - Parameter kind: as it is called in GraphQL, e.g. `nearText`.
    static func cannotVectorize(_ kind: String, collection: String) -> GRPCStatus {
        .refusal(
            "explorer: get class: vectorize params: could not vectorize input for collection \(collection) with search-type "
                + "\(kind). Make sure a vectorizer module is configured for this collection")
    }
}

extension TargetReader {
    /// Whether the vectors of all targets come from pictures.
    fileprivate var makesVectorsOfPictures: Bool { definitions.allSatisfy { $0.vectorizer != .none } }
}
