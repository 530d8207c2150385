// SPDX-License-Identifier: Apache-2.0

import DataModel

/// The property of an object that references come from.
package struct ReferenceSource: Hashable, Sendable {
    package var collection: String
    package var id: ObjectID
    package var property: String
    package var tenant: String?

    package init(collection: String, id: ObjectID, property: String, tenant: String? = nil) {
        self.collection = collection
        self.id = id
        self.property = property
        self.tenant = tenant
    }
}

/// What is to become of the references of one property.
package enum ReferenceEdit: Hashable, Sendable {
    /// Puts one behind the others, which may be the same.
    case add(Beacon)
    case replace([Beacon])
    /// Takes away all that are equal.
    case remove(Beacon)
}

/// One reference of a batch. Unlike a single one it may lead to what is not there (yet), unless it comes from a tenant.
package struct ReferenceAddition: Hashable, Sendable {
    package var source: ReferenceSource
    package var target: Beacon

    package init(source: ReferenceSource, target: Beacon) {
        self.source = source
        self.target = target
    }
}

/// Why an object cannot refer to another.
package enum InvalidReference: Error, Hashable, Sendable {
    case unknownProperty(name: String, collection: String)
    case notAReference(property: String)
    /// The beacon names a collection that there is not.
    case unknownCollection(String)
    case missingTarget(ObjectID)
    /// The source has no tenant, and the target's collection has tenants.
    case tenantsOnlyAtTarget(collection: String)

    /// In words of no API.
    package var message: String {
        switch self {
        case .unknownProperty(let name, let collection):
            "collection \(collection) has no property '\(name.prefix(300))'"
        case .notAReference(let property): "property '\(property)' holds no references"
        case .unknownCollection(let name): "there is no collection \(name.prefix(300)) to refer to"
        case .missingTarget(let id): "there is no object \(id) to refer to"
        case .tenantsOnlyAtTarget(let collection):
            "collection \(collection) has tenants; only objects of a tenant can refer to its objects"
        }
    }
}

extension CollectionDefinition {
    /// The property called `name`, which has to hold references.
    ///
    /// - Throws: `DatabaseError.invalidReference`.
    package func referenceProperty(named name: String) throws(DatabaseError) -> PropertyDefinition {
        guard let property = property(named: PropertyName.normalized(name)) else {
            throw .invalidReference(.unknownProperty(name: name, collection: self.name))
        }
        guard case .reference = property.type else {
            throw .invalidReference(.notAReference(property: property.name))
        }
        return property
    }
}

extension PropertyDefinition {
    /// `beacon` with the class that it leaves out, where the property leads to one alone.
    package func completed(_ beacon: Beacon) -> Beacon {
        guard beacon.collection == nil, case .reference(let targets) = type, targets.count == 1 else { return beacon }
        return Beacon(host: beacon.host, collection: targets[0], id: beacon.id)
    }
}
