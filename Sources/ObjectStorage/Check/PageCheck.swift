// SPDX-License-Identifier: Apache-2.0

import CLMDB
import Glibc

/// Goes through all pages of LMDB's two trees without LMDB, which believes what a page says: where one is damaged it
/// ends the process, or goes on for billions of pages.
///
/// Reads the file with `pread` and checks every number before it is used. What it accepts, LMDB can walk: pages lie in
/// the file, are reached once, are what their parent takes them for, their nodes lie inside them, keys ascend, values
/// on pages of their own have as many as they need, and no free page is in use.
///
/// The format is LMDB 0.9's with pages of 64-bit numbers, in the byte order of the processor (little).
struct PageCheck {
    private enum Flag {
        static let branch: UInt16 = 0x01
        static let leaf: UInt16 = 0x02
        static let overflow: UInt16 = 0x04
        /// Only mean something in memory.
        static let inMemory: UInt16 = 0x8010
        static let valueOnOverflowPages: UInt16 = 0x01
    }
    private static let headerByteCount = 16
    private static let nodeByteCount = 8
    private static let maximumDepth = 32
    private static let noPage = UInt64.max

    /// What a meta page says of a tree.
    private struct Tree {
        var name: String
        var depth: Int
        var entryCount: UInt64
        var root: UInt64
        var isFreeList: Bool
    }

    private let folder: String
    private let file: Int32
    private let pageSize: Int
    private let lastPage: UInt64
    /// One bit a page: whether it was reached.
    private var reached: [UInt64]
    private var freePages: [UInt64] = []
    private var lastKey: [UInt8] = []
    private var lowestKey: [UInt8] = []
    private var entryCount: UInt64 = 0

    /// Checks the state that the open read transaction `transaction` sees.
    ///
    /// - Throws: `StorageError.fileDamaged`, which names the page.
    /// - Complexity: reads all branch and leaf pages, and 16 bytes of each value on pages of its own; a bit a page of memory.
    static func run(
        folder: String, sizeInBytes: Int, environment: OpaquePointer, transaction: OpaquePointer
    ) throws(StorageError) {
        var file: Int32 = -1
        // Safety: `file` lives for the call; LMDB keeps the descriptor open as long as the environment.
        guard unsafe mdb_env_get_fd(environment, &file) == 0 else {
            throw .fileDamaged(folder: folder, reason: "the file cannot be read")
        }
        var status = MDB_stat()
        // Safety: `status` lives for the call.
        guard unsafe mdb_env_stat(environment, &status) == 0, status.ms_psize >= 512, status.ms_psize <= 65_536 else {
            throw .fileDamaged(folder: folder, reason: "its pages have an impossible size")
        }
        let number = unsafe UInt64(mdb_txn_id(transaction))
        var check = try PageCheck(
            folder: folder, file: file, sizeInBytes: sizeInBytes, pageSize: Int(status.ms_psize))
        for tree in try check.trees(of: number) { try check.walk(tree) }
        try check.checkFreePages()
    }

    /// Looks at both meta pages of a file that LMDB is about to open: it divides by the page size it finds there.
    ///
    /// - Throws: `StorageError.fileDamaged`.
    static func requirePageSize(folder: String, path: String) throws(StorageError) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        // Whatever is wrong with the file itself, LMDB will say it.
        guard file >= 0 else { return }
        defer { close(file) }
        var offset = 0
        for name in ["first", "second"] {
            var bytes = [UInt8](repeating: 0, count: 64)
            // Safety: the buffer lives for the call and is as long as it says.
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, offset) }
            guard count == bytes.count, number(in: bytes, at: 16, width: 4) == 0xBEEF_C0DE else { return }
            let size = number(in: bytes, at: 40, width: 4)
            guard size >= 512, size <= 65_536, size.nonzeroBitCount == 1, offset == 0 || size == offset else {
                throw .fileDamaged(folder: folder, reason: "its \(name) page says that pages have \(size) bytes")
            }
            offset = Int(size)
        }
    }

    private init(folder: String, file: Int32, sizeInBytes: Int, pageSize: Int) throws(StorageError) {
        self.folder = folder
        self.file = file
        self.pageSize = pageSize
        let pageCount = sizeInBytes / pageSize
        guard pageCount >= 2 else { throw .fileDamaged(folder: folder, reason: "the file has less than two pages") }
        lastPage = UInt64(pageCount - 1)
        reached = Array(repeating: 0, count: pageCount / 64 + 1)
        reached[0] = 0b11
    }

    /// The trees that the meta page of transaction `number` describes: the data first, then the free pages.
    private func trees(of number: UInt64) throws(StorageError) -> [Tree] {
        let meta = try read(number & 1, count: 160)
        guard Self.number(in: meta, at: 144, width: 8) == number else {
            throw damage(number & 1, "it is not the state of transaction \(number); try again")
        }
        return [(88, "data", false), (40, "free pages", true)].map { offset, name, isFreeList in
            Tree(
                name: name, depth: Int(Self.number(in: meta, at: offset + 6, width: 2)),
                entryCount: Self.number(in: meta, at: offset + 32, width: 8),
                root: Self.number(in: meta, at: offset + 40, width: 8), isFreeList: isFreeList)
        }
    }

    // MARK: Trees

    private mutating func walk(_ tree: Tree) throws(StorageError) {
        lastKey = []
        lowestKey = []
        entryCount = 0
        if tree.root != Self.noPage {
            guard (1...Self.maximumDepth).contains(tree.depth) else {
                throw damage(tree.root, "the tree of \(tree.name) is said to be \(tree.depth) levels deep")
            }
            try walk(tree.root, levels: tree.depth, of: tree)
        }
        guard entryCount == tree.entryCount else {
            throw .fileDamaged(
                folder: folder,
                reason: "the tree of \(tree.name) has \(entryCount) entries where \(tree.entryCount) are counted")
        }
    }

    private mutating func walk(_ page: UInt64, levels: Int, of tree: Tree) throws(StorageError) {
        try reach(page, count: 1)
        let bytes = try read(page, count: pageSize)
        guard Self.number(in: bytes, at: 0, width: 8) == page else {
            throw damage(page, "it says that it is page \(Self.number(in: bytes, at: 0, width: 8))")
        }
        let flags = UInt16(Self.number(in: bytes, at: 10, width: 2)) & ~Flag.inMemory
        guard flags == (levels == 1 ? Flag.leaf : Flag.branch) else {
            throw damage(page, "it is no \(levels == 1 ? "leaf" : "branch") page")
        }
        let lower = Int(Self.number(in: bytes, at: 12, width: 2))
        let upper = Int(Self.number(in: bytes, at: 14, width: 2))
        let count = (lower - Self.headerByteCount) / 2
        guard lower >= Self.headerByteCount, lower % 2 == 0, lower <= upper, upper <= pageSize,
            count >= (levels == 1 || tree.isFreeList ? 1 : 2)
        else { throw damage(page, "its list of nodes has impossible bounds") }
        for index in 0..<count {
            let offset = Int(Self.number(in: bytes, at: Self.headerByteCount + 2 * index, width: 2))
            guard offset >= upper, offset % 2 == 0, offset + Self.nodeByteCount <= pageSize else {
                throw damage(page, "node \(index) lies outside")
            }
            let keyEnd = offset + Self.nodeByteCount + Int(Self.number(in: bytes, at: offset + 6, width: 2))
            guard keyEnd <= pageSize else { throw damage(page, "the key of node \(index) goes over its end") }
            let key = bytes[(offset + Self.nodeByteCount)..<keyEnd]
            if levels == 1 {
                try checkEntry(page, bytes, node: offset, key: key, of: tree)
            } else {
                // The first key of a branch page stands for everything that is less than the second.
                if index > 0 { try beginChild(key, on: page, of: tree) }
                let child =
                    Self.number(in: bytes, at: offset, width: 4)
                    | Self.number(in: bytes, at: offset + 4, width: 2) << 32
                try walk(child, levels: levels - 1, of: tree)
            }
        }
    }

    private mutating func beginChild(_ key: ArraySlice<UInt8>, on page: UInt64, of tree: Tree) throws(StorageError) {
        guard isAscending(lastKey[...], key, in: tree) else { throw damage(page, "its keys do not ascend") }
        lowestKey = Array(key)
    }

    private mutating func checkEntry(
        _ page: UInt64, _ bytes: [UInt8], node offset: Int, key: ArraySlice<UInt8>, of tree: Tree
    ) throws(StorageError) {
        guard tree.isFreeList ? key.count == 8 : (1...Key.maximumByteCount).contains(key.count) else {
            throw damage(page, "a key has \(key.count) bytes")
        }
        guard lastKey.isEmpty || isAscending(lastKey[...], key, in: tree),
            lowestKey.isEmpty || !isAscending(key, lowestKey[...], in: tree)
        else { throw damage(page, "its keys do not ascend") }
        lastKey = Array(key)
        lowestKey = []
        entryCount += 1
        let flags = UInt16(Self.number(in: bytes, at: offset + 4, width: 2))
        let valueCount = Int(Self.number(in: bytes, at: offset, width: 4))
        switch flags {
        case 0:
            guard key.endIndex + valueCount <= pageSize else { throw damage(page, "a value goes over its end") }
            if tree.isFreeList { try takeFreePages(bytes[key.endIndex..<(key.endIndex + valueCount)], on: page) }
        case Flag.valueOnOverflowPages:
            guard key.endIndex + 8 <= pageSize else { throw damage(page, "a value goes over its end") }
            let first = Self.number(in: bytes, at: key.endIndex, width: 8)
            try checkOverflow(first, valueCount: valueCount)
            if tree.isFreeList {
                let value = try read(first, count: Self.headerByteCount + valueCount)
                try takeFreePages(value[Self.headerByteCount...], on: first)
            }
        default: throw damage(page, "a value is of a kind that is not used here (\(flags))")
        }
    }

    /// The pages from `first` on that hold one value.
    private mutating func checkOverflow(_ first: UInt64, valueCount: Int) throws(StorageError) {
        let needed = (Self.headerByteCount + valueCount + pageSize - 1) / pageSize
        try reach(first, count: needed)
        let head = try read(first, count: Self.headerByteCount)
        guard Self.number(in: head, at: 0, width: 8) == first,
            UInt16(Self.number(in: head, at: 10, width: 2)) & ~Flag.inMemory == Flag.overflow,
            Self.number(in: head, at: 12, width: 4) == UInt64(needed)
        else { throw damage(first, "it does not begin the \(needed) pages of a value") }
    }

    private func isAscending(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>, in tree: Tree) -> Bool {
        // The keys of the free list are numbers, in the processor's order of bytes.
        tree.isFreeList
            ? first.reversed().lexicographicallyPrecedes(second.reversed()) : first.lexicographicallyPrecedes(second)
    }

    // MARK: Pages

    /// A free list's value: how many, then the numbers, descending.
    private mutating func takeFreePages(_ value: ArraySlice<UInt8>, on page: UInt64) throws(StorageError) {
        let bytes = Array(value)
        guard bytes.count >= 8, bytes.count % 8 == 0,
            Self.number(in: bytes, at: 0, width: 8) == UInt64(bytes.count / 8 - 1)
        else { throw damage(page, "a list of free pages has a wrong length") }
        guard freePages.count + bytes.count / 8 <= reached.count * 64 + 1 << 20 else {
            throw damage(page, "more pages are listed as free than there are")
        }
        var previous = UInt64.max
        for offset in stride(from: 8, to: bytes.count, by: 8) {
            let free = Self.number(in: bytes, at: offset, width: 8)
            guard free >= 2, free < previous else { throw damage(page, "a list of free pages is not in order") }
            freePages.append(free)
            previous = free
        }
    }

    private mutating func checkFreePages() throws(StorageError) {
        // Free pages at the end need not be in the file.
        for page in freePages where page <= lastPage { try reach(page, count: 1) }
    }

    private mutating func reach(_ first: UInt64, count: Int) throws(StorageError) {
        guard first >= 2, first <= lastPage, UInt64(count) <= lastPage - first + 1 else {
            throw damage(first, "it is in use and lies outside the file")
        }
        for page in Int(first)..<(Int(first) + count) {
            guard reached[page / 64] & 1 << UInt64(page % 64) == 0 else {
                throw damage(UInt64(page), "it is used twice, or free and in use")
            }
            reached[page / 64] |= 1 << UInt64(page % 64)
        }
    }

    private func read(_ page: UInt64, count: Int) throws(StorageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // Safety: the buffer lives for the call and is as long as it says.
        let received = unsafe bytes.withUnsafeMutableBytes {
            unsafe pread(file, $0.baseAddress, $0.count, Int(page) * pageSize)
        }
        guard received == count else { throw damage(page, "it cannot be read") }
        return bytes
    }

    private func damage(_ page: UInt64, _ reason: String) -> StorageError {
        .fileDamaged(folder: folder, reason: "page \(page) of data.mdb: \(reason); restore a backup")
    }

    /// The number of `width` bytes at `offset`, which must lie inside.
    private static func number(in bytes: [UInt8], at offset: Int, width: Int) -> UInt64 {
        var number: UInt64 = 0
        for index in (0..<width).reversed() { number = number << 8 | UInt64(bytes[offset + index]) }
        return number
    }
}
