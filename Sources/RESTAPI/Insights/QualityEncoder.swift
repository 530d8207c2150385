// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import JSON

/// Writes a measurement as members of an object.
package enum QualityEncoder {
    package static func write(_ report: QualityReport, to writer: inout JSONWriter) {
        let counts = [
            ("objects", report.objectCount), ("labeled", report.labeledCount), ("labels", report.labelCount),
            ("queries", report.overall.queryCount), ("withoutPeers", report.loneCount),
            ("dimensions", report.dimensions),
        ]
        for (name, count) in counts {
            writer.key(name)
            writer.number(count)
        }
        writer.member("metric", .string(report.metric))
        writer.key("depth")
        writer.number(report.depth)
        write(report.overall, report.ranks, to: &writer)
        writer.key("recall")
        if let recall = report.recall {
            writer.beginObject()
            writer.key("value")
            writer.number(recall.value)
            writer.key("queries")
            writer.number(recall.queryCount)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.key("byLabel")
        writer.beginArray()
        for label in report.labels {
            writer.beginObject()
            writer.member("label", .string(label.name))
            writer.key("objects")
            writer.number(label.objectCount)
            writer.key("queries")
            writer.number(label.figures.queryCount)
            write(label.figures, report.ranks, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.key("confusions")
        writer.beginArray()
        for confusion in report.confusions {
            writer.beginObject()
            writer.member("label", .string(confusion.label))
            writer.member("found", .string(confusion.found))
            writer.key("count")
            writer.number(confusion.count)
            writer.key("share")
            writer.number(confusion.share)
            writer.endObject()
        }
        writer.endArray()
    }

    /// `precision` by rank, and `mAP`.
    private static func write(_ figures: QualityReport.Figures, _ ranks: [Int], to writer: inout JSONWriter) {
        writer.key("precision")
        writer.beginObject()
        for (rank, value) in zip(ranks, figures.precision) {
            writer.key("\(rank)")
            writer.number(value)
        }
        writer.endObject()
        writer.key("mAP")
        writer.number(figures.meanAveragePrecision)
    }
}
