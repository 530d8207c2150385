// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage

// Hits in groups, by the values of a property.
extension QueryRun {
    private struct Group {
        var value: PropertyValue?
        var members: [Candidate] = []
    }

    /// How many hits all groups may show together: lists put an object into many of them.
    private static let groupedHitLimit = 100_000

    /// One hit a group, which stands for it.
    ///
    /// An object with a list is in a group for each of its elements. Objects without a value are a group of their own in searches by
    /// vector, and in none in others.
    func grouped(_ candidates: [Candidate], by property: PropertyDefinition, _ groupBy: Query.GroupBy) throws -> [Hit] {
        let groups = try groups(of: candidates, by: property, groupBy)
        // Each object once, however many groups it is in.
        var loaded: [DocumentID: Hit] = [:]
        for member in groups.lazy.flatMap(\.members) where loaded[member.document] == nil {
            loaded[member.document] = try load([member], distances: .always).first
        }
        return groups.enumerated().compactMap { number, group in
            hit(for: group.members.compactMap { loaded[$0.document] }, of: group.value, number: number, property)
        }
    }

    private func groups(
        of candidates: [Candidate], by property: PropertyDefinition, _ groupBy: Query.GroupBy
    ) throws -> [Group] {
        if groupBy.objectsPerGroup <= 0 { return [] }
        var groups: [Group] = []
        var places: [PropertyValue?: Int] = [:]
        var hitCount = 0
        for candidate in candidates {
            try check()
            for value in try groupValues(of: candidate.document, property) {
                if let place = places[value] {
                    guard groups[place].members.count < groupBy.objectsPerGroup else { continue }
                    groups[place].members.append(candidate)
                } else {
                    // An object that would begin a group too many is not looked at further, as in Weaviate.
                    guard groups.count < groupBy.groups else { break }
                    places[value] = groups.count
                    groups.append(Group(value: value, members: [candidate]))
                }
                hitCount += 1
                guard hitCount <= Self.groupedHitLimit else {
                    throw DatabaseError.invalidQuery(.tooManyGroupedHits(limit: Self.groupedHitLimit))
                }
            }
        }
        return groups
    }

    private func groupValues(of document: DocumentID, _ property: PropertyDefinition) throws -> [PropertyValue?] {
        let stored = try reader.transaction.object(
            document, in: reader.shard.address, properties: .only([property.id]))
        guard let stored else { return [] }
        let values = stored.properties[property.id]?.groupedValues ?? []
        if !values.isEmpty { return values }
        if case .vector? = plan.search { return [nil] }
        return []
    }

    private func hit(
        for hits: [Hit], of value: PropertyValue?, number: Int, _ property: PropertyDefinition
    ) -> Hit? {
        guard var first = hits.first, let last = hits.last else { return nil }
        var isByVector = false
        if case .vector? = plan.search { isByVector = true }
        let nearest = first.distance ?? 0
        if !isByVector { first.distance = nil }
        first.group = HitGroup(
            number: number, property: property.name, value: value, minimumDistance: nearest,
            maximumDistance: isByVector ? last.distance ?? 0 : nearest, hits: hits)
        first.object.properties = [:]
        return first
    }
}
