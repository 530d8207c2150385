// SPDX-License-Identifier: Apache-2.0

import RandomNumbers
import Testing

@testable import Layouts

struct PlaneLayoutTests {
    private static let dimensions = 10

    /// Points around `clusters` centers, cluster after cluster.
    private func points(_ count: Int, clusters: Int, seed: UInt64 = 2) -> [Float] {
        var generator = SplitMix64(seed: seed)
        let centers = (0..<clusters * Self.dimensions).map { _ in Float.random(in: -1...1, using: &generator) }
        return (0..<count).flatMap { index in
            let cluster = index * clusters / count
            return (0..<Self.dimensions).map { axis in
                centers[cluster * Self.dimensions + axis] + Float.random(in: -0.1...0.1, using: &generator)
            }
        }
    }

    private func layout(_ points: [Float]) async throws -> [Float] {
        try await PlaneLayout(of: points, dimensions: Self.dimensions).positions
    }

    private func isInSquare(_ positions: [Float]) -> Bool { positions.allSatisfy { $0 >= 0 && $0 <= 1 } }

    @Test func `clusters that lie apart lie apart in the plane`() async throws {
        let count = 400
        let positions = try await layout(points(count, clusters: 5))
        #expect(positions.count == 2 * count && isInSquare(positions))
        var right = 0
        for index in 0..<count {
            let others = (0..<count).filter { $0 != index }
            let nearest = others.min { distance(positions, index, $0) < distance(positions, index, $1) }
            if let nearest, nearest * 5 / count == index * 5 / count { right += 1 }
        }
        #expect(right == count)
    }

    private func distance(_ positions: [Float], _ left: Int, _ right: Int) -> Float {
        let x = positions[2 * left] - positions[2 * right]
        let y = positions[2 * left + 1] - positions[2 * right + 1]
        return x * x + y * y
    }

    @Test func `equal points give equal places, bit for bit`() async throws {
        let input = points(700, clusters: 4)
        let first = try await layout(input)
        let second = try await layout(input)
        #expect(first == second)
    }

    @Test func `points that change a little keep their places about`() async throws {
        let input = points(300, clusters: 4)
        var changed = input
        for index in changed.indices where index % 7 == 0 { changed[index] += 1e-4 }
        let first = try await layout(input)
        let second = try await layout(changed)
        let moved = zip(first, second).map { abs($0 - $1) }.sorted()
        #expect(moved[moved.count / 2] < 0.1)
    }

    @Test(arguments: [0, 1, 2, 3, 7, 8, 9]) func `a few points have places too`(count: Int) async throws {
        let positions = try await layout(points(count, clusters: 1))
        #expect(positions.count == 2 * count && isInSquare(positions))
    }

    @Test(arguments: [1, 5, 50]) func `points that are all equal lie in the middle`(count: Int) async throws {
        let positions = try await layout([Float](repeating: 3, count: count * Self.dimensions))
        #expect(positions == [Float](repeating: 0.5, count: 2 * count))
    }

    @Test func `duplicates lie closer together than others do`() async throws {
        let half = points(100, clusters: 2)
        let positions = try await layout(half + half)
        #expect(isInSquare(positions))
        let twins = (0..<100).map { distance(positions, $0, $0 + 100) }.sorted()
        let others = (0..<50).map { distance(positions, $0, $0 + 50) }.sorted()
        #expect(twins[50] < others[25] / 10)
    }

    @Test(arguments: [Float(1e-20), 1e15]) func `any scale of numbers gives finite places`(scale: Float) async throws {
        let positions = try await layout(points(100, clusters: 2).map { $0 * scale })
        #expect(isInSquare(positions))
        #expect(Set(positions).count > 100)
    }

    @Test func `points on a line leave it`() async throws {
        var line = [Float](repeating: 0, count: 100 * Self.dimensions)
        for index in 0..<100 { line[index * Self.dimensions] = Float(index) }
        let positions = try await layout(line)
        let heights = stride(from: 1, to: positions.count, by: 2).map { positions[$0] }
        #expect((heights.max() ?? 0) - (heights.min() ?? 0) > 0.01)
    }

    @Test func `a layout that is no longer wanted ends with its task's cancellation`() async throws {
        let input = points(300, clusters: 2)
        let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            var options = PlaneLayout.Options()
            options.steps = 1_000_000_000
            return try await PlaneLayout(of: input, dimensions: Self.dimensions, options: options) { _ in
                hasBegun.yield()
            }
        }
        for await _ in begun { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

struct PlacementTests {
    private let placement = Placement(
        coordinates: [0, 0, 10, 0, 0, 10, 10, 10], dimensions: 2, positions: [0, 0, 1, 0, 0, 1, 1, 1])

    @Test func `a point that is there already lies on its place`() {
        #expect(placement.positions(of: [10, 0, 0, 10]) == [1, 0, 0, 1])
    }

    @Test func `a point between others lies between them, closer to the nearer ones`() {
        let middle = placement.positions(of: [5, 5])
        #expect(middle.allSatisfy { abs($0 - 0.5) < 1e-6 })
        let left = placement.positions(of: [1, 5])
        #expect(left[0] < 0.2 && abs(left[1] - 0.5) < 1e-6)
    }

    @Test func `no points have no places`() {
        #expect(placement.positions(of: []).isEmpty)
    }
}

struct LayoutKernelsTests {
    @Test(arguments: [1, 7, 8, 9, 65]) func `neighbors are those of a full search`(count: Int) {
        var generator = SplitMix64(seed: UInt64(count))
        let points = (0..<3 * count).map { _ in Float(Int.random(in: 0...4, using: &generator)) }
        let wanted = min(5, count - 1)
        guard wanted > 0 else { return }
        let found = LayoutKernels.neighbors(
            of: points, among: LayoutKernels.interleaved(points, dimensions: 3), count: count, dimensions: 3,
            firstQuery: 0, wanted: wanted)
        for index in 0..<count {
            let distances = (0..<count).filter { $0 != index }.map { other in
                let squares = (0..<3).map { axis in
                    let difference = points[3 * index + axis] - points[3 * other + axis]
                    return difference * difference
                }
                return (squares.reduce(0, +), UInt32(other))
            }.sorted { $0 < $1 }
            #expect(
                Array(found.indices[index * wanted..<(index + 1) * wanted]) == distances.prefix(wanted).map { $0.1 })
        }
    }

    @Test func `affinities of each row add up to one, and to its half of the whole`() throws {
        var generator = SplitMix64(seed: 9)
        let points = (0..<4 * 60).map { _ in Float.random(in: 0...1, using: &generator) }
        let found = LayoutKernels.neighbors(
            of: points, among: LayoutKernels.interleaved(points, dimensions: 4), count: 60, dimensions: 4,
            firstQuery: 0, wanted: 30)
        let shares = LayoutKernels.affinities(found.distances, width: 30, perplexity: 10)
        for row in 0..<60 {
            let part = shares[row * 30..<(row + 1) * 30]
            #expect(abs(part.reduce(0, +) - 1) < 1e-4)
        }
        let symmetric = try #require(LayoutKernels.symmetrized(found, shares: shares))
        let count = Int(symmetric.starts[60])
        #expect(abs(symmetric.values.prefix(count).reduce(0, +) - 1) < 1e-4)
        for row in 0..<60 {
            let columns = symmetric.columns[Int(symmetric.starts[row])..<Int(symmetric.starts[row + 1])]
            #expect(Array(columns) == Set(columns).sorted() && !columns.contains(UInt32(row)))
        }
    }

    @Test func `without summing up squares the tree gives the forces of all pairs`() throws {
        var generator = SplitMix64(seed: 4)
        let points = (0..<200).map { _ in Float.random(in: -5...5, using: &generator) }
        let tree = try #require(LayoutKernels.tree(over: points))
        let none = SparseAffinities(starts: [UInt32](repeating: 0, count: 101), columns: [], values: [])
        let forces = LayoutKernels.forces(on: points, tree, none, range: 0..<100, theta: 0)
        for (row, point) in tree.order.enumerated() {
            var expected = (x: Float(0), sum: Float(0))
            for other in 0..<100 where other != Int(point) {
                let x = points[2 * Int(point)] - points[2 * other]
                let y = points[2 * Int(point) + 1] - points[2 * other + 1]
                let q = 1 / (1 + x * x + y * y)
                expected.sum += q
                expected.x += q * q * x
            }
            #expect(abs(forces[5 * row + 4] - expected.sum) < 1e-3)
            #expect(abs(forces[5 * row + 2] - expected.x) < 1e-3)
        }
    }
}
