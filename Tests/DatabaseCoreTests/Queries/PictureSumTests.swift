// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import Testing

@testable import DatabaseCore

struct PictureSumTests {
    private func sum(_ weights: Double...) throws -> PictureSum {
        try PictureSum(weights.map { WeightedPicture(.bytes([1]), weight: $0) })
    }

    private func problem(_ pictures: [WeightedPicture]) -> InvalidQuery? {
        do {
            _ = try PictureSum(pictures)
            return nil
        } catch {
            if case .invalidQuery(let problem) = error { return problem }
            return nil
        }
    }

    @Test func `one picture is its vector as it is`() throws {
        #expect(try sum(1).vector(of: [[3, 4]]) == [3, 4])
        #expect(try sum(0.5).vector(of: [[3, 4]]) == [3, 4])
    }

    @Test func `several pictures count by their directions, and the sum has their mean length`() throws {
        let vector = try sum(1, 1).vector(of: [[4, 0], [0, 2]])
        #expect(abs(vector[0] - 3 / Float(2).squareRoot()) < 1e-5)
        #expect(vector[0] == vector[1])
    }

    @Test func `a picture with a negative weight is gone away from`() throws {
        let vector = try sum(1, -1).vector(of: [[1, 0], [0, 1]])
        #expect(vector[0] > 0.7 && vector[1] < -0.7)
        #expect(try sum(-1).vector(of: [[1, 0]]) == [-1, 0])
    }

    @Test func `pictures that cancel each other out are refused`() throws {
        #expect(throws: DatabaseError.self) { try sum(1, -1).vector(of: [[1, 2], [2, 4]]) }
        #expect(throws: DatabaseError.self) { try sum(1, 1).vector(of: [[0, 0], [0, 0]]) }
    }

    @Test func `what makes no sense is named before a picture is decoded`() {
        #expect(problem([]) == .pictures(.none))
        #expect(problem([WeightedPicture(.bytes([1]), weight: 0)]) == .pictures(.noWeight))
        #expect(
            problem([WeightedPicture(.bytes([1])), WeightedPicture(.bytes([1]), weight: .infinity)])
                == .pictures(.weightNotFinite(.infinity, index: 1)))
        #expect(
            problem(Array(repeating: WeightedPicture(.bytes([1])), count: 17)) == .pictures(.tooMany(17, limit: 16)))
    }

    @Test(arguments: [
        ("AQID", [1, 2, 3] as [UInt8]?), ("data:image/png;base64,AQID", [1, 2, 3]), ("data:;base64,AQID", [1, 2, 3]),
        ("data:image/png;name=a;BASE64,AQ\nID", [1, 2, 3]),
        ("data:image/png,AQID", nil), ("data:image/png;base64", nil),
        ("data:", nil), ("", nil), ("A*ID", nil),
    ])
    func `base64 is read with and without the beginning of a data URI`(text: String, bytes: [UInt8]?) {
        #expect(Base64.picture(text) == bytes)
    }
}
