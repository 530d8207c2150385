// SPDX-License-Identifier: Apache-2.0

/// The types through which a schema tells about itself (GraphQL, October 2021, section 4).
package enum Introspection {
    package static let schemaField: FieldDefinition = FieldDefinition("__schema", .nonNull(.named(.object(schemaType))))
    package static let typeField: FieldDefinition = FieldDefinition("__type", .named(.object(typeType))) {
        [InputDefinition("name", .nonNull(string))]
    }
    package static let typenameField: FieldDefinition = FieldDefinition("__typename", .nonNull(string))

    static let string = TypeReference.named(.scalar(.string))
    static let boolean = TypeReference.named(.scalar(.boolean))

    package static let schemaType: ObjectType = ObjectType(name: "__Schema") {
        [
            FieldDefinition("types", .nonNull(.list(.nonNull(.named(.object(typeType)))))),
            FieldDefinition("queryType", .nonNull(.named(.object(typeType)))),
            FieldDefinition("mutationType", .named(.object(typeType))),
            FieldDefinition("subscriptionType", .named(.object(typeType))),
            FieldDefinition("directives", .nonNull(.list(.nonNull(.named(.object(directiveType)))))),
        ]
    }

    package static let typeType: ObjectType = ObjectType(name: "__Type") {
        let includeDeprecated: @Sendable () -> [InputDefinition] = { [InputDefinition("includeDeprecated", boolean)] }
        return [
            FieldDefinition("kind", .nonNull(.named(.enumeration(typeKind)))),
            FieldDefinition("name", string),
            FieldDefinition("description", string),
            FieldDefinition("fields", .list(.nonNull(.named(.object(fieldType)))), arguments: includeDeprecated),
            FieldDefinition("interfaces", .list(.nonNull(.named(.object(typeType))))),
            FieldDefinition("possibleTypes", .list(.nonNull(.named(.object(typeType))))),
            FieldDefinition(
                "enumValues", .list(.nonNull(.named(.object(enumValueType)))), arguments: includeDeprecated),
            FieldDefinition("inputFields", .list(.nonNull(.named(.object(inputValueType))))),
            FieldDefinition("ofType", .named(.object(typeType))),
            FieldDefinition("specifiedByURL", string),
        ]
    }

    package static let fieldType: ObjectType = ObjectType(name: "__Field") {
        [
            FieldDefinition("name", .nonNull(string)),
            FieldDefinition("description", string),
            FieldDefinition("args", .nonNull(.list(.nonNull(.named(.object(inputValueType)))))),
            FieldDefinition("type", .nonNull(.named(.object(typeType)))),
            FieldDefinition("isDeprecated", .nonNull(boolean)),
            FieldDefinition("deprecationReason", string),
        ]
    }

    package static let inputValueType: ObjectType = ObjectType(name: "__InputValue") {
        [
            FieldDefinition("name", .nonNull(string)),
            FieldDefinition("description", string),
            FieldDefinition("type", .nonNull(.named(.object(typeType)))),
            FieldDefinition("defaultValue", string),
        ]
    }

    package static let enumValueType: ObjectType = ObjectType(name: "__EnumValue") {
        [
            FieldDefinition("name", .nonNull(string)),
            FieldDefinition("description", string),
            FieldDefinition("isDeprecated", .nonNull(boolean)),
            FieldDefinition("deprecationReason", string),
        ]
    }

    package static let directiveType: ObjectType = ObjectType(name: "__Directive") {
        [
            FieldDefinition("name", .nonNull(string)),
            FieldDefinition("description", string),
            FieldDefinition("locations", .nonNull(.list(.nonNull(.named(.enumeration(directiveLocation)))))),
            FieldDefinition("args", .nonNull(.list(.nonNull(.named(.object(inputValueType)))))),
            FieldDefinition("onOperation", .nonNull(boolean)),
            FieldDefinition("onFragment", .nonNull(boolean)),
            FieldDefinition("onField", .nonNull(boolean)),
        ]
    }

    static let typeKind: EnumerationType = EnumerationType(
        name: "__TypeKind",
        values: ["SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "LIST", "NON_NULL"])

    static let directiveLocation: EnumerationType = EnumerationType(
        name: "__DirectiveLocation",
        values: [
            "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT",
        ])
}
