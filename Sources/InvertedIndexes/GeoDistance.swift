// SPDX-License-Identifier: Apache-2.0

package import DataModel
import Foundation

extension GeoCoordinates {
    /// The great-circle distance in meters on a sphere of 6,371 km, by the haversine formula.
    ///
    /// Angles are rounded to float32 first and the distance at the end, as Weaviate does, so that the edge of a range is the same.
    package func distance(to other: GeoCoordinates) -> Float {
        func radians(_ degrees: Float) -> Double { Double(degrees * .pi / 180) }
        let latitudes = sin(radians(other.latitude - latitude) / 2)
        let longitudes = sin(radians(other.longitude - longitude) / 2)
        let square =
            latitudes * latitudes + cos(radians(latitude)) * cos(radians(other.latitude)) * longitudes * longitudes
        return Float(2 * 6_371_000 * atan2(square.squareRoot(), max(0, 1 - square).squareRoot()))
    }
}
