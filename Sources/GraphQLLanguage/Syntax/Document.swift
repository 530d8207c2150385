// SPDX-License-Identifier: Apache-2.0

/// A request as its text says it: operations and fragments (GraphQL, October 2021, section 2).
///
/// Offsets are bytes of `source`. Nothing here has been checked against types.
package struct Document: Sendable {
    package enum Definition: Sendable {
        case operation(Operation)
        case fragment(Fragment)
    }

    package var source: SourceText
    package var definitions: [Definition]
    /// Fields, arguments, values and the like: what the document takes in memory goes by it.
    package var nodeCount: Int

    package var operations: [Operation] {
        definitions.compactMap { if case .operation(let operation) = $0 { operation } else { nil } }
    }

    package var fragments: [Fragment] {
        definitions.compactMap { if case .fragment(let fragment) = $0 { fragment } else { nil } }
    }
}

/// A word with its location.
package struct Name: Sendable {
    package var text: String
    package var offset: Int
}

package struct Operation: Sendable {
    package enum Kind: String, Sendable { case query, mutation, subscription }

    package var kind: Kind
    package var name: Name?
    package var variables: [VariableDefinition]
    package var directives: [Directive]
    package var selections: SelectionSet
    package var offset: Int
}

package struct Fragment: Sendable {
    package var name: Name
    package var typeCondition: Name
    package var directives: [Directive]
    package var selections: SelectionSet
    package var offset: Int
}

package struct VariableDefinition: Sendable {
    /// Without the dollar sign.
    package var name: Name
    package var type: TypeSyntax
    package var defaultValue: Value?
    package var offset: Int
}

/// A type as it is written: `[Float!]!`.
package indirect enum TypeSyntax: Sendable, CustomStringConvertible {
    case named(Name)
    case list(TypeSyntax)
    case nonNull(TypeSyntax)

    package var description: String {
        switch self {
        case .named(let name): name.text
        case .list(let element): "[\(element)]"
        case .nonNull(let type): "\(type)!"
        }
    }

    /// The name inside of all lists and exclamation marks.
    package var innermostName: Name {
        switch self {
        case .named(let name): name
        case .list(let type), .nonNull(let type): type.innermostName
        }
    }
}

package struct SelectionSet: Sendable {
    package var selections: [Selection]
    /// Of the opening brace.
    package var offset: Int
}

package indirect enum Selection: Sendable {
    case field(Field)
    case spread(FragmentSpread)
    case inline(InlineFragment)
}

package struct Field: Sendable {
    package var alias: Name?
    package var name: Name
    package var arguments: [Argument]
    package var directives: [Directive]
    package var selections: SelectionSet?
    package var offset: Int

    /// The key of the answer.
    package var responseKey: String { alias?.text ?? name.text }
}

package struct FragmentSpread: Sendable {
    package var name: Name
    package var directives: [Directive]
    package var offset: Int
}

package struct InlineFragment: Sendable {
    package var typeCondition: Name?
    package var directives: [Directive]
    package var selections: SelectionSet
    package var offset: Int
}

package struct Directive: Sendable {
    package var name: Name
    package var arguments: [Argument]
    package var offset: Int
}

package struct Argument: Sendable {
    package var name: Name
    package var value: Value
    package var offset: Int
}

/// A literal or a variable. Texts and single numbers stay in the source until they are asked for.
package struct Value: Sendable {
    package indirect enum Kind: Sendable {
        case variable(String)
        case int
        case float
        case string(StringLiteral)
        case boolean(Bool)
        case enumeration(String)
        case list([Value])
        /// A list of at least one number and nothing else.
        case numbers(NumberList)
        case object([ObjectField])
    }

    package var kind: Kind
    /// Its text in the source.
    package var range: Range<Int>

    package var offset: Int { range.lowerBound }
}

package struct ObjectField: Sendable {
    package var name: Name
    package var value: Value
}

/// Where the contents of a string lie.
package struct StringLiteral: Sendable {
    /// Without the quotation marks.
    package var contents: Range<Int>
    package var hasEscapes: Bool
    package var isBlock: Bool
}

/// The numbers of a list, rounded to the nearest float64.
package struct NumberList: Hashable, Sendable {
    package var values: [Double]
    /// Every one was written without point and exponent, and is below 10¹⁵, so that `values` holds it exactly.
    package var isIntegral: Bool

    package init(_ values: [Double], isIntegral: Bool) {
        self.values = values
        self.isIntegral = isIntegral
    }
}
