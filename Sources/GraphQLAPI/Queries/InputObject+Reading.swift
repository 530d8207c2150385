// SPDX-License-Identifier: Apache-2.0

import DataModel
import GraphQLLanguage

/// What arguments hold, once the type system has let them through.
extension InputObject {
    func string(_ name: String) -> String? {
        if case .string(let value)? = self[name] { value } else { nil }
    }

    /// An empty name is none.
    var tenant: String? { string("tenant").flatMap { $0.isEmpty ? nil : $0 } }

    func enumeration(_ name: String) -> String? {
        if case .enumeration(let value)? = self[name] { value } else { nil }
    }

    func integer(_ name: String) -> Int? {
        if case .int(let value)? = self[name] { Int(exactly: value) } else { nil }
    }

    func number(_ name: String) -> Double? { self[name]?.number }

    func object(_ name: String) -> InputObject? {
        if case .object(let value)? = self[name] { value } else { nil }
    }

    /// A list of strings; one alone counts as a list.
    func strings(_ name: String) -> [String]? {
        switch self[name] {
        case .string(let value)?: return [value]
        case .list(let values)?:
            return values.compactMap { if case .string(let value) = $0 { value } else { nil } }
        default: return nil
        }
    }
}

extension InputValue {
    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .float(let value): value
        default: nil
        }
    }

    /// A vector: the numbers of a list, rounded to float32; `nil` if there is anything else in it.
    var vector: [Float]? {
        switch self {
        case .numbers(let list): return list.values.map { Float($0) }
        case .list(let elements):
            let numbers = elements.compactMap(\.number)
            return numbers.count == elements.count ? numbers.map { Float($0) } : nil
        default: return nil
        }
    }

    /// A multi-vector: the lists of numbers in a list, all of one length; `nil` if there is anything else in it.
    var multiVector: MultiVector? {
        guard case .list(let elements) = self else { return nil }
        let rows = elements.compactMap(\.vector)
        return rows.count == elements.count ? MultiVector(rows: rows) : nil
    }
}
