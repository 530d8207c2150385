// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The metrics of the process, by name, and their text for Prometheus (exposition format 0.0.4).
///
/// ```swift
/// let requests = metrics.counter("needletail_requests_total", help: "Requests answered.", labels: ["method", "status"])
/// requests[["GET", "200"]].add()
/// ```
/// Names are part of the code, so a name that is used for two kinds of metric is a mistake of the programmer.
package final class Metrics: Sendable {
    private enum Family {
        case counter(MetricFamily<Counter>)
        case gauge(MetricFamily<Gauge>)
        case histogram(MetricFamily<Histogram>)
    }

    private let families = Mutex<[String: Family]>([:])

    package init() {}

    /// The media type of `exposition`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The counters of this name; the same ones each time.
    package func counter(_ name: String, help: String, labels: [String] = []) -> MetricFamily<Counter> {
        families.withLock { families in
            if case .counter(let family)? = families[name] { return family }
            precondition(families[name] == nil, "metric \(name) is no counter")
            let family = MetricFamily(name: name, help: help, labels: labels) { Counter() }
            families[name] = .counter(family)
            return family
        }
    }

    /// The gauges of this name; the same ones each time.
    package func gauge(_ name: String, help: String, labels: [String] = []) -> MetricFamily<Gauge> {
        families.withLock { families in
            if case .gauge(let family)? = families[name] { return family }
            precondition(families[name] == nil, "metric \(name) is no gauge")
            let family = MetricFamily(name: name, help: help, labels: labels) { Gauge() }
            families[name] = .gauge(family)
            return family
        }
    }

    /// The histograms of this name; the same ones each time.
    ///
    /// - Parameter bounds: upper bounds of the buckets, ascending; one for everything beyond is added.
    package func histogram(
        _ name: String, help: String, labels: [String] = [], bounds: [Double] = Histogram.latencies
    ) -> MetricFamily<Histogram> {
        families.withLock { families in
            if case .histogram(let family)? = families[name] { return family }
            precondition(families[name] == nil, "metric \(name) is no histogram")
            let family = MetricFamily(name: name, help: help, labels: labels) { Histogram(bounds: bounds) }
            families[name] = .histogram(family)
            return family
        }
    }

    /// The text that Prometheus reads, families by name.
    package var exposition: String {
        let families = self.families.withLock { $0.sorted { $0.key < $1.key } }
        var text = ""
        for (_, family) in families {
            switch family {
            case .counter(let family): family.write(to: &text)
            case .gauge(let family): family.write(to: &text)
            case .histogram(let family): family.write(to: &text)
            }
        }
        return text
    }
}

/// A metric that can be written as lines of the exposition format.
package protocol Metric: Sendable {
    static var typeName: String { get }

    /// - Parameters:
    ///   - name: the family's.
    ///   - labels: `name="value"` pairs joined by commas, or empty.
    func write(name: String, labels: String, to text: inout String)
}

/// The metrics of one name, one for each combination of label values.
package final class MetricFamily<Member: Metric>: Sendable {
    /// How many combinations are told apart. What comes beyond is counted together, under the label value `other`, so
    /// that nothing a client sends makes it grow without bound.
    package static var mostMembers: Int { 1000 }

    private let name: String
    private let help: String
    private let labels: [String]
    private let make: @Sendable () -> Member
    private let members = Mutex<[[String]: Member]>([:])

    init(name: String, help: String, labels: [String], make: @escaping @Sendable () -> Member) {
        self.name = name
        self.help = help
        self.labels = labels
        self.make = make
    }

    /// The one without labels.
    package var single: Member { self[[]] }

    /// The one for these label values, in the order in which the labels were given.
    package subscript(values: [String]) -> Member {
        precondition(values.count == labels.count, "\(name) has \(labels.count) labels, not \(values.count)")
        return members.withLock { members in
            if let member = members[values] { return member }
            let key = members.count < Self.mostMembers ? values : labels.map { _ in "other" }
            if let member = members[key] { return member }
            let member = make()
            members[key] = member
            return member
        }
    }

    /// Whether these label values have a member of their own, or will get one.
    package func canTellApart(_ values: [String]) -> Bool {
        members.withLock { $0[values] != nil || $0.count < Self.mostMembers }
    }

    func write(to text: inout String) {
        text += "# HELP \(name) \(escaped(help, quotes: false))\n# TYPE \(name) \(Member.typeName)\n"
        let members = self.members.withLock { $0.sorted { $0.key.lexicographicallyPrecedes($1.key) } }
        for (values, member) in members {
            let pairs = zip(labels, values).map { "\($0)=\"\(escaped($1, quotes: true))\"" }
            member.write(name: name, labels: pairs.joined(separator: ","), to: &text)
        }
    }

    private func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
