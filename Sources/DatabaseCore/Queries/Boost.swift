// SPDX-License-Identifier: Apache-2.0

import DataModel

extension Query {
    /// Puts what a search has found in another order, by what else is known of the objects; none of them is left out.
    ///
    /// The final score is (1 − weight) · the search's own + weight · what the conditions say, all of them brought to 0...1 over the
    /// candidates.
    package struct Boost: Sendable {
        package var conditions: [Condition]
        /// 0 to 1; at 0 the boost does nothing.
        package var weight: Double = 0.5
        /// How many candidates the search finds for the boost to choose from; `nil` or 0: as many as the settings say. Never less than
        /// the window needs, nor more than any answer may hold.
        package var depth: Int?

        package init(_ conditions: [Condition]) { self.conditions = conditions }
    }
}

extension Query.Boost {
    /// One thing that speaks for an object.
    package struct Condition: Sendable {
        package var signal: Signal
        /// Relative to the other conditions; negative: it speaks against the object.
        package var weight: Double

        package init(_ signal: Signal, weight: Double = 1) {
            self.signal = signal
            self.weight = weight
        }
    }

    /// What an object's value for a condition is; 0 where the object lacks the property.
    package enum Signal: Sendable {
        /// 1 if the object fulfills the filter, else 0.
        case filter(Filter)
        /// The property's number: the more, the better.
        case number(property: String, Modifier)
        /// How near the property's number is to `origin`.
        case numericDecay(property: String, origin: Double, Decay<Double>)
        /// How near the property's date is to `origin`; `nil` stands for the time when the query is planned.
        case timeDecay(property: String, origin: Instant?, Decay<Duration>)
    }

    /// What keeps a few large numbers from outweighing all others. Numbers below 0 count as 0 for those that are not defined there.
    package enum Modifier: Hashable, Sendable {
        case none
        /// ln(1 + value).
        case log1p
        case squareRoot
    }

    /// Falls from 1 with the distance from an origin; the functions are Elasticsearch's.
    package struct Decay<Distance: Hashable & Sendable>: Hashable, Sendable {
        /// How far from where the decay begins the value is `valueAtScale`; more than 0.
        package var scale: Distance
        /// How far from the origin the decay begins; 0 or more.
        package var offset: Distance
        package var curve = DecayCurve.exponential
        /// More than 0, at most 1.
        package var valueAtScale: Double = 0.5

        package init(scale: Distance, offset: Distance) {
            self.scale = scale
            self.offset = offset
        }
    }

    package enum DecayCurve: Hashable, Sendable { case exponential, gauss, linear }
}
