// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import WeaviateMessages

/// Makes messages of hits as their plan says; follows references by reading their targets.
struct SearchReplyWriter {
    private let plan: ResultPlan
    private let query: Query
    private var follower: ReferenceFollower

    /// - Parameter view: that the hits come from, where the targets of references are read as well.
    init(plan: ResultPlan, query: Query, view: any DatabaseView) {
        self.plan = plan
        self.query = query
        follower = ReferenceFollower(view: view, tenant: query.tenant)
    }

    /// Without the time that it took.
    mutating func reply(_ hits: [Hit]) throws(DatabaseError) -> SearchReply {
        var reply = SearchReply()
        // Set, though there is nothing to tell: as in Weaviate.
        reply.generativeGroupedResult = ""
        if query.groupBy != nil {
            for hit in hits {
                if Task.isCancelled { throw .cancelled }
                if let group = hit.group { reply.groupByResults.append(try result(group)) }
            }
            return reply
        }
        reply.results.reserveCapacity(hits.count)
        for hit in hits {
            if Task.isCancelled { throw .cancelled }
            var result = SearchResult()
            result.properties = try properties(hit.object, plan)
            result.metadata = metadata(of: hit)
            reply.results.append(result)
        }
        return reply
    }

    private mutating func result(_ group: HitGroup) throws(DatabaseError) -> GroupByResult {
        var message = GroupByResult()
        message.name = GroupValueText.ofHits(group.value)
        message.minDistance = group.minimumDistance
        message.maxDistance = group.maximumDistance
        message.numberOfObjects = Int64(group.hits.count)
        for hit in group.hits {
            var result = SearchResult()
            result.properties = try properties(hit.object, plan)
            // Hits of groups tell neither scores nor times.
            var metadata = Self.identity(of: hit.object, plan.metadata)
            if plan.metadata.request.distance, isByVector, let distance = hit.distance {
                metadata.distance = distance
                metadata.distancePresent = true
            }
            result.metadata = metadata
            message.objects.append(result)
        }
        return message
    }

    private var isByVector: Bool { if case .vector? = query.search { true } else { false } }

    // MARK: Metadata

    private func metadata(of hit: Hit) -> MetadataResult {
        let request = plan.metadata.request
        var message = Self.metadata(of: hit.object, plan.metadata)
        if request.distance, let distance = hit.distance {
            message.distance = distance
            message.distancePresent = true
        }
        if request.certainty, hasCertainty, let certainty = hit.certainty {
            message.certainty = Float(certainty)
            message.certaintyPresent = true
        }
        if request.score {
            message.score = hit.score ?? 0
            message.scorePresent = true
        }
        if request.explainScore {
            message.explainScore = hit.scoreExplanation ?? ""
            message.explainScorePresent = true
        }
        return message
    }

    /// Of several targets there is none.
    private var hasCertainty: Bool {
        guard case .vector(let search)? = query.search else { return false }
        return search.targetVectors.count <= 1
    }

    /// What every object has, found or referred to.
    private static func metadata(of object: DatabaseObject, _ plan: MetadataPlan) -> MetadataResult {
        var message = identity(of: object, plan)
        if plan.request.creationTimeUnix {
            message.creationTimeUnix = object.creationTime
            message.creationTimeUnixPresent = true
        }
        if plan.request.lastUpdateTimeUnix {
            message.lastUpdateTimeUnix = object.updateTime
            message.lastUpdateTimeUnixPresent = true
        }
        return message
    }

    /// Id and vectors.
    private static func identity(of object: DatabaseObject, _ plan: MetadataPlan) -> MetadataResult {
        var message = MetadataResult()
        if plan.request.uuid {
            message.id = object.id.description
            message.idAsBytes = object.id.bytes
        }
        if plan.showsUnnamedVector, let vector = object.vector {
            message.vector = vector
            message.vectorBytes = VectorBytes.bytes(of: vector)
        }
        for name in plan.vectorNames {
            var entry = Vectors()
            entry.name = name
            if let vector = object.namedVectors[name] {
                entry.type = .singleFp32
                entry.vectorBytes = VectorBytes.bytes(of: vector)
            } else if let vector = object.multiVectors[name] {
                entry.type = .multiFp32
                entry.vectorBytes = VectorBytes.bytes(of: vector)
            } else {
                continue
            }
            message.vectors.append(entry)
        }
        return message
    }

    // MARK: Properties

    private mutating func properties(
        _ object: DatabaseObject, _ plan: ResultPlan
    ) throws(DatabaseError) -> PropertiesResult {
        var message = PropertiesResult()
        message.targetCollection = plan.collection.name
        if !plan.properties.isEmpty {
            message.nonRefProps = ValueMessages.properties(object.properties, plan.properties)
        }
        message.refPropsRequested = !plan.references.isEmpty
        for reference in plan.references {
            guard case .references(let beacons)? = object.properties[reference.name] else { continue }
            var targets = RefPropertiesResult()
            targets.propName = reference.name
            for beacon in beacons {
                let target = reference.target
                guard
                    let found = try follower.target(
                        of: beacon, in: target.collection, selection: target.selection)
                else { continue }
                var properties = try properties(found, target)
                properties.metadata = Self.metadata(of: found, target.metadata)
                targets.properties.append(properties)
            }
            message.refProps.append(targets)
        }
        return message
    }
}

extension ObjectID {
    /// 16 bytes, the first one first.
    var bytes: [UInt8] {
        (0..<16).map { index in
            UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(8 * (7 - index % 8)))
        }
    }
}
