// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import GraphQLLanguage

/// The arguments of a collection's field under `Get` or `Aggregate`.
///
/// Every collection has argument types of its own, named after it, as clients see them in errors and by introspection.
struct ArgumentTypes: Sendable {
    enum Place: String, Sendable {
        case get = "GetObjects"
        case aggregate = "AggregateObjects"
    }

    private let collection: CollectionDefinition
    private let prefix: String

    init(_ collection: CollectionDefinition, place: Place) {
        self.collection = collection
        prefix = place.rawValue + collection.name
    }

    var get: [InputDefinition] {
        var arguments = [
            InputDefinition("where", whereType),
            InputDefinition("limit", Standard.int), InputDefinition("offset", Standard.int),
            InputDefinition("after", Standard.string), InputDefinition("autocut", Standard.int),
            InputDefinition("sort", .list(sortType)),
        ]
        arguments += searches
        arguments += [
            InputDefinition("bm25", input("HybridGetBM25InpObj", bm25Fields)),
            InputDefinition("group", input("GroupInpObj", groupFields)),
            InputDefinition("groupBy", input("GroupByInpObj", groupByFields)),
        ]
        if collection.multiTenancy.isEnabled { arguments.append(InputDefinition("tenant", Standard.string)) }
        if collection.replication.factor > 1 {
            arguments.append(
                InputDefinition(
                    "consistencyLevel", enumeration("ConsistencyLevelEnum", ["ONE", "QUORUM", "ALL"])))
        }
        return arguments
    }

    var aggregate: [InputDefinition] {
        var arguments = [
            InputDefinition("where", whereType), InputDefinition("limit", Standard.int),
            InputDefinition("groupBy", .list(Standard.string)), InputDefinition("objectLimit", Standard.int),
        ]
        arguments += searches
        if collection.multiTenancy.isEnabled { arguments.append(InputDefinition("tenant", Standard.string)) }
        return arguments
    }

    private var searches: [InputDefinition] {
        let near = NearTypes(prefix: prefix)
        var arguments = [
            InputDefinition("nearVector", near.vector), InputDefinition("nearObject", near.object),
            InputDefinition("hybrid", input("HybridInpObj", hybridFields)),
        ]
        if collection.vectorizesImages { arguments.append(InputDefinition("nearImage", near.image)) }
        return arguments
    }

    private func input(_ suffix: String, _ fields: @escaping @Sendable () -> [InputDefinition]) -> TypeReference {
        .named(.input(InputObjectType(name: prefix + suffix, fields: fields)))
    }

    private func enumeration(_ suffix: String, _ values: [String]) -> TypeReference {
        .named(.enumeration(EnumerationType(name: prefix + suffix, values: values)))
    }

    // MARK: where

    private var whereType: TypeReference {
        .named(.input(InputObjectType(name: "\(prefix)WhereInpObj", fields: whereFields)))
    }

    @Sendable private func whereFields() -> [InputDefinition] {
        let operands = InputObjectType(name: "\(prefix)WhereOperandsInpObj", fields: whereFields)
        return [
            InputDefinition(
                "operator", enumeration("WhereOperatorEnum", WhereOperator.allCases.map(\.rawValue))),
            InputDefinition("path", .list(Standard.string)),
            InputDefinition("operands", .list(.named(.input(operands)))),
        ] + WhereValueType.allCases.map { InputDefinition($0.rawValue, type(of: $0)) }
    }

    private func type(of value: WhereValueType) -> TypeReference {
        func scalar(_ name: String, _ element: GraphQLLanguage.ScalarType.Element) -> TypeReference {
            .named(.scalar(GraphQLLanguage.ScalarType(name: name + prefix, shape: .oneOrMore(element))))
        }
        switch value {
        case .int: return scalar("Int", .int)
        case .number: return scalar("Float", .float)
        case .boolean: return scalar("Boolean", .boolean)
        case .string: return scalar("String", .string)
        case .text: return scalar("Text", .string)
        case .date: return scalar("Date", .string)
        case .geoRange: return input("WhereGeoRangeInpObj", geoRangeFields)
        }
    }

    @Sendable private func geoRangeFields() -> [InputDefinition] {
        let coordinates = input("WhereGeoRangeGeoCoordinatesInpObj") {
            GeoField.allCases.map { InputDefinition($0.rawValue, .nonNull(Standard.float)) }
        }
        let distance = input("WhereGeoRangeDistanceInpObj") { [InputDefinition("max", .nonNull(Standard.float))] }
        return [
            InputDefinition("geoCoordinates", .nonNull(coordinates)), InputDefinition("distance", .nonNull(distance)),
        ]
    }

    // MARK: Other arguments

    private var sortType: TypeReference {
        input("SortInpObj") { [self] in
            [
                InputDefinition("path", .list(Standard.string)),
                InputDefinition("order", enumeration("SortInpObjTypeEnum", ["asc", "desc"])),
            ]
        }
    }

    @Sendable private func bm25Fields() -> [InputDefinition] {
        [
            InputDefinition("query", Standard.string), InputDefinition("properties", .list(Standard.string)),
            InputDefinition("searchOperator", searchOperator("BM25SearchOperator")),
        ]
    }

    private func searchOperator(_ name: String) -> TypeReference {
        input("\(name)InpObj") { [self] in
            [
                InputDefinition("operator", enumeration("\(name)Enum", ["And", "Or", "AndCross"])),
                InputDefinition("minimumOrTokensMatch", Standard.int),
            ]
        }
    }

    @Sendable private func hybridFields() -> [InputDefinition] {
        let near = NearTypes(prefix: "\(prefix)Hybrid")
        let searches = input("HybridSubSearchInpObj") { [InputDefinition("nearVector", near.vector)] }
        return [
            InputDefinition("query", Standard.string), InputDefinition("alpha", Standard.float),
            InputDefinition("maxVectorDistance", Standard.float),
            InputDefinition("vector", near.anything("VectorScalar")),
            InputDefinition("properties", .list(Standard.string)),
            InputDefinition("fusionType", enumeration("FusionEnum", ["rankedFusion", "relativeScoreFusion"])),
            InputDefinition("targetVectors", .list(Standard.string)), InputDefinition("targets", near.targets),
            InputDefinition("bm25SearchOperator", searchOperator("HybridBM25SearchOperator")),
            InputDefinition("searches", .list(searches)),
        ]
    }

    @Sendable private func groupFields() -> [InputDefinition] {
        [
            InputDefinition("type", enumeration("GroupTypeEnum", ["closest", "merge"])),
            InputDefinition("force", .nonNull(Standard.float)),
        ]
    }

    @Sendable private func groupByFields() -> [InputDefinition] {
        [
            InputDefinition("path", .nonNull(.list(Standard.string))),
            InputDefinition("groups", .nonNull(Standard.int)),
            InputDefinition("objectsPerGroup", .nonNull(Standard.int)),
        ]
    }
}

/// The arguments of searches by vector, wherever they stand.
struct NearTypes: Sendable {
    let prefix: String

    var vector: TypeReference {
        input("NearVectorInpObj") { [self] in
            [
                InputDefinition("vector", anything("NearVectorVectorScalar")),
                InputDefinition("vectorPerTarget", anything("NearVectorVectorPerTargetScalar")),
            ] + cutOffs
        }
    }

    var object: TypeReference {
        input("NearObjectInpObj") { [self] in
            [InputDefinition("id", Standard.string), InputDefinition("beacon", Standard.string)] + cutOffs
        }
    }

    /// Beside what Weaviate has: a part of the picture, or several pictures in its place.
    var image: TypeReference {
        input("NearImageInpObj") { [self] in
            let picture = input("NearImagePictureInpObj") { [self] in
                [
                    InputDefinition("image", Standard.string), InputDefinition("id", Standard.string),
                    InputDefinition("weight", Standard.float), InputDefinition("crop", crop),
                ]
            }
            return [
                InputDefinition("image", Standard.string), InputDefinition("crop", crop),
                InputDefinition("images", .list(picture)),
            ] + cutOffs
        }
    }

    private var crop: TypeReference {
        input("NearImageCropInpObj") {
            ["x", "y", "width", "height"].map { InputDefinition($0, .nonNull(Standard.float)) }
        }
    }

    private var cutOffs: [InputDefinition] {
        [
            InputDefinition("certainty", Standard.float), InputDefinition("distance", Standard.float),
            InputDefinition("targetVectors", .list(Standard.string)), InputDefinition("targets", targets),
        ]
    }

    var targets: TypeReference {
        input("TargetsInpObj") { [self] in
            let method = EnumerationType(
                name: "\(prefix)TargetCombinationEnum",
                values: ["minimum", "average", "sum", "manualWeights", "relativeScore"])
            return [
                InputDefinition("targetVectors", .list(Standard.string)),
                InputDefinition("combinationMethod", .named(.enumeration(method))),
                InputDefinition("weights", anything("WeightsScalar")),
            ]
        }
    }

    func anything(_ suffix: String) -> TypeReference {
        .named(.scalar(GraphQLLanguage.ScalarType(name: prefix + suffix, shape: .any)))
    }

    private func input(_ suffix: String, _ fields: @escaping @Sendable () -> [InputDefinition]) -> TypeReference {
        .named(.input(InputObjectType(name: prefix + suffix, fields: fields)))
    }
}

/// The field `Explore`: a search over all collections.
enum ExploreTypes {
    static func field(hasImages: Bool) -> FieldDefinition {
        let result = ObjectType(name: "ExploreObj") {
            [
                FieldDefinition("className", Standard.string), FieldDefinition("beacon", Standard.string),
                FieldDefinition("distance", Standard.float), FieldDefinition("certainty", Standard.float),
            ]
        }
        return FieldDefinition(WireNames.explore, .list(.named(.object(result)))) {
            let near = NearTypes(prefix: "Explore")
            var arguments = [
                InputDefinition("limit", Standard.int), InputDefinition("offset", Standard.int),
                InputDefinition("nearVector", near.vector), InputDefinition("nearObject", near.object),
            ]
            if hasImages { arguments.append(InputDefinition("nearImage", near.image)) }
            return arguments
        }
    }
}
