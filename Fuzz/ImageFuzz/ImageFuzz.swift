// SPDX-License-Identifier: Apache-2.0

@main
enum ImageFuzz {
    static func main() {}
}
