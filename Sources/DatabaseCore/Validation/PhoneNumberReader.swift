// SPDX-License-Identifier: Apache-2.0

import CPhoneNumber
import DataModel

/// Reads telephone numbers as libphonenumber understands them.
enum PhoneNumberReader {
    /// Reads `input`, dialled from `defaultCountry` (ISO 3166-1 alpha-2 in any case; may be empty for numbers that begin
    /// with `+`).
    ///
    /// - Throws: `InvalidValue` when it is no number or its country is not known. A number that can be read but is not
    ///   assigned is returned with `isValid` false.
    static func number(_ input: String, defaultCountry: String) throws(InvalidValue) -> PhoneNumber {
        let country = defaultCountry.uppercased()
        let inputText = input.utf8.map { CChar(bitPattern: $0) }
        let countryText = country.utf8.map { CChar(bitPattern: $0) }
        var found = needletail_phone_number()
        var international = [CChar](repeating: 0, count: Int(NEEDLETAIL_PHONE_MAX_FORMATTED))
        var national = international
        // Safety: the arrays outlive the call, and both outputs have the room that the function is promised.
        let status = unsafe needletail_phone_parse(
            inputText, inputText.count, countryText, countryText.count, &found, &international, &national)
        guard status == NEEDLETAIL_PHONE_OK else { throw InvalidValue("invalid phone number: \(reason(for: status))") }
        return PhoneNumber(
            input: input, defaultCountry: country, internationalFormatted: text(of: international),
            nationalFormatted: text(of: national), national: found.national, countryCode: found.country_code,
            isValid: found.is_valid)
    }

    private static func text(of characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func reason(for status: needletail_phone_status) -> String {
        switch status {
        case NEEDLETAIL_PHONE_UNKNOWN_COUNTRY:
            "invalid or missing defaultCountry - this field is optional if the specified number is in the international "
                + "format, but required if the number is in national format, use ISO 3166-1 alpha-2"
        case NEEDLETAIL_PHONE_NOT_A_NUMBER: "the text is not a telephone number"
        case NEEDLETAIL_PHONE_TOO_SHORT: "the text is too short to be a telephone number"
        case NEEDLETAIL_PHONE_TOO_LONG: "the text is too long to be a telephone number"
        default: "the number could not be read"
        }
    }
}
