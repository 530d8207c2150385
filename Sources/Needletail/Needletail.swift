// SPDX-License-Identifier: Apache-2.0

@main
struct Needletail {
    static func main() {}
}
