// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Protobuf
import WeaviateMessages

/// The values of an object's properties as messages.
enum ValueMessages {
    /// Those of `plans`; a property that is not stored is null.
    static func properties(_ values: [String: PropertyValue], _ plans: [ResultPlan.Property]) -> Properties {
        var message = Properties()
        message.fields.reserveCapacity(plans.count)
        for plan in plans {
            message.add(plan.name, values[plan.name].map { value($0, plan) } ?? .nullValue(.nullValue))
        }
        return message
    }

    /// The members of an object; those that are not stored are left out.
    private static func members(_ values: [String: PropertyValue], _ plans: [ResultPlan.Property]) -> Properties {
        var message = Properties()
        for plan in plans {
            if let value = values[plan.name] { message.add(plan.name, self.value(value, plan)) }
        }
        return message
    }

    private static func value(_ value: PropertyValue, _ plan: ResultPlan.Property) -> Value.Kind {
        switch value {
        case .text(let text): return .textValue(text)
        case .int(let number): return .intValue(number)
        case .number(let number): return .numberValue(number)
        case .boolean(let value): return .boolValue(value)
        case .date(let text): return .dateValue(text)
        case .uuid(let id): return .uuidValue(id.description)
        case .blob(let blob):
            return .blobValue(blob.originalText ?? String(decoding: Base64.encoded(blob.bytes.span), as: UTF8.self))
        case .blobHash(let hash): return .blobValue(hash.description)
        case .geoCoordinates(let point):
            var message = GeoCoordinate()
            message.latitude = point.latitude
            message.longitude = point.longitude
            return .geoValue(message)
        case .phoneNumber(let phone): return .phoneValue(WeaviateMessages.PhoneNumber(phone))
        case .object(let values): return .objectValue(members(values, plan.members))
        case .array(let elements):
            var message = ListValue()
            message.kind = list(elements, plan)
            return .listValue(message)
        // References are shown apart from these.
        case .references: return .nullValue(.nullValue)
        }
    }

    /// A list of its property's type, also where it is empty.
    private static func list(_ elements: PropertyArray, _ plan: ResultPlan.Property) -> ListValue.Kind? {
        guard case .array(let type) = plan.type else { return nil }
        switch type {
        case .text: return .textValues(with { $0.values = elements.compactMap(\.text) })
        case .date: return .dateValues(with { $0.values = elements.compactMap(\.text) })
        case .uuid: return .uuidValues(with { $0.values = elements.compactMap(\.text) })
        case .boolean:
            return .boolValues(
                with { $0.values = elements.compactMap { if case .boolean(let value) = $0 { value } else { nil } } })
        case .int:
            let numbers = elements.compactMap { if case .int(let number) = $0 { number } else { nil } }
            return .intValues(with { $0.values = NumberBytes.bytes(of: numbers) })
        case .number:
            let numbers = elements.compactMap { if case .number(let number) = $0 { number } else { nil } }
            return .numberValues(with { $0.values = NumberBytes.bytes(of: numbers) })
        case .object:
            let objects = elements.compactMap { element -> Properties? in
                if case .object(let values) = element { members(values, plan.members) } else { nil }
            }
            return .objectValues(with { $0.values = objects })
        case .blob, .blobHash, .geoCoordinates, .phoneNumber: return nil
        }
    }

    private static func with<Message: ProtobufMessage>(_ fill: (inout Message) -> Void) -> Message {
        var message = Message()
        fill(&message)
        return message
    }
}

extension PropertyValue {
    fileprivate var text: String? {
        switch self {
        case .text(let text), .date(let text): text
        case .uuid(let id): id.description
        default: nil
        }
    }
}

extension Properties {
    fileprivate mutating func add(_ name: String, _ kind: Value.Kind) {
        var entry = FieldsEntry()
        entry.key = name
        entry.value.kind = kind
        fields.append(entry)
    }
}

extension WeaviateMessages.PhoneNumber {
    fileprivate init(_ phone: DataModel.PhoneNumber) {
        self.init()
        countryCode = phone.countryCode
        defaultCountry = phone.defaultCountry
        input = phone.input
        internationalFormatted = phone.internationalFormatted
        national = phone.national
        nationalFormatted = phone.nationalFormatted
        valid = phone.isValid
    }
}
