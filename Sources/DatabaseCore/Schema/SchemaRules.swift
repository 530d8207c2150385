// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Which definitions are allowed and how they may change. Pure: the database calls it and stores what it returns.
package struct SchemaRules: Sendable {
    package let settings: DatabaseSettings

    package init(settings: DatabaseSettings) { self.settings = settings }

    /// A new collection as it is to be stored: names in their normal form, properties and vectors numbered.
    ///
    /// - Parameter others: the names of all collections there are.
    /// - Throws: `DatabaseError.invalidDefinition`, `.collectionExists`, `.similarCollectionExists`, `.unsupported`.
    package func created(
        _ definition: CollectionDefinition, among others: CollectionNames
    ) throws(DatabaseError) -> CollectionDefinition {
        var created = definition
        created.name = CollectionName.normalized(definition.name)
        created.properties = []
        created.nextPropertyNumber = 0
        created.nextVectorNumber = 0
        try checkName(created.name, among: others)
        created = try PropertyRules(collection: created.name, others: others).adding(definition.properties, to: created)
        try VectorDefinitionRules(settings: settings).checkNew(created.vectors)
        try checkHashedPictures(of: created)
        created.vectors = try numbered(created.vectors, from: &created.nextVectorNumber)
        try checkMultiTenancy(created.multiTenancy)
        try checkReplication(created.replication)
        try InvertedIndexRules.check(created.invertedIndex)
        if let ttl = created.objectTTL { created.objectTTL = try ttl.checked(for: created) }
        try checkImageURLProperty(of: created)
        return created
    }

    /// The property with the address of the original picture is a text of the class.
    func checkImageURLProperty(of definition: CollectionDefinition) throws(DatabaseError) {
        guard let name = definition.imageURLProperty else { return }
        guard let property = definition.property(named: name) else {
            throw .invalidDefinition("imageUrlProperty: class \(definition.name) has no property '\(name.prefix(300))'")
        }
        guard property.type == .scalar(.text) else {
            throw .invalidDefinition("imageUrlProperty: property '\(name)' must be text")
        }
    }

    /// `existing` with `property`, numbered, as its last property.
    ///
    /// - Parameter others: the names of all collections there are.
    /// - Throws: `DatabaseError.invalidDefinition`.
    package func adding(
        _ property: PropertyDefinition, to existing: CollectionDefinition, among others: CollectionNames
    ) throws(DatabaseError) -> CollectionDefinition {
        try adding([property], to: existing, among: others)
    }

    /// `existing` with `properties`, numbered, as its last ones.
    func adding(
        _ properties: [PropertyDefinition], to existing: CollectionDefinition, among others: CollectionNames
    ) throws(DatabaseError) -> CollectionDefinition {
        let extended = try PropertyRules(collection: existing.name, others: others).adding(properties, to: existing)
        try checkHashedPictures(of: extended)
        return extended
    }

    /// A vector is made of one picture of which only the hash is stored, or of any number of others: it could not be made
    /// again when one of several changes.
    func checkHashedPictures(of definition: CollectionDefinition) throws(DatabaseError) {
        for vector in definition.vectors {
            guard case .image(let fields) = vector.vectorizer, Set(fields).count > 1,
                let property = vector.hashedPicture(in: definition)
            else { continue }
            let place = vector.name.map { "target vector \"\($0)\": " } ?? ""
            throw .invalidDefinition(
                "\(place)blobHash property cannot be combined with other vectorizable fields: '\(property)' must be the only "
                    + "one of imageFields")
        }
    }

    private func checkName(_ name: String, among others: CollectionNames) throws(DatabaseError) {
        guard CollectionName.isValid(name) else {
            throw .invalidDefinition("'\(name.prefix(300))' is not a valid class name")
        }
        if let taken = others.similar(name) {
            throw taken == name ? .collectionExists(name) : .similarCollectionExists(existing: taken)
        }
    }

    func numbered(
        _ vectors: [VectorDefinition], from next: inout UInt16
    ) throws(DatabaseError) -> [VectorDefinition] {
        var numbered = vectors.sorted { ($0.name ?? "") < ($1.name ?? "") }
        for position in numbered.indices {
            guard next < UInt16.max else {
                throw .invalidDefinition("a class can have at most 65535 vectors in its life")
            }
            numbered[position].id = VectorID(next)
            next += 1
        }
        return numbered
    }

    func checkMultiTenancy(_ multiTenancy: MultiTenancyDefinition) throws(DatabaseError) {
        guard !multiTenancy.isEnabled else { return }
        if multiTenancy.autoTenantCreation {
            throw .invalidDefinition("can't enable autoTenantCreation on a non-multi-tenant class")
        }
        if multiTenancy.autoTenantActivation {
            throw .invalidDefinition("can't enable autoTenantActivation on a non-multi-tenant class")
        }
    }

    func checkReplication(_ replication: ReplicationDefinition) throws(DatabaseError) {
        guard replication.factor <= 1 else {
            throw .invalidDefinition(
                "could not find enough weaviate nodes for replication: 1 available, \(replication.factor) requested")
        }
    }
}
