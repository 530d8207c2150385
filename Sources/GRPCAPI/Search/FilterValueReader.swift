// SPDX-License-Identifier: Apache-2.0

import DataModel
import GRPCServer
import WeaviateMessages

/// Turns the value of a filter message into what a property of some type is compared with.
struct FilterValueReader {
    /// What the property holds; `nil` takes values as they are.
    let type: ScalarType?

    func value(_ value: Filters.TestValue) throws(GRPCStatus) -> FilterValue {
        switch value {
        case .valueText(let text): return try self.value(text)
        case .valueInt(let number):
            return type == .number ? .number(Double(number)) : .int(number)
        case .valueNumber(let number):
            return type == .int ? .int(try Self.whole(number)) : .number(number)
        case .valueBoolean(let value): return .boolean(value)
        case .valueTextArray(let list): return type == .date ? .dates(list.values) : .texts(list.values)
        case .valueIntArray(let list):
            return type == .number ? .numbers(list.values.map { Double($0) }) : .ints(list.values)
        case .valueNumberArray(let list):
            guard type == .int else { return .numbers(list.values) }
            var numbers: [Int64] = []
            for number in list.values { numbers.append(try Self.whole(number)) }
            return .ints(numbers)
        case .valueBooleanArray(let list): return .booleans(list.values)
        case .valueGeo(let range):
            guard range.distance >= 0 else {
                throw .refusal("value_geo: the distance is \(range.distance); it must be 0 or more meters")
            }
            return .geoRange(
                center: DataModel.GeoCoordinates(latitude: range.latitude, longitude: range.longitude),
                distanceInMeters: range.distance)
        }
    }

    /// Dates come as texts, and numbers may.
    private func value(_ text: String) throws(GRPCStatus) -> FilterValue {
        switch type {
        case .date: return .date(text)
        case .int:
            if let number = Int64(text) { return .int(number) }
            guard let number = Double(text) else {
                throw .refusal(
                    "expected an integer value, but could not parse string '\(text.prefix(100))' as int: invalid syntax"
                )
            }
            return .int(try Self.whole(number))
        case .number:
            guard let number = Double(text) else {
                throw .refusal(
                    "expected a number value, but could not parse string '\(text.prefix(100))' as float64: invalid syntax"
                )
            }
            return .number(number)
        default: return .text(text)
        }
    }

    private static func whole(_ number: Double) throws(GRPCStatus) -> Int64 {
        guard let whole = Int64(exactly: number) else {
            throw .refusal("expected an integer value, but \(number) is no whole number of 64 bits")
        }
        return whole
    }
}
