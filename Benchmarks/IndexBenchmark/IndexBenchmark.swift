// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Synchronization
import VectorIndexes

/// Measures the vector index alone: recall beside queries a second, build time, memory, filters, two threads, snapshot.
///
///     IndexBenchmark --vectors FOLDER [--count N] | --clustered N,DIMENSIONS | --smoke
///                    [--m 32] [--efc 128] [--threads 1] [--parts search,threads,filters,snapshot] [--json FILE]
///                    [--write FOLDER]
///
/// `--write` leaves the vectors in a folder for `yardsticks.py`. Rates and times are by processor time where they are of
/// one thread, so that what runs beside counts little.
@main
struct IndexBenchmark {
    static func main() throws {
        let options = Options(CommandLine.arguments)
        let data = try options.dataSet()
        print("\(data.name): \(data.count) x \(data.dimensions), \(data.queryCount) queries")
        if let folder = options.writeFolder { try data.write(to: folder) }
        let configuration = VectorIndexConfiguration(
            maxConnections: options.connections, efConstruction: options.efConstruction, flatSearchCutoff: 40_000)
        var report = Report(data: data)
        let index = try build(data, configuration, threads: options.threads, report: &report)
        let findings = index.checkInvariants()
        guard findings.isEmpty else { throw Finding(text: findings.joined(separator: "\n")) }
        if options.has("search") {
            let truth = try exactAnswers(data)
            for ef in [10, 14, 20, 28, 40, 56, 80, 100, 112, 160, 224, 320] {
                try sweep(ef, index, data, truth, report: &report)
            }
        }
        if options.has("threads") { try measureTwoThreads(index, data, report: &report) }
        if options.has("filters") { try measureFilters(index, data, report: &report) }
        if options.has("snapshot") { try measureSnapshot(index, report: &report) }
        if let path = options.json { try report.json().write(toFile: path, atomically: true, encoding: .utf8) }
    }

    struct Finding: Error { var text: String }

    // MARK: Parts

    /// The ten nearest of each query, by a scan.
    static func exactAnswers(_ data: DataSet, allowed: DocumentBits? = nil) throws -> [[Neighbor]] {
        try (0..<data.queryCount).map { query in
            try data.withQuery(query) { query in try exact(10, query, data, allowed) }
        }
    }

    static func exact(_ count: Int, _ query: Span<Float>, _ data: DataSet, _ allowed: DocumentBits?) throws
        -> [Neighbor]
    {
        let measure = CosineMeasure(query)
        var best: [Neighbor] = []
        for number in 0..<data.count {
            let document = DocumentID(UInt32(number))
            guard allowed?.contains(document) ?? true else { continue }
            var distance: Float = 0
            _ = try data.withVector(of: document) { distance = measure.distance(to: $0) }
            if best.count < count || distance < best[best.count - 1].distance {
                let at = best.firstIndex { $0.distance > distance } ?? best.count
                best.insert(Neighbor(document: document, distance: distance), at: at)
                if best.count > count { best.removeLast() }
            }
        }
        return best
    }

    static func build(
        _ data: DataSet, _ configuration: VectorIndexConfiguration, threads: Int, report: inout Report
    ) throws -> any VectorIndex {
        let index = try makeVectorIndex(dimensions: data.dimensions, configuration: configuration, seed: 1)
        let encoding = try threadSeconds {
            for number in 0..<data.count {
                let document = DocumentID(UInt32(number))
                let start = number * data.dimensions
                try index.append(document: document, vector: data.base.span.extracting(start..<start + data.dimensions))
            }
        }
        let linking =
            threads == 1
            ? threadSeconds { index.linkNext(maximum: .max) }
            : seconds {
                DispatchQueue.concurrentPerform(iterations: threads) { _ in index.linkNext(maximum: .max) }
            }
        report.add("encode s", encoding)
        report.add("link s (\(threads) threads)", linking)
        report.add("memory bytes a vector", Double(index.memoryInBytes) / Double(data.count))
        return index
    }

    static func sweep(
        _ ef: Int, _ index: any VectorIndex, _ data: DataSet, _ truth: [[Neighbor]], report: inout Report
    ) throws {
        let (recall, rate, _) = try run(index, data, ef: ef, truth: truth)
        report.add("ef \(ef)", recall: recall, rate: rate)
    }

    /// Asks all queries, three times over; the best rate of the three.
    static func run(
        _ index: any VectorIndex, _ data: DataSet, ef: Int?, truth: [[Neighbor]], allowed: DocumentBits? = nil
    ) throws -> (recall: Double, rate: Double, milliseconds: Double) {
        var found = 0
        var wanted = 0
        var best = Double.infinity
        for _ in 0..<3 {
            found = 0
            wanted = 0
            let time = try threadSeconds {
                for query in 0..<data.queryCount {
                    let answer = try data.withQuery(query) {
                        try index.nearest(10, to: $0, ef: ef, allowed: allowed, vectors: data, isCancelled: { false })
                    }
                    let limit = (truth[query].last?.distance ?? 0) + 1e-6
                    found += answer.count { $0.distance <= limit }
                    wanted += truth[query].count
                }
            }
            best = min(best, time)
        }
        let recall = min(Double(found) / Double(max(wanted, 1)), 1)
        return (recall, Double(data.queryCount) / best, best / Double(data.queryCount) * 1000)
    }

    static func measureTwoThreads(_ index: any VectorIndex, _ data: DataSet, report: inout Report) throws {
        /// Queries a second by the clock, and processor time of a query.
        func rate(_ threads: Int) -> (byClock: Double, cost: Double) {
            let rounds = 8
            let busy = Mutex(0.0)
            let time = seconds {
                DispatchQueue.concurrentPerform(iterations: threads) { _ in
                    let spent = threadSeconds {
                        for number in 0..<rounds * data.queryCount {
                            // A failure would be a measurement of nothing; the sweep before has found none.
                            _ = try? data.withQuery(number % data.queryCount) {
                                try index.nearest(
                                    10, to: $0, ef: 100, allowed: nil, vectors: data, isCancelled: { false })
                            }
                        }
                    }
                    busy.withLock { $0 += spent }
                }
            }
            let queries = Double(rounds * threads * data.queryCount)
            return (queries / time, busy.withLock { $0 } / queries)
        }
        _ = rate(1)
        let one = rate(1)
        let two = rate(2)
        report.add("two threads / one by the clock", two.byClock / one.byClock)
        report.add("two threads / one by processor time", 2 * one.cost / two.cost)
    }

    static func measureFilters(_ index: any VectorIndex, _ data: DataSet, report: inout Report) throws {
        var generator = Generator(state: 9)
        for share in [0.0001, 0.001, 0.01, 0.1, 0.3, 0.5, 0.9, 1] {
            let allowed = DocumentBits(
                (0..<UInt32(data.count)).filter { _ in Double(generator.next() >> 11) * 0x1p-53 < share }
                    .map { DocumentID($0) })
            let truth = try exactAnswers(data, allowed: allowed)
            let (recall, rate, _) = try run(index, data, ef: nil, truth: truth, allowed: allowed)
            report.add("filter \(share)", recall: recall, rate: rate)
        }
    }

    static func measureSnapshot(_ index: any VectorIndex, report: inout Report) throws {
        var segments = SegmentTable()
        let writing = try threadSeconds { try index.writeSnapshot(to: &segments, isCancelled: { false }) }
        for round in 1...3 {
            var loaded: (any VectorIndex)?
            let time = try seconds {
                loaded = try loadVectorIndex(from: segments, configuration: index.configuration)
            }
            guard loaded?.liveCount == index.liveCount else { throw Finding(text: "the snapshot is not the index") }
            report.add("snapshot read s by the clock, \(round)", time)
        }
        report.add("snapshot write s", writing)
        report.add("snapshot bytes a vector", Double(segments.byteCount) / Double(index.liveCount))
    }

    /// Processor time of this thread: what runs beside it does not count.
    static func threadSeconds(_ body: () throws -> Void) rethrows -> Double {
        func now() -> Double {
            var time = timespec()
            // Safety: the function fills the structure.
            unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        let start = now()
        try body()
        return now() - start
    }

    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let time = try ContinuousClock().measure(body)
        return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    }
}

/// Cosine distance in double precision.
struct CosineMeasure {
    private let query: [Float]
    private let norm: Double

    init(_ query: Span<Float>) {
        self.query = query.indices.map { query[$0] }
        norm = self.query.reduce(0) { $0 + Double($1) * Double($1) }
    }

    func distance(to vector: Span<Float>) -> Float {
        var dot: SIMD8<Float> = .zero
        var square: SIMD8<Float> = .zero
        var sum = 0.0
        var squares = 0.0
        let whole = vector.count / 8 * 8
        for start in stride(from: 0, to: whole, by: 8) {
            var x = SIMD8<Float>()
            var y = SIMD8<Float>()
            for lane in 0..<8 {
                x[lane] = query[start + lane]
                y[lane] = vector[start + lane]
            }
            dot += x * y
            square += y * y
        }
        for place in whole..<vector.count {
            sum += Double(query[place]) * Double(vector[place])
            squares += Double(vector[place]) * Double(vector[place])
        }
        sum += Double(dot.sum())
        squares += Double(square.sum())
        return norm * squares > 0 ? Float(1 - sum / (norm * squares).squareRoot()) : 1
    }
}

/// Segments in memory.
struct SegmentTable: SegmentWriting, SegmentReading {
    private var segments: [SegmentName: [UInt8]] = [:]

    var byteCount: Int { segments.values.reduce(0) { $0 + $1.count } }

    mutating func put(_ name: SegmentName, _ bytes: RawSpan) throws {
        segments[name] = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }

    func withSegment(_ name: SegmentName, _ body: (RawSpan) throws -> Void) throws -> Bool {
        guard let bytes = segments[name] else { return false }
        // Safety: any byte may be read as one.
        try unsafe body(bytes.span.bytes)
        return true
    }
}
