// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON

/// Finds out from objects which collections and properties are missing, and what they have to be.
package struct AutoSchema: Sendable {
    private let rules: SchemaRules

    package init(rules: SchemaRules) { self.rules = rules }

    /// The definition that `object` needs: `existing` with the properties (and members of nested objects) that are
    /// missing, or a new collection where `existing` is `nil`. `nil` when nothing is missing.
    ///
    /// - Parameters:
    ///   - existing: the collection of the object's class.
    ///   - others: the names of all collections.
    ///   - time: for the descriptions, in seconds since 1970.
    /// - Throws: `DatabaseError.invalidObject` where no type fits a value, `.invalidDefinition` where a name is not
    ///   allowed.
    package func definition(
        for object: ObjectInput, extending existing: CollectionDefinition?, among others: CollectionNames,
        time: Int64
    ) throws(DatabaseError) -> CollectionDefinition? {
        let inference = TypeInference(
            time: time, number: rules.settings.autoSchemaNumber, tokenization: rules.settings.autoSchemaTokenization)
        let members = (object.properties?.members ?? []).filter { $0.value != .null }
        guard let existing else {
            return try newCollection(for: object.collection, members: members, inference: inference, among: others)
        }
        var extended = existing
        var isChanged = false
        var added: [PropertyDefinition] = []
        let indices = Dictionary(
            existing.properties.indices.map { (existing.properties[$0].name, $0) },
            uniquingKeysWith: { first, _ in first })
        for member in members {
            let name = PropertyName.normalized(member.name)
            guard let index = indices[name] else {
                try checkCount(existing.properties.count + added.count, of: existing.name)
                added.append(try property(name, for: member.value, of: existing.name, inference: inference))
                continue
            }
            guard let nested = try inference.extendedMembers(of: extended.properties[index], toFit: member.value)
            else { continue }
            extended.properties[index].nestedProperties = nested
            try PropertyRules.checkNesting(of: extended.properties[index])
            isChanged = true
        }
        if !added.isEmpty { return try rules.adding(added, to: extended, among: others) }
        return isChanged ? extended : nil
    }

    private func newCollection(
        for name: String, members: [JSONObject.Member], inference: TypeInference, among others: CollectionNames
    ) throws(DatabaseError) -> CollectionDefinition {
        let vector = VectorDefinition(
            vectorizer: rules.settings.defaultVectorizer == Vectorizer.imageModule ? .image(fields: []) : .none,
            index: VectorIndexDefinition(
                kind: rules.settings.defaultIndexKind, metricName: rules.settings.defaultMetric))
        var definition = CollectionDefinition(
            name: name, description: inference.description(of: "property"), vectors: [vector])
        definition.showsEmptyProperties = true
        for member in members {
            try checkCount(definition.properties.count, of: name)
            definition.properties.append(
                try property(member.name, for: member.value, of: name, inference: inference))
        }
        return try rules.created(definition, among: others)
    }

    /// Whether a collection of so many properties may get another one without being asked.
    private func checkCount(_ count: Int, of collection: String) throws(DatabaseError) {
        guard count < TypeInference.greatestMemberCount else {
            throw .invalidObject(
                "class '\(collection)' would have more than \(TypeInference.greatestMemberCount) properties; define those that "
                    + "are meant in the schema")
        }
    }

    private func property(
        _ name: String, for value: JSONValue, of collection: String, inference: TypeInference
    ) throws(DatabaseError) -> PropertyDefinition {
        do {
            return try inference.property(name, for: value)
        } catch {
            throw .invalidObject("property '\(name)' on class '\(collection)': \(error.reason)")
        }
    }
}
