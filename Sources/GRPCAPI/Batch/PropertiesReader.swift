// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import GRPCServer
import JSON
import WeaviateMessages

/// What an object and an object within it have in common: their values, apart by kind.
private protocol ValueLists {
    var nonRefProperties: ProtobufStruct? { get }
    var numberArrayProperties: [NumberArrayProperties] { get }
    var intArrayProperties: [IntArrayProperties] { get }
    var textArrayProperties: [TextArrayProperties] { get }
    var booleanArrayProperties: [BooleanArrayProperties] { get }
    var objectProperties: [ObjectProperties] { get }
    var objectArrayProperties: [ObjectArrayProperties] { get }
    var emptyListProps: [String] { get }
}

extension BatchObject.Properties: ValueLists {}
extension ObjectPropertiesValue: ValueLists {}

/// Turns the properties of an object, which messages carry apart by their kind, into the values that REST's clients send.
///
/// Numbers of a `Struct` are float64, so a whole one is written without a point and is an int where the property is. Counts what it
/// makes in a `JSONTally`.
struct PropertiesReader {
    /// What the values consist of.
    private(set) var tally = JSONTally()
    private var members: [(String, JSONValue)] = []

    /// In bytes, from which length on a `String` does not hold its text within itself.
    private static let shortestLongText = 16

    // MARK: Objects

    /// - Parameter collection: `nil` where there is none yet; then references cannot be read.
    mutating func read(
        _ message: BatchObject.Properties, of collection: CollectionDefinition?
    ) throws(GRPCStatus) -> JSONObject {
        try addValues(of: message)
        for references in message.singleTargetRefProps {
            let targets = try Self.targets(of: references.propName, in: collection)
            guard targets.count == 1 else {
                throw .refusal(
                    "property '\(references.propName.prefix(300))' leads to several classes; send its references with the class "
                        + "they lead to, as multi_target_ref_props")
            }
            try add(references.propName, references.uuids, in: targets[0])
        }
        for references in message.multiTargetRefProps {
            let targets = try Self.targets(of: references.propName, in: collection)
            let name = CollectionName.normalized(references.targetCollection)
            guard targets.contains(name) else {
                throw .refusal(
                    "property '\(references.propName.prefix(300))' does not lead to class '\(name.prefix(300))', but to "
                        + "[\(targets.joined(separator: " "))]")
            }
            guard targets.count > 1 else {
                throw .refusal(
                    "property '\(references.propName.prefix(300))' leads to one class; send its references as "
                        + "single_target_ref_props")
            }
            try add(references.propName, references.uuids, in: name)
        }
        return JSONObject(members)
    }

    private mutating func object(_ message: ObjectPropertiesValue) throws(GRPCStatus) -> JSONObject {
        let outer = members
        members = []
        defer { members = outer }
        try addValues(of: message)
        tally.containers += 1
        return JSONObject(members)
    }

    // MARK: Members

    private mutating func addValues(of message: some ValueLists) throws(GRPCStatus) {
        try add(message.nonRefProperties)
        for list in message.numberArrayProperties { try add(list) }
        for list in message.intArrayProperties { add(list) }
        for list in message.textArrayProperties { add(list) }
        for list in message.booleanArrayProperties { add(list) }
        for object in message.objectProperties { try add(object) }
        for list in message.objectArrayProperties { try add(list) }
        for name in message.emptyListProps { add(name, []) }
    }

    private mutating func add(_ name: String, _ value: JSONValue) {
        tally.members += 1
        tally.textBytes += name.utf8.count
        members.append((name, value))
    }

    private mutating func add(_ name: String, _ elements: [JSONValue]) {
        tally.containers += 1
        add(name, .array(elements))
    }

    private mutating func add(_ message: ProtobufStruct?) throws(GRPCStatus) {
        for field in message?.fields ?? [] { add(field.key, try value(field.value, of: field.key)) }
    }

    private mutating func add(_ list: NumberArrayProperties) throws(GRPCStatus) {
        let numbers =
            list.valuesBytes.isEmpty
            ? list.values : try NumberBytes.doubles(list.valuesBytes, of: "property '\(list.propName.prefix(300))'")
        var elements: [JSONValue] = []
        elements.reserveCapacity(numbers.count)
        for number in numbers { elements.append(try value(number, of: list.propName)) }
        add(list.propName, elements)
    }

    private mutating func add(_ list: IntArrayProperties) {
        tally.scalars += list.values.count
        add(list.propName, list.values.map { .number(JSONNumber(Int($0))) })
    }

    private mutating func add(_ list: TextArrayProperties) {
        var elements: [JSONValue] = []
        elements.reserveCapacity(list.values.count)
        for text in list.values { elements.append(value(text)) }
        add(list.propName, elements)
    }

    private mutating func add(_ list: BooleanArrayProperties) {
        tally.scalars += list.values.count
        add(list.propName, list.values.map { .boolean($0) })
    }

    private mutating func add(_ message: ObjectProperties) throws(GRPCStatus) {
        add(message.propName, .object(try object(message.value ?? ObjectPropertiesValue())))
    }

    private mutating func add(_ list: ObjectArrayProperties) throws(GRPCStatus) {
        var elements: [JSONValue] = []
        elements.reserveCapacity(list.values.count)
        for value in list.values { elements.append(.object(try object(value))) }
        add(list.propName, elements)
    }

    // MARK: References

    private static func targets(
        of name: String, in collection: CollectionDefinition?
    ) throws(GRPCStatus) -> [String] {
        guard let collection else {
            throw .refusal(
                "reference property '\(name.prefix(300))' cannot be made by auto-schema from ids; create the class first"
            )
        }
        do throws(DatabaseError) {
            guard case .reference(let targets) = try collection.referenceProperty(named: name).type else { return [] }
            return targets
        } catch {
            throw .refusal(error.message)
        }
    }

    private mutating func add(_ name: String, _ ids: [String], in target: String) throws(GRPCStatus) {
        var elements: [JSONValue] = []
        elements.reserveCapacity(ids.count)
        for text in ids {
            guard let id = ObjectID(text) else {
                throw .refusal("reference property '\(name.prefix(300))': '\(text.prefix(100))' is not a valid uuid")
            }
            tally.containers += 1
            tally.members += 1
            elements.append(.object(["beacon": value("weaviate://localhost/\(target)/\(id)")]))
        }
        // The references to several classes come one class after the other.
        if let place = members.firstIndex(where: { $0.0 == name }), case .array(let others) = members[place].1 {
            members[place].1 = .array(Array(others) + elements)
        } else {
            add(name, elements)
        }
    }

    // MARK: Values

    private mutating func value(_ message: ProtobufValue, of name: String) throws(GRPCStatus) -> JSONValue {
        switch message.kind {
        case .nullValue?:
            tally.scalars += 1
            return .null
        case .numberValue(let number)?: return try value(number, of: name)
        case .stringValue(let text)?: return value(text)
        case .boolValue(let value)?:
            tally.scalars += 1
            return .boolean(value)
        case .structValue(let message)?:
            tally.containers += 1
            var object: [(String, JSONValue)] = []
            object.reserveCapacity(message.fields.count)
            for field in message.fields {
                tally.members += 1
                tally.textBytes += field.key.utf8.count
                object.append((field.key, try value(field.value, of: field.key)))
            }
            return .object(JSONObject(object))
        case .listValue(let message)?:
            tally.containers += 1
            var elements: [JSONValue] = []
            elements.reserveCapacity(message.values.count)
            for element in message.values { elements.append(try value(element, of: name)) }
            return .array(elements)
        case nil: throw .refusal("property '\(name.prefix(300))' has a value of no kind")
        }
    }

    private mutating func value(_ text: String) -> JSONValue {
        tally.texts += 1
        tally.textBytes += text.utf8.count
        if text.utf8.count >= Self.shortestLongText { tally.longTexts += 1 }
        return .string(text)
    }

    private mutating func value(_ number: Double, of name: String) throws(GRPCStatus) -> JSONValue {
        guard number.isFinite else {
            throw .refusal("property '\(name.prefix(300))' is \(number); only finite numbers are stored")
        }
        tally.scalars += 1
        // Whole numbers of up to 15 digits are exact, and their digits are cheap.
        if number.magnitude < 1e15, let whole = Int(exactly: number), whole != 0 || number.sign == .plus {
            return .number(JSONNumber(whole))
        }
        return .number(JSONNumber(number))
    }
}
