// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import Execution
import GRPCServer
import Protobuf
import WeaviateMessages

/// `BatchStream`: stores what a client sends for as long as it sends.
///
///     client: start    data          data          stop, close
///     server:   started    acks results   acks results          OK
///
/// A message is asked for when the one before it is stored, so that a client is as fast as the writer, and no faster: gRPC's flow
/// control holds back the rest. How many objects to send at a time is told now and then, by what the writer has taken.
struct BatchStream {
    let writer: BatchWriter
    let call: GRPCCall
    let stream: GRPCStream
    private var pace = StreamPace()

    init(writer: BatchWriter, call: GRPCCall, stream: GRPCStream) {
        self.writer = writer
        self.call = call
        self.stream = stream
    }

    /// Runs until the client closes its side and all that it has sent is stored.
    mutating func run() async throws(GRPCStatus) {
        try await begin()
        while true {
            switch try await stream.next() {
            case .message(let bytes):
                try await take(try BatchStreamRequest(decoding: bytes, call), byteCount: bytes.count)
                // Nothing of the message is kept.
                call.memory.releaseAll()
            case .stopping: try await send(.shuttingDown(BatchStreamReply.ShuttingDown()))
            case .closed: return
            }
        }
    }

    private func begin() async throws(GRPCStatus) {
        var isStopping = false
        while true {
            switch try await stream.next() {
            case .message(let bytes):
                guard case .start? = try BatchStreamRequest(decoding: bytes, call).message else {
                    throw .refusal("first message must be a start message")
                }
                call.memory.releaseAll()
                try await send(.started(BatchStreamReply.Started()))
                if isStopping { try await send(.shuttingDown(BatchStreamReply.ShuttingDown())) }
                return
            case .stopping: isStopping = true
            case .closed: throw .refusal("initial stream message receive: EOF")
            }
        }
    }

    private mutating func take(_ request: BatchStreamRequest, byteCount: Int) async throws(GRPCStatus) {
        switch request.message {
        // The client closes its side next; what it has sent is stored by then.
        case .stop?: return
        case .data(let data)?:
            try await store(data.objects?.values ?? [], data.references?.values ?? [], byteCount: byteCount)
        case .start?, nil: throw .refusal("invalid batch send request: data field is nil")
        }
    }

    private mutating func store(
        _ objects: [BatchObject], _ references: [BatchReference], byteCount: Int
    ) async throws(GRPCStatus) {
        if objects.isEmpty, references.isEmpty { return }
        let allowance = DecodingAllowance(call.memory, bodyByteCount: byteCount)
        let beacons = references.map { "weaviate://localhost/\($0.fromCollection)/\($0.fromUuid)/\($0.name)" }
        var acks = BatchStreamReply.Acks()
        acks.uuids = objects.map(\.uuid)
        acks.beacons = beacons
        try await send(.acks(acks))
        pace.begin()
        let objectErrors = try await writer.store(objects, allowance: allowance)
        let referenceErrors = try await writer.add(references, allowance: allowance)
        pace.end(count: objects.count + references.count)
        var results = BatchStreamReply.Results()
        for (place, object) in objects.enumerated() {
            results.add(error: objectErrors[place], ofObject: object.uuid)
        }
        for (place, beacon) in beacons.enumerated() {
            results.add(error: referenceErrors[place], ofReference: beacon)
        }
        try await send(.results(results))
        if let size = pace.newBatchSize() {
            var backoff = BatchStreamReply.Backoff()
            backoff.batchSize = size
            try await send(.backoff(backoff))
        }
    }

    private func send(_ message: BatchStreamReply.Message) async throws(GRPCStatus) {
        var reply = BatchStreamReply()
        reply.message = message
        try await stream.send(reply.protobufBytes())
    }
}

extension BatchStreamReply.Results {
    fileprivate mutating func add(error text: String?, ofObject id: String) {
        guard let text else {
            var success = Success()
            success.detail = .uuid(id)
            successes.append(success)
            return
        }
        var error = Error()
        error.error = text
        error.detail = .uuid(id)
        errors.append(error)
    }

    fileprivate mutating func add(error text: String?, ofReference beacon: String) {
        guard let text else {
            var success = Success()
            success.detail = .beacon(beacon)
            successes.append(success)
            return
        }
        var error = Error()
        error.error = text
        error.detail = .beacon(beacon)
        errors.append(error)
    }
}

/// How many objects a client of a stream had best send in a message: as many as are stored in a fifth of a second. Larger ones would
/// gain nothing, since a commit is a small part of that already, and smaller ones take more commits.
struct StreamPace {
    private static let target = Duration.milliseconds(200)
    private static let sizes: ClosedRange<Double> = 20...2_000
    /// How long a client is left with what it was told last.
    private static let interval = Duration.seconds(1)

    private let clock = ContinuousClock()
    private var start: ContinuousClock.Instant
    private var lastTold: ContinuousClock.Instant
    private var toldSize: Double?
    /// Seconds an object, the latest messages counting most.
    private var cost: Double?

    init() {
        start = clock.now
        lastTold = clock.now
    }

    /// A message is about to be stored.
    mutating func begin() { start = clock.now }

    /// A message of `count` objects and references, at least 1, is stored.
    mutating func end(count: Int) { take(count: count, within: clock.now - start) }

    /// Counts a message of `count` objects and references that took this long.
    mutating func take(count: Int, within duration: Duration) {
        let latest = duration / .seconds(1) / Double(count)
        cost = cost.map { 0.7 * $0 + 0.3 * latest } ?? latest
    }

    /// What to tell the client; `nil` while it is about what it was told, or was told a moment ago.
    mutating func newBatchSize() -> Int32? { newBatchSize(now: clock.now) }

    mutating func newBatchSize(now: ContinuousClock.Instant) -> Int32? {
        guard let cost, now - lastTold >= Self.interval else { return nil }
        let best = Self.target / .seconds(1) / max(cost, 1e-9)
        let size = min(max(best, Self.sizes.lowerBound), Self.sizes.upperBound).rounded()
        if let toldSize, abs(size - toldSize) < 0.25 * toldSize { return nil }
        toldSize = size
        lastTold = now
        return Int32(size)
    }
}
