// SPDX-License-Identifier: Apache-2.0

import DataModel

/// One clause of a `where` filter, as an API's syntax has it. `Filter.init(where:)` knows what it means.
package protocol WhereClauseSyntax {
    /// Whether a path or a value beside operands is overlooked rather than refused.
    static var overlooksValuesBesideOperands: Bool { get }
    /// As it is written; empty where there is none.
    var operatorName: String { get }
    /// Empty where there is none.
    var path: [String] { get }
    /// `nil` where there are none; a `null` among them is `nil`.
    var operands: [Self?]? { get }
    /// The value fields that are set, in the order in which messages list them.
    var valueNames: [String] { get }

    /// The value of the only field that is set.
    func value() throws(WhereFault) -> FilterValue
}

extension Filter {
    /// The filter that `clause` stands for. Whether its names, types and values fit a collection is the database's to say.
    ///
    /// - Complexity: linear in the clause; recursive to `WhereLimits.depth`.
    package init(where clause: some WhereClauseSyntax) throws(WhereFault) {
        try self.init(clause, depth: 1)
    }

    private init(_ clause: some WhereClauseSyntax, depth: Int) throws(WhereFault) {
        guard depth <= WhereLimits.depth else { throw .tooDeep }
        guard let whereOperator = WhereOperator(rawValue: clause.operatorName) else {
            throw .unknownOperator(clause.operatorName)
        }
        switch whereOperator {
        case .and: self = .and(try Self.operands(of: clause, whereOperator, depth: depth))
        case .or: self = .or(try Self.operands(of: clause, whereOperator, depth: depth))
        case .not:
            let operands = try Self.operands(of: clause, whereOperator, depth: depth)
            guard operands.count == 1, let operand = operands.first else {
                throw .tooManyOperands(whereOperator, count: operands.count)
            }
            self = .not(operand)
        default:
            guard let comparison = whereOperator.comparison else { throw .unknownOperator(clause.operatorName) }
            self = .condition(try FilterCondition(clause, whereOperator, comparison))
        }
    }

    private static func operands<Clause: WhereClauseSyntax>(
        of clause: Clause, _ whereOperator: WhereOperator, depth: Int
    ) throws(WhereFault) -> [Filter] {
        guard let operands = clause.operands, !operands.isEmpty else { throw .noOperands(whereOperator) }
        guard Clause.overlooksValuesBesideOperands || clause.path.isEmpty && clause.valueNames.isEmpty else {
            throw .valueBesideOperands(whereOperator)
        }
        var filters: [Filter] = []
        for operand in operands {
            guard let operand else { throw .nullOperand(whereOperator) }
            filters.append(try Filter(operand, depth: depth + 1))
        }
        return filters
    }
}

extension FilterCondition {
    fileprivate init(
        _ clause: some WhereClauseSyntax, _ whereOperator: WhereOperator, _ comparison: FilterComparison
    ) throws(WhereFault) {
        let names = clause.valueNames
        guard !names.isEmpty else { throw .noValue(whereOperator) }
        guard names.count == 1 else { throw .severalValues(names) }
        let value = try clause.value()
        if case .geoRange(_, let distance) = value, distance < 0 { throw .negativeDistance }
        self.init(path: try FilterPath(clause.path), comparison: comparison, value: value)
    }
}

extension FilterPath {
    /// `["property"]`, or `["reference", "Class", …, "property"]`.
    package init(_ elements: [String]) throws(WhereFault) {
        guard let last = elements.last else { throw .emptyPath }
        guard elements.count % 2 == 1 else {
            throw .pathWithoutProperty(reference: elements[elements.count - 2], count: elements.count)
        }
        guard elements.count <= 2 * WhereLimits.references + 1 else { throw .pathTooLong }
        var path = FilterPath(lastElement: last)
        for index in stride(from: elements.count - 3, through: 0, by: -2) {
            path = .through(property: elements[index], collection: elements[index + 1], rest: path)
        }
        self = path
    }

    private init(lastElement name: String) {
        switch ObjectField(named: name) {
        case .id?: self = .id
        case .creationTime?: self = .creationTime
        case .updateTime?: self = .updateTime
        case nil where name.hasPrefix("len(") && name.hasSuffix(")"):
            self = .length(of: String(name.dropFirst(4).dropLast()))
        case nil: self = .property(name)
        }
    }
}
