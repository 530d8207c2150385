# SPDX-License-Identifier: Apache-2.0
"""Makes the tables of a run from the JSON files that it left.

    python3 Benchmarks/summary.py FOLDER [--markdown FILE] [--page FILE]

Prints the goals as text. `--markdown` writes all tables to a file; `--page` puts them into a page, between the two
marker lines.
"""
from __future__ import annotations

import argparse
from pathlib import Path

import store_goals
from curves import curves, rate_at
from goals import Line, Run, all_goals, text

BEGIN, END = "<!-- Benchmarks/summary.py wrote what follows -->", "<!-- the end of what it wrote -->"
NAMES = {"needletail": "Needletail", "hnswlib": "hnswlib", "faiss": "faiss HNSW-SQ8, refined"}
HEADER = ["goal", "must", "yardstick", "ours", "ratio", "verdict"]


def cells(line: Line) -> list[str]:
    return [line.what, line.must, line.yardstick, line.ours, line.ratio, line.verdict]


def markdown(header: list[str], lines: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *lines]) + "\n"


def aligned(header: list[str], lines: list[list[str]]) -> str:
    widths = [max(len(row[i]) for row in [header, *lines]) for i in range(len(header))]
    rows = [header, ["-" * width for width in widths], *lines]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def about(machine: dict) -> str:
    if not machine:
        return ""
    extensions = ", ".join(machine["extensions"])
    changed = " with changes" if machine["changed"] else ""
    return (f"{machine['date']}, commit {machine['commit']}{changed}; {machine['processor']} (family {machine['family']}, model "
            f"{machine['model']}; {extensions}), {machine['cores']} cores, {machine['memory_gib']} GiB; load before the start "
            f"{machine['load_before']}.\n")


def comparison(run: Run, data: str) -> str:
    """Build, rates and memory of one set of vectors, ours beside the yardsticks'."""
    files, rows = run.files(data), run.rows(data)
    if not files:
        return ""
    points = curves(files)
    names = [name for name in NAMES if name in points]

    def row(what: str, value) -> list[str]:
        return [what, *(value(name, "" if name == "needletail" else f"{name} ") for name in names)]

    def number(name: str, key: str = "value") -> str:
        return text(rows[name][key]) if name in rows else ""

    def at(recall: float):
        return lambda name, _: (lambda rate: text(rate) if rate else "")(rate_at(points[name], recall))

    lines = [
        row("build, s", lambda _, prefix: number(f"{prefix}build s")),
        row("queries a second at recall 0.95", at(0.95)), row("at recall 0.99", at(0.99)),
        row("at ef 100 (recall)", lambda _, prefix: f"{number(f'{prefix}ef 100', 'rate')} ({rows[f'{prefix}ef 100']['recall']:.4f})"
            if f"{prefix}ef 100" in rows else ""),
        row("two threads / one", lambda _, prefix: number(f"{prefix}two threads / one by the clock")),
        row("memory a vector beside the floats, bytes", lambda _, prefix: number(f"{prefix}memory bytes a vector")),
    ]
    about = run.read(f"{data}.json") or run.read(f"{data}-yardsticks.json")
    kind = {"real": "ResNet50 vectors", "clustered": "generated vectors"}.get(about.get("data", ""), "vectors")
    return (f"### {about['count']:,} {kind} of {about['dimensions']} dimensions\n\n{about['queries']} queries, the ten nearest by cosine, "
            f"M {about['m']}, efConstruction {about['efConstruction']}. One thread, processor time.\n\n"
            + markdown(["", *(NAMES[name] for name in names)], lines) + picture(run, f"{data}-recall.svg"))


def picture(run: Run, name: str) -> str:
    return f"\n![Recall against queries a second]({name})\n" if (run.folder / name).exists() else ""


def details(run: Run, data: str) -> str:
    """Filters, tail, replaced documents, many neighbors, snapshot."""
    rows = run.read(f"{data}.json").get("rows", [])
    searches = [row for row in rows if row["name"].startswith(("filter", "nearest", "fresh", "replaced", "dealt", "tail"))]
    others = [row for row in rows if row["name"].startswith(("snapshot", "repair", "encode", "link", "local"))]
    if not searches and not others:
        return ""
    lines = [[row["name"] + (f", {row['excess']:.1e} too far" if "excess" in row else ""),
              f"{row['recall']:.4f}" if "recall" in row else "", text(row["ms"])] for row in searches]
    out = markdown(["searches, ten nearest unless said", "recall", "ms"], lines)
    return out + "\n" + markdown(["", "value"], [[row["name"], text(row["value"])] for row in others])


def server(run: Run) -> str:
    found = run.server
    if not found:
        return ""
    lines = []
    for name, part in found.items():
        if isinstance(part, dict) and "p50_ms" in part:
            rate = part.get("objects_per_second", part["per_second"])
            lines.append([name.replace("_", " "), str(part["clients"]), text(part["p50_ms"]), text(part["p95_ms"]), text(part["p99_ms"]),
                          text(rate), text(part["client_ms"]), f"{part['recall_at_10']:.4f}" if "recall_at_10" in part else ""])
    others = []
    for name, part in found.items():
        if isinstance(part, dict) and "p50_ms" not in part:
            others += [[f"{name} {key}".replace("_", " "), str(value)] for key, value in part.items()]
        elif not isinstance(part, dict):
            others.append([name.replace("_", " "), str(part)])
    return ("### Over HTTP\n\nClient and server share the cores. The rate of the import counts objects, the others requests.\n\n"
            + markdown(["", "clients", "p50 ms", "p95 ms", "p99 ms", "a second", "of that the client, ms", "recall@10"], lines)
            + "\n" + markdown(["", "value"], others))


def pictures(run: Run) -> str:
    lines = [[part["network"], text(part["pictures_per_second"]), text(part["near_image"]["p50_ms"]), str(part["memory_mib"])]
             for part in run.pictures.values()]
    if not lines:
        return ""
    return "### Pictures over HTTP\n\n" + markdown(["network", "pictures a second, two clients", "nearImage p50, ms", "memory, MiB"], lines)


def store(run: Run) -> str:
    """The goals of the store, and beside them every other question that was asked."""
    lines = store_goals.store_lines(run)
    if not lines:
        return ""
    report, sqlite = run.read("store.json"), run.read("store-yardstick.json")
    held = {goal.row for goal in store_goals.goals()}
    others = [[name, text(row["cpu_ms"]), text(sqlite["rows"][name]["cpu_ms"]) if name in sqlite.get("rows", {}) else "",
               f"{row['recall']:.4f}" if "recall" in row else ""]
              for name, row in report["rows"].items() if name not in held and "cpu_ms" in row]
    size = f"{report['objects']:,} {'small ' if report.get('small') else ''}objects with vectors of {report.get('dimensions')} dimensions"
    peer = f", SQLite {sqlite['sqlite']} with FTS5 in its own process" if sqlite else ""
    return (f"### The store over HTTP\n\n{size}{peer}. Processor time of the server, a request.\n\n{about(report['machine'])}\n"
            + markdown(store_goals.HEADER, lines)
            + ("\n" + markdown(["further questions", "ms", "SQLite, ms", "recall@10"], others) if others else ""))


def document(run: Run) -> str:
    parts = [about(run.machine), "### Goals\n\n" + markdown(HEADER, [cells(line) for line in all_goals(run)])]
    for data in ("index", "clustered"):
        parts += [comparison(run, data), details(run, data)]
    parts += [server(run), pictures(run), store(run)]
    return "\n".join(part for part in parts if part)


def put_into(page: str, tables: str) -> str:
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"the page has no lines '{BEGIN}' and '{END}'")
    return f"{before}{BEGIN}\n\n{tables}\n{END}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    run = Run(options.folder)
    print(about(run.machine))
    print(aligned(HEADER, [cells(line) for line in all_goals(run)]))
    if lines := store_goals.store_lines(run):
        print("\n" + aligned(store_goals.HEADER, lines))
    tables = document(run)
    if options.markdown:
        options.markdown.write_text(tables)
    if options.page:
        options.page.write_text(put_into(options.page.read_text(), tables))


if __name__ == "__main__":
    main()
