// SPDX-License-Identifier: Apache-2.0

import DataModel

// Hits that become one where their vectors are close.
extension QueryRun {
    /// How many hits are compared with each other at most.
    private static let mergingLimit = 1_000

    /// Each hit joins the first group that has a hit within the force of it, or begins one.
    ///
    /// - Complexity: O(n²·d) for n hits.
    func merged(_ candidates: [Candidate], _ merging: Query.Merging) throws -> [Hit] {
        guard candidates.count <= Self.mergingLimit else {
            throw DatabaseError.invalidQuery(.tooManyHitsToMerge(candidates.count, limit: Self.mergingLimit))
        }
        let hits = try load(candidates)
        var groups: [[Int]] = []
        let directions = try candidates.map { try direction(of: $0.document) }
        for index in hits.indices {
            try check()
            let place = groups.firstIndex { members in
                members.contains { Self.areWithin(merging.force, directions[$0], directions[index]) }
            }
            if let place { groups[place].append(index) } else { groups.append([index]) }
        }
        switch merging.method {
        case .closest: return groups.compactMap { $0.first.map { hits[$0] } }
        case .merge: return try groups.map { try Self.mean(of: $0.map { hits[$0] }) }
        }
    }

    /// The object's vector, of length 1; empty if it has none, or if the collection has several.
    private func direction(of document: DocumentID) throws -> [Float] {
        guard let target = collection.defaultVector,
            let vector = try reader.vector(target.id, of: document)
        else { return [] }
        let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        return length > 0 ? vector.map { Float(Double($0) / length) } : []
    }

    private static func areWithin(_ force: Float, _ left: [Float], _ right: [Float]) -> Bool {
        guard !left.isEmpty, left.count == right.count else { return false }
        var product: Float = 0
        for index in left.indices { product += left[index] * right[index] }
        return (1 - product) / 2 < force
    }

    // MARK: One object of several

    private static func mean(of hits: [Hit]) throws -> Hit {
        guard var result = hits.first else { preconditionFailure("a group has a hit") }
        var values: [String: [PropertyValue]] = [:]
        for hit in hits {
            for (name, value) in hit.object.properties { values[name, default: []].append(value) }
        }
        result.object.properties = [:]
        for (name, values) in values {
            guard let mean = mean(of: values) else {
                throw DatabaseError.invalidQuery(.unmergeableProperty(name: name))
            }
            result.object.properties[name] = mean
        }
        result.isMerged = true
        result.distance = result.distance.map { _ in 0 }
        return result
    }

    /// Texts and dates beside each other, the mean of numbers and places, what most booleans are, all references; `nil` for other types.
    ///
    /// - Parameter values: at least one, of one type.
    private static func mean(of values: [PropertyValue]) -> PropertyValue? {
        switch values.first {
        case .text?: return .text(joined(values))
        case .date?: return .text(joined(values))
        case .int?, .number?:
            let numbers = values.map { value in
                switch value {
                case .int(let number): Double(number)
                case .number(let number): number
                default: 0.0
                }
            }
            let sum = numbers.reduce(0, +)
            let count = Double(numbers.count)
            // Divided first where their sum is beyond float64.
            let mean = sum.isFinite ? sum / count : numbers.reduce(0) { $0 + $1 / count }
            if case .number? = values.first { return .number(mean) }
            return .int(Int64(exactly: mean.rounded(.towardZero)) ?? .max)
        case .boolean?: return .boolean(values.count { $0 == .boolean(true) } * 2 >= values.count)
        case .geoCoordinates?:
            let places = values.compactMap { if case .geoCoordinates(let place) = $0 { place } else { nil } }
            let count = Float(max(1, places.count))
            return .geoCoordinates(
                GeoCoordinates(
                    latitude: places.reduce(0) { $0 + $1.latitude } / count,
                    longitude: places.reduce(0) { $0 + $1.longitude } / count))
        case .references?:
            var beacons: [Beacon] = []
            var seen: Set<Beacon> = []
            for case .references(let list) in values {
                for beacon in list where seen.insert(beacon).inserted { beacons.append(beacon) }
            }
            return .references(beacons)
        case .uuid?, .blob?, .blobHash?, .phoneNumber?, .object?, .array?, nil: return nil
        }
    }

    /// `a (b, c)`, each text once.
    private static func joined(_ values: [PropertyValue]) -> String {
        var texts: [String] = []
        var seen: Set<String> = []
        for value in values {
            switch value {
            case .text(let text), .date(let text): if seen.insert(text).inserted { texts.append(text) }
            default: break
            }
        }
        let others = texts.dropFirst().joined(separator: ", ")
        return (texts.first ?? "") + (others.isEmpty ? "" : " (\(others))")
    }
}
