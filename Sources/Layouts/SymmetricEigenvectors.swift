// SPDX-License-Identifier: Apache-2.0

/// Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations.
struct SymmetricEigenvectors {
    /// Largest first.
    private(set) var values: [Double]
    /// `vectors[i]` belongs to `values[i]`; its largest component is positive.
    private(set) var vectors: [[Double]]

    /// - Parameter matrix: shape [n, n], symmetric, finite.
    /// - Complexity: O(n³) for each of about ten rounds.
    init(_ matrix: [Double], size: Int) {
        precondition(matrix.count == size * size, "\(matrix.count) numbers are no square of \(size)")
        var a = matrix
        var v = [Double](repeating: 0, count: size * size)
        for i in 0..<size { v[i * size + i] = 1 }
        for _ in 0..<30 {
            var off = 0.0
            var whole = 0.0
            for p in 0..<size {
                whole += a[p * size + p] * a[p * size + p]
                for q in p + 1..<max(size, p + 1) { off += a[p * size + q] * a[p * size + q] }
            }
            if !(off > 1e-22 * (whole + off)) { break }
            for p in 0..<size {
                for q in p + 1..<max(size, p + 1) { Self.rotate(&a, &v, size, p, q) }
            }
        }
        let order = (0..<size).sorted { left, right in
            let (first, second) = (a[left * size + left], a[right * size + right])
            return first != second ? first > second : left < right
        }
        values = order.map { a[$0 * size + $0] }
        vectors = order.map { row in
            let vector = (0..<size).map { v[row * size + $0] }
            let largest = vector.max { abs($0) < abs($1) } ?? 0
            return largest < 0 ? vector.map { -$0 } : vector
        }
    }

    /// Makes the element p, q zero; rows of `v` are the vectors.
    private static func rotate(_ a: inout [Double], _ v: inout [Double], _ size: Int, _ p: Int, _ q: Int) {
        let element = a[p * size + q]
        guard element != 0 else { return }
        let theta = (a[q * size + q] - a[p * size + p]) / (2 * element)
        let tangent = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
        let cosine = 1 / (tangent * tangent + 1).squareRoot()
        let sine = tangent * cosine
        for i in 0..<size {
            let (left, right) = (a[i * size + p], a[i * size + q])
            a[i * size + p] = cosine * left - sine * right
            a[i * size + q] = sine * left + cosine * right
        }
        for i in 0..<size {
            let (left, right) = (a[p * size + i], a[q * size + i])
            a[p * size + i] = cosine * left - sine * right
            a[q * size + i] = sine * left + cosine * right
            let (first, second) = (v[p * size + i], v[q * size + i])
            v[p * size + i] = cosine * first - sine * second
            v[q * size + i] = sine * first + cosine * second
        }
    }
}
