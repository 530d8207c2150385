# SPDX-License-Identifier: Apache-2.0
"""Draws aggregations and computes what they must answer from the objects themselves, one after the other."""
from __future__ import annotations

import collections
import datetime
import math

import numpy
from columns import EPOCH, nanoseconds
from operations import Request, encoded
from store_model import PROPERTIES, Collection
from values import Values

NUMERIC = ["count", "minimum", "maximum", "mean", "median", "mode", "sum"]
MEASURES = {
    "int": NUMERIC, "int[]": NUMERIC, "number": NUMERIC, "date": ["count", "minimum", "maximum", "median", "mode"],
    "boolean": ["count", "totalTrue", "totalFalse", "percentageTrue", "percentageFalse"],
    "text": ["count", "topOccurrences"], "text[]": ["count", "topOccurrences"],
}
# Dates with offsets are left out: what is shown of them depends on how they are read.
AGGREGATED = [name for name in PROPERTIES if name != "seen"]
GROUPED = [name for name in AGGREGATED if name not in ("title", "summary")]
TOLERANCE = 1e-9
DEFAULT_GROUPS, DEFAULT_TOP = 100, 5


def aggregate(collection: Collection, values: Values, found_by: str, rows: numpy.ndarray) -> Request:
    """An aggregation of some properties; of groups now and then.

    - found_by: the arguments that the objects are found by; empty for all.
    - rows: what these find.
    """
    chooser = values.random
    asked: dict[str, list[str]] = {}
    for name in chooser.sample(AGGREGATED, chooser.choice([0, 1, 2, 3])):
        measures = MEASURES[PROPERTIES[name]]
        asked[name] = chooser.sample(measures, chooser.choice([1, 2, len(measures)]))
    top = chooser.choice([1, 3, DEFAULT_TOP, 50])
    group_by = chooser.choice(GROUPED) if chooser.random() < 0.45 else None
    limit = chooser.choice([None, None, 1, 7, 300]) if group_by else None
    fields = ["meta{count}"] + (["groupedBy{value path}"] if group_by else [])
    for name, measures in asked.items():
        texts = [f"topOccurrences(limit:{top}){{value occurs}}" if one == "topOccurrences" else one for one in measures]
        fields.append(f"{name}{{{' '.join(texts)}}}")
    arguments = [f'groupBy:["{group_by}"]' if group_by else "", f"limit:{limit}" if limit else "", found_by]
    listed = ",".join(argument for argument in arguments if argument)
    query = f"{{Aggregate{{{collection.name}{f'({listed})' if listed else ''}{{{' '.join(fields)}}}}}}}"
    objects = [collection.objects[row].properties for row in rows.tolist()]
    expected = expected_groups(objects, asked, top, group_by, DEFAULT_GROUPS if limit is None else limit)

    def judge(status: int, answer: object) -> str | None:
        if status != 200 or answer.get("errors"):
            return f"status {status}: {str(answer)[:800]}"
        return difference(answer["data"]["Aggregate"][collection.name], expected, collection.name)
    kind = "Aggregate" + (" groupBy" if group_by else "") + (" where" if "where:" in found_by else "") + (" nearVector" if "near" in found_by else "")
    return Request(kind, "POST", "/v1/graphql", encoded({"query": query}), judge)


def expected_groups(
    objects: list[dict], asked: dict[str, list[str]], top: int, group_by: str | None, limit: int
) -> list[dict]:
    if group_by is None:
        return [summary(objects, asked, top)]
    members: dict[object, list[dict]] = collections.defaultdict(list)
    for properties in objects:
        value = properties.get(group_by)
        for one in dict.fromkeys(value if isinstance(value, list) else [] if value is None else [value]):
            members[one].append(properties)
    # The largest first, equally large ones by their value.
    order = sorted(members, key=lambda value: (-len(members[value]), value.encode() if isinstance(value, str) else value))
    if PROPERTIES[group_by] == "date":
        order.sort(key=lambda value: (-len(members[value]), nanoseconds(value)))
    return [
        {**summary(members[value], asked, top), "groupedBy": {"value": GroupValue(value), "path": [group_by]}}
        for value in order[:limit]]


class GroupValue:
    """What objects are grouped by; equal to its text in an answer. Numbers are compared as numbers."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, text: object) -> bool:
        if isinstance(self.value, bool):
            return text == ("true" if self.value else "false")
        if isinstance(self.value, str):
            return text == self.value
        return isinstance(text, str) and (float(text) == self.value or text == str(self.value))

    def __repr__(self) -> str:
        return repr(self.value)


def summary(objects: list[dict], asked: dict[str, list[str]], top: int) -> dict:
    result: dict = {"meta": {"count": len(objects)}}
    for name, measures in asked.items():
        found = [properties[name] for properties in objects if name in properties]
        kind = PROPERTIES[name]
        if kind.endswith("[]"):
            found = [element for value in found for element in value]
        of_kind = {"text": of_texts, "boolean": of_booleans, "date": of_dates}.get(kind.removesuffix("[]"), of_numbers)
        all_measures = of_kind(found) if of_kind is not of_texts else of_texts(found, top)
        result[name] = {measure: all_measures[measure] for measure in measures}
    return result


def of_texts(values: list[str], top: int) -> dict:
    counts = collections.Counter(values)
    order = sorted(counts, key=lambda text: (-counts[text], text.encode()))
    return {"count": len(values), "topOccurrences": [{"value": text, "occurs": counts[text]} for text in order[:top]]}


def of_booleans(values: list[bool]) -> dict:
    true, count = sum(values), len(values)
    return {
        "count": count, "totalTrue": true, "totalFalse": count - true, "percentageTrue": true / count if count else None,
        "percentageFalse": (count - true) / count if count else None}


def of_numbers(values: list[int] | list[float]) -> dict:
    if not values:
        return {"count": 0, **dict.fromkeys(NUMERIC[1:])}
    lower, upper = middle(values)
    # A median is a fraction, whatever the values are.
    median = float(lower) if lower == upper else (lower + upper) / 2
    total = sum(values)
    if isinstance(total, int) and not -(1 << 63) <= total < 1 << 63:
        # Whole sums are told up to 64 bits.
        shown_total: int | float = float(total)
    else:
        shown_total = total
    return {
        "count": len(values), "minimum": min(values), "maximum": max(values), "sum": shown_total, "mean": total / len(values),
        "median": median, "mode": mode(values)}


def of_dates(values: list[str]) -> dict:
    if not values:
        return {"count": 0, **dict.fromkeys(MEASURES["date"][1:])}
    moments = [nanoseconds(value) for value in values]
    lower, upper = middle(moments)
    return {
        "count": len(values), "minimum": date_text(min(moments)), "maximum": date_text(max(moments)),
        "median": date_text((lower + upper) // 2), "mode": date_text(mode(moments))}


def middle(values: list) -> tuple:
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]


def mode(values: list):
    """The least of the most frequent."""
    counts = collections.Counter(values)
    most = max(counts.values())
    return min(value for value, count in counts.items() if count == most)


def date_text(moment: int) -> str:
    """RFC 3339 in UTC, without zeros at the end of the fraction."""
    seconds, fraction = divmod(moment, 10**9)
    text = (EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{fraction:09}".rstrip("0") if fraction else "") + "Z"


def difference(told: object, expected: object, place: str) -> str | None:
    """The first place where an answer is not what it should be; means and sums of fractions may be off by rounding."""
    if isinstance(expected, dict) and isinstance(told, dict):
        if told.keys() != expected.keys():
            return f"{place} has {sorted(told)}, not {sorted(expected)}"
        parts = [(told[name], expected[name], f"{place}.{name}") for name in expected]
    elif isinstance(expected, list) and isinstance(told, list):
        if len(told) != len(expected):
            return f"{place} has {len(told)} elements, not {len(expected)}: {str(told)[:300]}, not {str(expected)[:300]}"
        parts = [(one, other, f"{place}[{index}]") for index, (one, other) in enumerate(zip(told, expected))]
    else:
        is_number = isinstance(told, (int, float)) and isinstance(expected, float) and not isinstance(told, bool)
        is_equal = math.isclose(told, expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE) if is_number else expected == told
        return None if is_equal else f"{place} is {told!r}, not {expected!r}"
    return next((problem for part in parts if (problem := difference(*part))), None)
