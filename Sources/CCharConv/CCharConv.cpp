// SPDX-License-Identifier: Apache-2.0
#include "CCharConv.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <system_error>

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether the integer part is as JSON has it: digits, and a digit after the point. A number ends after a leading zero
// that digits follow; `end` is moved there. The rest is checked by std::from_chars, which takes an exponent only with
// digits.
bool begins_as_json_number(const char *text, const char *&end) {
    if (text != end && *text == '-') ++text;
    if (text == end || !is_digit(*text)) return false;
    if (*text == '0') {
        ++text;
        if (text != end && is_digit(*text)) end = text;
    } else {
        while (text != end && is_digit(*text)) ++text;
    }
    if (text != end && *text == '.') return text + 1 != end && is_digit(text[1]);
    return true;
}

// Tells the two ways of being out of range apart: whether a JSON number is at least 1.
bool is_large(const char *text, const char *end) {
    if (*text == '-') ++text;
    int64_t magnitude = 0;
    if (*text != '0') {
        for (; text != end && is_digit(*text); ++text) ++magnitude;
    } else {
        ++text;
        if (text != end && *text == '.') {
            for (++text; text != end && *text == '0'; ++text) --magnitude;
        }
    }
    while (text != end && *text != 'e' && *text != 'E') ++text;
    if (text == end) return magnitude > 0;
    ++text;
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') ++text;
    int64_t exponent = 0;
    for (; text != end && is_digit(*text); ++text) {
        if (exponent < (INT64_C(1) << 50)) exponent = exponent * 10 + (*text - '0');
    }
    return magnitude + (negative ? -exponent : exponent) > 0;
}

template <typename Value>
NTCharConvOutcome read(const uint8_t *bytes, size_t count, Value *value, size_t *consumed) {
    const char *text = reinterpret_cast<const char *>(bytes);
    const char *end = text + count;
    if (!begins_as_json_number(text, end)) return NTCharConvInvalid;
    std::from_chars_result result = std::from_chars(text, end, *value);
    *consumed = static_cast<size_t>(result.ptr - text);
    if (result.ec == std::errc()) return NTCharConvOK;
    if (result.ec != std::errc::result_out_of_range) return NTCharConvInvalid;
    if (is_large(text, result.ptr)) return NTCharConvTooLarge;
    *value = *text == '-' ? Value(-0.0) : Value(0);
    return NTCharConvOK;
}

template <typename Value>
size_t write(Value value, uint8_t *bytes) {
    char *out = reinterpret_cast<char *>(bytes);
    if (value == 0) {
        std::memcpy(out, std::signbit(value) ? "-0" : "0", 2);
        return std::signbit(value) ? 2 : 1;
    }
    Value magnitude = std::fabs(value);
    // Below 2^23 or 2^52 neighbors are less than 1 apart, so that the shortest plain decimal has the shortest digits, and no zeros
    // stand for others; it is laid out at once.
    if (magnitude >= Value(1e-6) && magnitude < (sizeof(Value) == 4 ? Value(8388608) : Value(4503599627370496))) {
        return static_cast<size_t>(std::to_chars(out, out + NT_CHARCONV_MAX, value, std::chars_format::fixed).ptr - out);
    }
    // "d.ddde±XX": the shortest digits, from which the layout is made.
    char text[NT_CHARCONV_MAX];
    const char *end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    char *start = out;
    const char *digit = text;
    if (*digit == '-') *out++ = *digit++;
    char digits[20];
    int count = 0;
    for (; digit != end && *digit != 'e'; ++digit) {
        if (*digit != '.' && count < 20) digits[count++] = *digit;
    }
    int exponent = 0;
    if (digit != end) std::from_chars(digit + (digit[1] == '+' ? 2 : 1), end, exponent);

    if (magnitude < Value(1e-6) || magnitude >= Value(1e21)) {
        *out++ = digits[0];
        if (count > 1) {
            *out++ = '.';
            std::memcpy(out, digits + 1, static_cast<size_t>(count - 1));
            out += count - 1;
        }
        *out++ = 'e';
        *out++ = exponent < 0 ? '-' : '+';
        out = std::to_chars(out, out + 4, exponent < 0 ? -exponent : exponent).ptr;
    } else if (exponent < 0) {
        *out++ = '0';
        *out++ = '.';
        for (int zero = exponent + 1; zero < 0; ++zero) *out++ = '0';
        std::memcpy(out, digits, static_cast<size_t>(count));
        out += count;
    } else {
        for (int place = 0; place < count || place <= exponent; ++place) {
            if (place == exponent + 1) *out++ = '.';
            *out++ = place < count ? digits[place] : '0';
        }
    }
    return static_cast<size_t>(out - start);
}

}  // namespace

NTCharConvOutcome nt_charconv_read_float(const uint8_t *text, size_t count, float *value, size_t *consumed) {
    return read(text, count, value, consumed);
}

NTCharConvOutcome nt_charconv_read_double(const uint8_t *text, size_t count, double *value, size_t *consumed) {
    return read(text, count, value, consumed);
}

size_t nt_charconv_write_float(float value, uint8_t *out) { return write(value, out); }

size_t nt_charconv_write_double(double value, uint8_t *out) { return write(value, out); }

size_t nt_charconv_write_floats(const float *values, size_t count, uint8_t *out) {
    uint8_t *start = out;
    for (size_t index = 0; index < count; ++index) {
        if (index > 0) *out++ = ',';
        if (std::isfinite(values[index])) {
            out += write(values[index], out);
        } else {
            std::memcpy(out, "null", 4);
            out += 4;
        }
    }
    return static_cast<size_t>(out - start);
}
