// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GRPCServer
import WeaviateMessages

/// What a request asks of each object of a collection, worked out once for all of them.
struct ResultPlan: Sendable {
    /// A property that is not a reference, with the members that are shown of an object.
    struct Property: Sendable {
        let name: String
        let type: PropertyType
        /// Empty for what is no object.
        var members: [Property] = []

        /// The property as a whole.
        init(_ definition: PropertyDefinition) {
            name = definition.name
            type = definition.type
            members = definition.nestedProperties.map { Property($0) }
        }

        /// Only those members of an object that are asked for; unknown names are left out.
        init(_ definition: PropertyDefinition, _ request: ObjectPropertiesRequest) {
            name = definition.name
            type = definition.type
            members = definition.nestedProperties.compactMap { nested in
                if let inner = request.objectProperties.last(where: { $0.propName == nested.name }) {
                    return Property(nested, inner)
                }
                return request.primitiveProperties.contains(nested.name) ? Property(nested) : nil
            }
        }
    }

    /// A reference property, and what is asked of the objects of one collection that it leads to.
    struct Reference: Sendable {
        let name: String
        let target: ResultPlan
    }

    let collection: CollectionDefinition
    private(set) var properties: [Property] = []
    private(set) var references: [Reference] = []
    let metadata: MetadataPlan

    /// How deep references may be followed.
    private static let depthLimit = WhereLimits.references

    /// - Parameters:
    ///   - properties: `nil` for all but references and blobs.
    ///   - collections: the collection of a name, or of an alias.
    init(
        _ properties: PropertiesRequest?, _ metadata: MetadataRequest?, of collection: CollectionDefinition,
        collections: (String) -> CollectionDefinition?, depth: Int = 1
    ) throws(GRPCStatus) {
        self.collection = collection
        self.metadata = MetadataPlan(metadata, of: collection)
        guard let properties else {
            addAll()
            return
        }
        if properties.returnAllNonrefProperties { addAll() }
        for name in properties.nonRefProperties {
            let property = try Self.property(name, of: collection)
            guard !property.isReference else {
                throw .refusal("property '\(property.name)' holds references; ask for it among ref_properties")
            }
            add(Property(property))
        }
        for request in properties.objectProperties {
            add(Property(try Self.property(request.propName, of: collection), request))
        }
        guard properties.refProperties.isEmpty || depth <= Self.depthLimit else {
            throw .refusal("extract properties request: more than \(Self.depthLimit) references one after another")
        }
        for request in properties.refProperties {
            references.append(try Self.reference(request, of: collection, collections, depth: depth))
        }
    }

    /// All but references and blobs.
    private mutating func addAll() {
        for property in collection.properties where !property.isReference && !property.isBlob {
            add(Property(property))
        }
    }

    /// A property that is asked for twice is shown as it was asked for last.
    private mutating func add(_ property: Property) {
        if let place = properties.firstIndex(where: { $0.name == property.name }) {
            properties[place] = property
        } else {
            properties.append(property)
        }
    }

    /// Shows what hits are grouped by as well.
    mutating func showGroups(by name: String) {
        guard let property = collection.property(named: name), !property.isReference,
            !properties.contains(where: { $0.name == name })
        else { return }
        add(Property(property))
    }

    private static func property(
        _ name: String, of collection: CollectionDefinition
    ) throws(GRPCStatus) -> PropertyDefinition {
        guard let property = collection.property(named: PropertyName.normalized(name)) else {
            throw .refusal("extract properties request: " + noSuchProperty(name, in: collection.name))
        }
        return property
    }

    private static func reference(
        _ request: RefPropertiesRequest, of collection: CollectionDefinition,
        _ collections: (String) -> CollectionDefinition?, depth: Int
    ) throws(GRPCStatus) -> Reference {
        let property = try property(request.referenceProperty, of: collection)
        guard case .reference(let targets) = property.type else {
            throw .refusal("extract properties request: property '\(property.name)' holds no references")
        }
        let name = CollectionName.normalized(request.targetCollection)
        guard !name.isEmpty || targets.count == 1 else {
            throw .refusal(
                "extract properties request: multi target references from collection \(collection.name) and property "
                    + "\(property.name) with need an explicit linked collection. Available linked collections are "
                    + "[\(targets.joined(separator: " "))]")
        }
        guard let target = collections(name.isEmpty ? targets[0] : name) else {
            throw .refusal("extract properties request: could not find class \(name.prefix(300)) in schema")
        }
        return Reference(
            name: property.name,
            target: try ResultPlan(
                request.properties, request.metadata, of: target, collections: collections, depth: depth + 1))
    }

    /// What has to be loaded of each object.
    var selection: Query.Selection {
        var selection = Query.Selection(
            properties: Set(properties.map(\.name) + references.map(\.name)), includesVectors: metadata.needsVectors)
        selection.needsScoreExplanation = metadata.request.explainScore
        return selection
    }
}

/// What a request asks of each object beside its properties.
struct MetadataPlan: Sendable {
    let request: MetadataRequest
    /// Whether the unnamed vector is shown.
    let showsUnnamedVector: Bool
    /// Names of the vectors that are shown, in order.
    let vectorNames: [String]

    var needsVectors: Bool { showsUnnamedVector || !vectorNames.isEmpty }

    init(_ request: MetadataRequest?, of collection: CollectionDefinition) {
        self.request = request ?? MetadataRequest()
        showsUnnamedVector = self.request.vector && collection.vector(named: nil) != nil
        let names = collection.vectors.compactMap(\.name)
        // Names that there are not are passed over.
        vectorNames =
            self.request.vectors.isEmpty
            ? (self.request.vector ? names : []) : self.request.vectors.filter(names.contains)
    }
}

extension PropertyDefinition {
    fileprivate var isReference: Bool { if case .reference = type { true } else { false } }

    fileprivate var isBlob: Bool { type == .scalar(.blob) || type == .scalar(.blobHash) }
}
