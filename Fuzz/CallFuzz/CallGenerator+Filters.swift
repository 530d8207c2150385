// SPDX-License-Identifier: Apache-2.0

import RandomNumbers
import WeaviateMessages

// What objects are chosen by.
extension CallGenerator {
    mutating func filter(depth: Int = 0) -> Filters {
        make(Filters.self) {
            if depth < 4, chance(3) {
                $0.operator = pick([.and, .or, .not])
                $0.filters = list(3) { $0.filter(depth: depth + 1) }
                return
            }
            $0.operator = .init(rawValue: Int32(random.next() % 17))
            if chance(12) {
                $0.on = list(5) { $0.pick(["r", "Thing", "t", "rs", "Named"]) }
            } else {
                $0.target = target(depth: 0)
            }
            $0.testValue = testValue()
        }
    }

    private mutating func target(depth: Int) -> FilterTarget {
        make(FilterTarget.self) {
            switch depth < 3 ? random.next() % 8 : 0 {
            case 6:
                $0.target = .singleTarget(
                    make(FilterReferenceSingleTarget.self) {
                        $0.on = pick(["r", "rs", "t"])
                        $0.target = maybe(1) { $0.target(depth: depth + 1) }
                    })
            case 7:
                $0.target = .multiTarget(
                    make(FilterReferenceMultiTarget.self) {
                        $0.on = pick(["r", "rs", "t"])
                        $0.targetCollection = collection()
                        $0.target = maybe(1) { $0.target(depth: depth + 1) }
                    })
            case 5: $0.target = .count(make(FilterReferenceCount.self) { $0.on = name() })
            default: $0.target = chance(30) ? nil : .property(name())
            }
        }
    }

    private mutating func testValue() -> Filters.TestValue? {
        switch random.next() % 10 {
        case 0, 1: .valueText(text())
        case 2: .valueInt(integer())
        case 3: .valueNumber(number())
        case 4: .valueBoolean(chance(2))
        case 5: .valueTextArray(make(TextArray.self) { $0.values = list(4) { $0.text() } })
        case 6: .valueIntArray(make(IntArray.self) { $0.values = list(4) { $0.integer() } })
        case 7: .valueNumberArray(make(NumberArray.self) { $0.values = list(4) { $0.number() } })
        case 8:
            .valueGeo(
                make(GeoCoordinatesFilter.self) {
                    $0.latitude = Float(number())
                    $0.longitude = Float(number())
                    $0.distance = Float(number())
                })
        default: nil
        }
    }
}
