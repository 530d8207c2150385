// SPDX-License-Identifier: Apache-2.0

@main
enum ImageBenchmark {
    static func main() {}
}
