// SPDX-License-Identifier: Apache-2.0

#include "CPhoneNumber.h"

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <cstring>
#include <string>

namespace {

using i18n::phonenumbers::NullLogger;
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

/// The library's one instance, with its messages to standard output switched off.
const PhoneNumberUtil &shared_library() {
    static const PhoneNumberUtil *const library = [] {
        PhoneNumberUtil *instance = PhoneNumberUtil::GetInstance();
        instance->SetLogger(new NullLogger());  // owned by the library from here on
        return instance;
    }();
    return *library;
}

needletail_phone_status status_of(PhoneNumberUtil::ErrorType error) {
    switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR: return NEEDLETAIL_PHONE_OK;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR: return NEEDLETAIL_PHONE_UNKNOWN_COUNTRY;
    case PhoneNumberUtil::NOT_A_NUMBER: return NEEDLETAIL_PHONE_NOT_A_NUMBER;
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN: return NEEDLETAIL_PHONE_TOO_SHORT;
    case PhoneNumberUtil::TOO_LONG_NSN: return NEEDLETAIL_PHONE_TOO_LONG;
    }
    return NEEDLETAIL_PHONE_FAILED;
}

}  // namespace

needletail_phone_status needletail_phone_parse(
    const char *input, size_t input_length, const char *region, size_t region_length,
    needletail_phone_number *number, char *international_format, char *national_format) {
    if (input_length > NEEDLETAIL_PHONE_MAX_INPUT) return NEEDLETAIL_PHONE_TOO_LONG;
    try {
        const PhoneNumberUtil &library = shared_library();
        PhoneNumber parsed;
        const needletail_phone_status status = status_of(
            library.Parse(std::string(input, input_length), std::string(region, region_length), &parsed));
        if (status != NEEDLETAIL_PHONE_OK) return status;
        std::string international, national;
        library.Format(parsed, PhoneNumberUtil::INTERNATIONAL, &international);
        library.Format(parsed, PhoneNumberUtil::NATIONAL, &national);
        if (international.size() >= NEEDLETAIL_PHONE_MAX_FORMATTED || national.size() >= NEEDLETAIL_PHONE_MAX_FORMATTED)
            return NEEDLETAIL_PHONE_FAILED;
        std::memcpy(international_format, international.c_str(), international.size() + 1);
        std::memcpy(national_format, national.c_str(), national.size() + 1);
        number->national = parsed.national_number();
        number->country_code = static_cast<uint64_t>(parsed.country_code());
        number->is_valid = library.IsValidNumber(parsed);
        return NEEDLETAIL_PHONE_OK;
    } catch (...) {
        return NEEDLETAIL_PHONE_FAILED;
    }
}
