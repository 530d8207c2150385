// SPDX-License-Identifier: Apache-2.0

/// Why a `where` filter says nothing clear, whatever it is asked of.
package enum WhereFault: Error, Hashable, Sendable {
    case unknownOperator(String)
    /// `And`, `Or` or `Not` of nothing.
    case noOperands(WhereOperator)
    case nullOperand(WhereOperator)
    /// `Not` of several.
    case tooManyOperands(WhereOperator, count: Int)
    /// A path or a value beside operands.
    case valueBesideOperands(WhereOperator)
    case noValue(WhereOperator)
    case severalValues([String])
    /// The field holds something that is not of its type.
    case valueOfAnotherType(String)
    case notAWholeNumber(String)
    case incompleteGeoRange
    case negativeDistance
    case emptyPath
    /// The path ends at a collection; `reference` is the property that leads there.
    case pathWithoutProperty(reference: String, count: Int)
    case pathTooLong
    case tooDeep

    /// What is wrong, in the words that the APIs share.
    package var message: String {
        switch self {
        case .unknownOperator(let name): "unrecognized operator: \(name)"
        case .noOperands(let name):
            "operator '\(name.rawValue)', but no operands set - add at least one operand"
        case .nullOperand(let name): "an operand of '\(name.rawValue)' is null"
        case .tooManyOperands(let name, let count):
            "too many children for operator \"\(name.rawValue)\". Expected 1, given \(count)"
        case .valueBesideOperands(let name): "operator '\(name.rawValue)' takes operands, no path and no value"
        case .noValue(let name): "got operator '\(name.rawValue)', but no value<Type> field set"
        case .severalValues(let names):
            "found more than one values the clause: '\(names.joined(separator: "', '"))'; give one of them"
        case .valueOfAnotherType(let name): "'\(name)' holds values of another type"
        case .notAWholeNumber(let literal): "\(literal.prefix(100)) is not a whole number"
        case .incompleteGeoRange:
            "valueGeoRange: needs geoCoordinates.latitude, geoCoordinates.longitude and distance.max"
        case .negativeDistance: "valueGeoRange: field 'distance.max' must be a positive number"
        case .emptyPath: "field 'path': must have at least one element"
        case .pathWithoutProperty(let reference, _):
            "field 'path': '\(reference.prefix(300))' and a class need the name of a property of that class behind them"
        case .pathTooLong: "field 'path': more than \(WhereLimits.references) references one after another"
        case .tooDeep: "operators nest deeper than \(WhereLimits.depth) levels"
        }
    }
}
