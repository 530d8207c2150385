// SPDX-License-Identifier: Apache-2.0
// SHA-1 and SHA-256 (FIPS 180-4), for pages that are not on localhost nor under https: browsers withhold `crypto.subtle` there.

/** The blocks of 16 words that a message is padded to; `run` is called with a view of each. */
function eachBlock(message, run) {
    const length = message.length;
    // What is left of the last block, a bit, zeros and the length in bits: one block or two.
    const whole = length - (length % 64);
    const padded = new Uint8Array(128);
    padded.set(message.subarray(whole));
    padded[length - whole] = 0x80;
    const tailLength = length - whole < 56 ? 64 : 128;
    const tail = new DataView(padded.buffer, 0, tailLength);
    tail.setUint32(tailLength - 8, Math.floor(length / 0x20000000));
    tail.setUint32(tailLength - 4, (length << 3) >>> 0);
    const head = new DataView(message.buffer, message.byteOffset, whole);
    for (let at = 0; at < whole; at += 64) run(head, at);
    for (let at = 0; at < tailLength; at += 64) run(tail, at);
}

const bytesOf = (words) => {
    const view = new DataView(new ArrayBuffer(4 * words.length));
    words.forEach((word, index) => view.setUint32(4 * index, word));
    return new Uint8Array(view.buffer);
};

const viewOf = (data) => (data instanceof Uint8Array ? data : new Uint8Array(data));
const left = (word, by) => (word << by) | (word >>> (32 - by));
const right = (word, by) => (word >>> by) | (word << (32 - by));

/** @param {ArrayBuffer|Uint8Array} data */
export function sha1(data) {
    const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
    const w = new Int32Array(80);
    eachBlock(viewOf(data), (view, at) => {
        for (let i = 0; i < 80; i += 1) w[i] = i < 16 ? view.getInt32(at + 4 * i) : left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        let [a, b, c, d, e] = state;
        for (let i = 0; i < 80; i += 1) {
            let f;
            if (i < 20) f = ((b & c) | (~b & d)) + 0x5a827999;
            else if (i < 40) f = (b ^ c ^ d) + 0x6ed9eba1;
            else if (i < 60) f = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
            else f = (b ^ c ^ d) + 0xca62c1d6;
            const next = (left(a, 5) + f + e + w[i]) | 0;
            [e, d, c, b, a] = [d, c, left(b, 30), a, next];
        }
        [a, b, c, d, e].forEach((word, index) => (state[index] += word));
    });
    return bytesOf([...state].map((word) => word >>> 0));
}

/** The first 32 bits of the fractional parts of roots of the first primes: `power` 1/3 gives the constants, 1/2 the beginning. */
function fractions(count, power) {
    const words = new Int32Array(count);
    for (let found = 0, candidate = 2; found < count; candidate += 1) {
        let isPrime = true;
        for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) if (candidate % divisor === 0) isPrime = false;
        if (!isPrime) continue;
        const root = candidate ** power;
        words[found] = (root - Math.floor(root)) * 0x100000000;
        found += 1;
    }
    return words;
}

const constants = fractions(64, 1 / 3);
const beginning = fractions(8, 1 / 2);

/** @param {ArrayBuffer|Uint8Array} data */
export function sha256(data) {
    const state = Int32Array.from(beginning);
    const w = new Int32Array(64);
    eachBlock(viewOf(data), (view, at) => {
        for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(at + 4 * i);
        for (let i = 16; i < 64; i += 1) {
            const one = right(w[i - 15], 7) ^ right(w[i - 15], 18) ^ (w[i - 15] >>> 3);
            const other = right(w[i - 2], 17) ^ right(w[i - 2], 19) ^ (w[i - 2] >>> 10);
            w[i] = w[i - 16] + one + w[i - 7] + other;
        }
        let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (let i = 0; i < 64; i += 1) {
            const first = (h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + ((e & f) ^ (~e & g)) + constants[i] + w[i]) | 0;
            const second = ((right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
            h = g;
            g = f;
            f = e;
            e = (d + first) | 0;
            d = c;
            c = b;
            b = a;
            a = (first + second) | 0;
        }
        // One by one: a list each time would halve the speed.
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    });
    return bytesOf([...state].map((word) => word >>> 0));
}
