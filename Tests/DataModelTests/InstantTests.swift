// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@Suite struct InstantTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", Int64(0), Int32(0)),
        ("2000-02-29T12:00:00Z", 951_825_600, 0),
        ("1969-12-31T23:59:59.5Z", -1, 500_000_000),
        ("2021-05-06T07:08:09+02:00", 1_620_277_689, 0),
        ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
        ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
    ])
    func `an RFC 3339 text names its instant`(text: String, seconds: Int64, nanoseconds: Int32) {
        #expect(Instant(text) == Instant(seconds: seconds, nanoseconds: nanoseconds))
    }

    @Test(arguments: [
        "", "2021-05-06", "2021-05-06T07:08:09", "2021-13-01T00:00:00Z", "2021-02-29T00:00:00Z", "2021-05-06T24:00:00Z",
        "2021-05-06T07:08:09.Z", "2021-05-06T07:08:09Zx", "2021-05-06 07:08:09Z", "1900-02-29T00:00:00Z",
        "2021-05-06T07:08:09z", "2021-05-06t07:08:09Z", "2021-05-06T07:08:09.5z",
    ])
    func `a text that names no instant is refused`(text: String) {
        #expect(Instant(text) == nil)
    }

    @Test func `the same moment with another offset is equal, and later ones are greater`() {
        #expect(Instant("2020-01-01T00:00:00Z") == Instant("2020-01-01T05:30:00+05:30"))
        #expect(Instant("2020-01-01T00:00:00Z")! < Instant("2020-01-01T00:00:00.000000001Z")!)
    }
}
