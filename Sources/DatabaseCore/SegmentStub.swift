import DataModel
import ObjectStorage
import VectorIndexes

struct SegmentWriter: SegmentWriting {
    init(queue: CommitQueue, vector: VectorID, shard: ShardAddress) {}
    mutating func put(_ name: SegmentName, _ bytes: RawSpan) throws {}
}
struct SegmentReader: SegmentReading {
    func withSegment(_ name: SegmentName, _ body: (RawSpan) throws -> Void) throws -> Bool { false }
}
extension ReadTransaction {
    func segments(of vector: VectorID, in shard: ShardAddress) -> SegmentReader { SegmentReader() }
}
