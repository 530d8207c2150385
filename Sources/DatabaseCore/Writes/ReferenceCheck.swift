// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage

/// Finds out whether objects of one shard may refer to others: asked by the writer, in its transaction.
struct ReferenceCheck {
    let transaction: ReadTransaction
    let collections: CollectionTable
    /// Of the objects that refer.
    let collection: Collection.Snapshot
    let shard: Shard

    /// Why an object may not have these values, in the words of a validation; `nil` if it may.
    ///
    /// - Complexity: one look-up a reference.
    func fault(in properties: some Sequence<(PropertyID, PropertyValue)>) throws -> DatabaseError? {
        if collection.referenceTargets.isEmpty { return nil }
        for (property, value) in properties {
            guard case .references(let beacons) = value else { continue }
            for beacon in beacons {
                guard let fault = try fault(of: beacon, in: property) else { continue }
                let place = "\(collection.definition.name):\(collection.propertyNames[property] ?? "")"
                return .invalidObject("invalid cref: \(fault.reason(at: place))")
            }
        }
        return nil
    }

    /// Why `property` may not hold `beacon`; `nil` if it may.
    ///
    /// - Parameter requiresTarget: whether the target has to be there.
    func fault(
        of beacon: Beacon, in property: PropertyID, requiresTarget: Bool = true
    ) throws -> InvalidReference? {
        guard let name = beacon.collection else {
            if !requiresTarget { return nil }
            for name in collection.referenceTargets[property] ?? [] {
                guard let target = collections.collection(named: name) else { continue }
                if try isThere(beacon.id, in: target) { return nil }
            }
            return .missingTarget(beacon.id)
        }
        guard let target = collections.collection(named: name) else { return .unknownCollection(name) }
        if target.snapshot.definition.multiTenancy.isEnabled, !collection.definition.multiTenancy.isEnabled {
            return .tenantsOnlyAtTarget(collection: name)
        }
        return try !requiresTarget || isThere(beacon.id, in: target) ? nil : .missingTarget(beacon.id)
    }

    private func isThere(_ id: ObjectID, in target: Collection) throws -> Bool {
        guard let targetShard = target.shard(referredToFrom: shard, of: collection) else { return false }
        return try transaction.document(of: id, in: targetShard.address) != nil
    }
}

extension InvalidReference {
    /// - Parameter place: `Class:property`.
    fileprivate func reason(at place: String) -> String {
        switch self {
        case .missingTarget(let id): "'cref' \(place): no object with id \(id) found"
        case .unknownProperty, .notAReference, .unknownCollection, .tenantsOnlyAtTarget:
            "'cref' \(place): \(message)"
        }
    }
}
