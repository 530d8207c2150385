// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Observability

@Suite struct MetricsTests {
    @Test func `counters, gauges and histograms are written as Prometheus reads them`() {
        let metrics = Metrics()
        let requests = metrics.counter("requests_total", help: "Requests\nanswered.", labels: ["method", "path"])
        requests[["GET", "/a\"b\\c\n"]].add()
        requests[["GET", "/a\"b\\c\n"]].add(2)
        metrics.gauge("connections", help: "Open now.").single.add(3)
        metrics.gauge("connections", help: "Open now.").single.add(-0.5)
        let sizes = metrics.histogram("sizes", help: "Sizes.", bounds: [1, 2.5])
        for size in [0.5, 1, 2, 3] { sizes.single.observe(size) }
        #expect(
            metrics.exposition == #"""
                # HELP connections Open now.
                # TYPE connections gauge
                connections 2.5
                # HELP requests_total Requests\nanswered.
                # TYPE requests_total counter
                requests_total{method="GET",path="/a\"b\\c\n"} 3
                # HELP sizes Sizes.
                # TYPE sizes histogram
                sizes_bucket{le="1"} 2
                sizes_bucket{le="2.5"} 3
                sizes_bucket{le="+Inf"} 4
                sizes_sum 6.5
                sizes_count 4

                """#)
    }

    @Test func `a name gives the same metric each time`() {
        let metrics = Metrics()
        metrics.counter("a", help: "").single.add()
        metrics.counter("a", help: "").single.add()
        #expect(metrics.counter("a", help: "").single.value == 2)
    }

    @Test func `label values beyond the limit are counted together`() {
        let family = Metrics().counter("a", help: "", labels: ["name"])
        for number in 0..<MetricFamily<Counter>.mostMembers + 5 { family[["\(number)"]].add() }
        #expect(family[["other"]].value == 5)
        #expect(family[["0"]].value == 1)
    }

    @Test func `a histogram of durations counts seconds`() {
        let histogram = Histogram(bounds: Histogram.latencies)
        histogram.observe(Duration.milliseconds(3))
        var text = ""
        histogram.write(name: "t", labels: "", to: &text)
        #expect(text.contains("t_bucket{le=\"0.0025\"} 0\nt_bucket{le=\"0.005\"} 1\n"))
        #expect(text.contains("t_sum 0.003\n"))
    }

    @Test func `additions from many tasks are all counted`() async {
        let metrics = Metrics()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        metrics.counter("c", help: "").single.add()
                        metrics.gauge("g", help: "").single.add()
                        metrics.histogram("h", help: "").single.observe(1)
                    }
                }
            }
        }
        #expect(metrics.counter("c", help: "").single.value == 8000)
        #expect(metrics.gauge("g", help: "").single.value == 8000)
        #expect(metrics.histogram("h", help: "").single.count == 8000)
    }

    @Test func `durations are told in seconds and milliseconds`() {
        #expect(Duration.milliseconds(1500).inSeconds == 1.5)
        #expect(Duration.microseconds(-250).inMilliseconds == -0.25)
    }
}
