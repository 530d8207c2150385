// SPDX-License-Identifier: Apache-2.0

/// A type as it is used in one location.
package indirect enum TypeReference: Sendable {
    case named(NamedType)
    case list(TypeReference)
    case nonNull(TypeReference)

    /// The type inside of all lists and non-nulls.
    package var namedType: NamedType {
        switch self {
        case .named(let type): type
        case .list(let type), .nonNull(let type): type.namedType
        }
    }

    var isNonNull: Bool { if case .nonNull = self { true } else { false } }

    /// Without the outermost non-null.
    var nullable: TypeReference { if case .nonNull(let type) = self { type } else { self } }
}

extension TypeReference: CustomStringConvertible {
    package var description: String {
        switch self {
        case .named(let type): type.name
        case .list(let type): "[\(type)]"
        case .nonNull(let type): "\(type)!"
        }
    }
}

/// A type with a name.
package enum NamedType: Sendable {
    case scalar(ScalarType)
    case enumeration(EnumerationType)
    case input(InputObjectType)
    case object(ObjectType)
    case union(UnionType)

    package var name: String {
        switch self {
        case .scalar(let type): type.name
        case .enumeration(let type): type.name
        case .input(let type): type.name
        case .object(let type): type.name
        case .union(let type): type.name
        }
    }

    /// Whether variables and arguments can be of it.
    var isInput: Bool {
        switch self {
        case .scalar, .enumeration, .input: true
        case .object, .union: false
        }
    }

    /// Whether it has fields to select.
    var isComposite: Bool {
        switch self {
        case .object, .union: true
        case .scalar, .enumeration, .input: false
        }
    }
}

/// A type whose values have no parts.
package final class ScalarType: Sendable {
    /// Which values it takes.
    package enum Shape: Hashable, Sendable {
        /// 32 bits as a literal, as GraphQL's Int; 64 bits as a variable.
        case int
        case float
        case string
        case boolean
        /// A string or an integer.
        case id
        /// One value or a list of them; integers have 64 bits here.
        case oneOrMore(Element)
        /// Anything; whoever takes the argument looks at it.
        case any
    }

    package enum Element: Hashable, Sendable { case int, float, string, boolean }

    /// What a message says of a whole number that is too large.
    static let int64Range = "Whole numbers must be between \(Int64.min) and \(Int64.max)."

    package let name: String
    package let summary: String
    package let shape: Shape

    package init(name: String, summary: String = "", shape: Shape) {
        self.name = name
        self.summary = summary
        self.shape = shape
    }

    package static let int = ScalarType(
        name: "Int", summary: "A whole number, of 32 bits as a literal, else of 64.", shape: .int)
    package static let float = ScalarType(name: "Float", summary: "A number.", shape: .float)
    package static let string = ScalarType(name: "String", summary: "A text.", shape: .string)
    package static let boolean = ScalarType(name: "Boolean", summary: "True or false.", shape: .boolean)
    package static let id = ScalarType(name: "ID", summary: "An identifier.", shape: .id)
    static let standard = [int, float, string, boolean, id]
}

package final class EnumerationType: Sendable {
    package let name: String
    package let summary: String
    package let values: [String]

    package init(name: String, summary: String = "", values: [String]) {
        self.name = name
        self.summary = summary
        self.values = values
    }
}

/// An argument of a field, or a field of an input object.
package struct InputDefinition: Sendable {
    package var name: String
    package var summary: String
    package var type: TypeReference

    package init(_ name: String, _ type: TypeReference, summary: String = "") {
        self.name = name
        self.summary = summary
        self.type = type
    }
}

/// An object as an argument; its fields are made when they are first needed, so that types may contain themselves.
package final class InputObjectType: Sendable {
    package let name: String
    package let summary: String
    private let table: Lazy<[InputDefinition]>

    package init(name: String, summary: String = "", fields: @escaping @Sendable () -> [InputDefinition]) {
        self.name = name
        self.summary = summary
        table = Lazy(fields)
    }

    package var fields: [InputDefinition] { table.value }

    func field(named name: String) -> InputDefinition? { fields.first { $0.name == name } }
}

/// A field of an object; its arguments are made when they are first needed.
package final class FieldDefinition: Sendable {
    package let name: String
    package let summary: String
    package let type: TypeReference
    private let table: Lazy<[InputDefinition]>?

    package init(
        _ name: String, _ type: TypeReference, summary: String = "",
        arguments: (@Sendable () -> [InputDefinition])? = nil
    ) {
        self.name = name
        self.summary = summary
        self.type = type
        table = arguments.map { Lazy($0) }
    }

    package var arguments: [InputDefinition] { table?.value ?? [] }

    func argument(named name: String) -> InputDefinition? { arguments.first { $0.name == name } }
}

/// An object in an answer; its fields are made when they are first needed.
package final class ObjectType: Sendable {
    package struct Fields: Sendable {
        package let all: [FieldDefinition]
        private let byName: [String: FieldDefinition]

        init(_ all: [FieldDefinition]) {
            self.all = all
            byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }

        package subscript(name: String) -> FieldDefinition? { byName[name] }
    }

    package let name: String
    package let summary: String
    private let table: Lazy<Fields>

    package init(name: String, summary: String = "", fields: @escaping @Sendable () -> [FieldDefinition]) {
        self.name = name
        self.summary = summary
        table = Lazy { Fields(fields()) }
    }

    package var fields: Fields { table.value }
}

/// One of several object types.
package final class UnionType: Sendable {
    package let name: String
    package let summary: String
    private let table: Lazy<[ObjectType]>

    package init(name: String, summary: String = "", members: @escaping @Sendable () -> [ObjectType]) {
        self.name = name
        self.summary = summary
        table = Lazy(members)
    }

    package var members: [ObjectType] { table.value }
}

/// All that can be asked for: the type of the query and what is reachable from it.
package final class Schema: Sendable {
    package let query: ObjectType
    private let lookup: @Sendable (String) -> NamedType?
    private let table: Lazy<[String: NamedType]>

    /// - Parameter lookup: finds the types that fragments name without going through all types; may know only some.
    package init(query: ObjectType, lookup: @escaping @Sendable (String) -> NamedType? = { _ in nil }) {
        self.query = query
        self.lookup = lookup
        table = Lazy { Schema.reachableTypes(from: query) }
    }

    /// The type of this name.
    ///
    /// - Complexity: the first look-up of a name that is neither standard nor known to `lookup` goes through all types.
    package func type(named name: String) -> NamedType? {
        if let type = ScalarType.standard.first(where: { $0.name == name }) { return .scalar(type) }
        if name == query.name { return .object(query) }
        return lookup(name) ?? table.value[name]
    }

    /// Every type by its name.
    package var types: [String: NamedType] { table.value }

    private static func reachableTypes(from query: ObjectType) -> [String: NamedType] {
        var found: [String: NamedType] = [:]
        for scalar in ScalarType.standard { found[scalar.name] = .scalar(scalar) }
        var pending: [NamedType] = [.object(query), .object(Introspection.schemaType)]
        while let type = pending.popLast() {
            guard found[type.name] == nil else { continue }
            found[type.name] = type
            switch type {
            case .scalar, .enumeration: break
            case .input(let input): pending += input.fields.map(\.type.namedType)
            case .object(let object):
                for field in object.fields.all {
                    pending.append(field.type.namedType)
                    pending += field.arguments.map(\.type.namedType)
                }
            case .union(let union): pending += union.members.map { .object($0) }
            }
        }
        return found
    }
}
