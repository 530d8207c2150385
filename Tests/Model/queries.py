# SPDX-License-Identifier: Apache-2.0
"""Draws reads of one class: single objects, pages, listings with filters and sort keys, keyword and vector searches. Each knows its answer."""
from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import numpy
from aggregates import aggregate
from columns import Texts
from conditions import Filter, where
from operations import Request, encoded, path_of, status_is
from store_model import IDENTITIES, PROPERTIES, ROW_OF, TEXTS, Collection, Definition, note_times, read
from values import Values

ALL = 10_000
# Up to so many slots an index is scanned, whatever its type.
ALWAYS_SCANNED = 256
SCORE_TOLERANCE = 1e-4


@dataclasses.dataclass
class Recall:
    """How much of what is nearest the walks through graphs have found."""

    found: int = 0
    wanted: int = 0

    @property
    def share(self) -> float:
        return self.found / self.wanted if self.wanted else 1


class Reads:
    """Draws reads."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.recall = Recall()
        self.kinds = [
            (self.listing, 30), (self.keyword, 20), (self.nearest, 17), (self.hybrid, 3), (self.aggregate, 25), (self.page, 5)]

    def query(self, collection: Collection) -> Request:
        draw = self.values.random.choices([kind for kind, _ in self.kinds], [weight for _, weight in self.kinds])[0]
        collection.settle()
        return draw(collection)

    def filter_or_none(self, chance: float = 0.6) -> Filter | None:
        return self.values.filter() if self.values.random.random() < chance else None

    def window(self) -> tuple[int, int]:
        """Offset and limit."""
        chooser = self.values.random
        limit = chooser.choice([1, 3, 10, 25, 100, 700, ALL])
        return (0 if limit == ALL or chooser.random() < 0.6 else chooser.choice([1, 7, 90, 1500])), limit

    def sort_keys(self) -> list[tuple[str, bool]]:
        """Names, and whether descending."""
        chooser = self.values.random
        return [(name, chooser.random() < 0.5) for name in chooser.sample([*PROPERTIES, "id"], chooser.choice([1, 1, 2, 3]))]

    # MARK: Single objects and pages

    def single(self, collection: Collection, row: int) -> Request:
        path = path_of(collection, row)
        stored = collection.objects.get(row)
        if self.values.random.random() < 0.3:
            return Request("HEAD", "HEAD", path, None, status_is(204 if stored else 404))
        if stored is None:
            return Request("GET", "GET", path, None, status_is(404))

        def judge(status: int, answer: object) -> str | None:
            if status != 200:
                return f"status {status}, not 200: {str(answer)[:500]}"
            found = read(answer)
            return note_times(stored, found) if stored.equals(found) else f"{answer} is not {stored}"
        return Request("GET", "GET", path + "?include=vector", None, judge)

    def page(self, collection: Collection) -> Request:
        """Some objects in order of their ids; now and then of sort keys."""
        chooser = self.values.random
        if chooser.random() < 0.3:
            keys, (offset, limit) = self.sort_keys(), self.window()
            rows = collection.listed(None, keys)[offset:offset + min(limit, 700)].tolist()
            order = ",".join("desc" if is_descending else "asc" for _, is_descending in keys)
            more = f"&offset={offset}&sort={','.join(name for name, _ in keys)}&order={order}"
            return page_of(collection, more, min(limit, 700), rows)
        after, limit = chooser.choice(["", *chooser.choices(IDENTITIES, k=3)]), chooser.choice([1, 20, 100, 500])
        rows = numpy.flatnonzero(collection.alive)
        rows = rows[rows > ROW_OF[after]] if after else rows
        return page_of(collection, f"&after={after}" if after else "", limit, rows[:limit].tolist())

    # MARK: Listings

    def listing(self, collection: Collection) -> Request:
        chooser = self.values.random
        condition = self.filter_or_none()
        keys: list[tuple[str, bool]] = []
        if chooser.random() < 0.45:
            keys = self.sort_keys()
        offset, limit = self.window()
        rows = collection.listed(condition.mask(collection) if condition else None, keys)[offset:offset + limit].tolist()
        arguments = [f"limit:{limit}", f"offset:{offset}", where(condition), sort_argument(keys)]
        names = chooser.sample(list(PROPERTIES), 4) if limit <= 100 else []
        kind = "Get" + (" where" if condition else "") + (" sort" if keys else "")
        return graphql(kind, collection, arguments, " ".join(names), lambda hits: judge_listing(collection, hits, rows, names))

    # MARK: Keyword search

    def keyword(self, collection: Collection) -> Request:
        chooser = self.values.random
        condition = self.filter_or_none(0.3)
        boosts = {name: 1.0 for name in TEXTS}
        text = self.values.phrase() if chooser.random() < 0.8 else chooser.choice([self.values.sought("kind"), "t3"])
        bm25 = [f"query:{json.dumps(text, ensure_ascii=False)}"]
        if chooser.random() < 0.6:
            boosts = {name: chooser.choice([1.0, 1.0, 2.0, 0.5]) for name in chooser.sample(TEXTS, chooser.choice([1, 2, 3]))}
            names = (name if boost == 1 else f"{name}^{boost}" for name, boost in boosts.items())
            bm25.append(f"properties:{json.dumps(list(names))}")
        least = chooser.choice([1, 1, 1, 2, None])
        if least != 1:
            bm25.append(f"searchOperator:{{operator:{f'Or,minimumOrTokensMatch:{least}' if least else 'And'}}}")
        scores = keyword_scores(collection, text, boosts, least)
        offset, limit = self.window()
        mask = condition.mask(collection) if condition else collection.alive
        rows = numpy.flatnonzero(mask & (scores > 0))
        expected = numpy.sort(scores[rows])[::-1][offset:offset + limit]
        arguments = [f"limit:{limit}", f"offset:{offset}", f"bm25:{{{','.join(bm25)}}}", where(condition)]
        allowed = set(rows.tolist())
        return graphql(
            "bm25" + (" where" if condition else ""), collection, arguments, "",
            lambda hits: judge_scores(hits, expected, scores, allowed), "score")

    # MARK: Vector search

    def nearest(self, collection: Collection) -> Request:
        chooser, definition = self.values.random, collection.definition
        condition = self.filter_or_none(0.5)
        query = self.values.vector(definition.dimensions)
        mask = collection.vectors.present & (condition.mask(collection) if condition else True)
        rows, distances = nearest_first(collection, query, mask)
        near, window = [f"vector:{json.dumps(query)}"], self.window()
        if len(rows) and chooser.random() < 0.2:
            # Between two distances, which are multiples of 1/256.
            threshold = float(distances[chooser.randrange(len(rows))]) + 1 / 512
            near.append(f"distance:{threshold!r}")
            count = int(numpy.searchsorted(distances, threshold))
            rows, distances = rows[:count], distances[:count]
        offset, limit = window
        rows, distances = rows[offset:offset + limit], distances[offset:offset + limit]
        arguments = [f"limit:{limit}", f"offset:{offset}", f"nearVector:{{{','.join(near)}}}", where(condition)]
        is_exact = is_scanned(collection)
        if is_exact and chooser.random() < 0.2:
            # What the window holds is put in another order.
            keys = self.sort_keys()
            arguments.append(sort_argument(keys))
            order = collection.order(rows, keys, numpy.arange(len(rows)))
            rows, distances = rows[order], distances[order]
        rows, distances = rows.tolist(), distances.tolist()
        kind = f"nearVector {definition.index}" + (" where" if condition else "")

        def judge(hits: list[dict]) -> str | None:
            if is_exact:
                return judge_exact(hits, rows, distances)
            return judge_approximate(hits, collection, query, mask, distances, len(near) > 1, self.recall)
        return graphql(kind, collection, arguments, "", judge, "distance")

    def hybrid(self, collection: Collection) -> Request:
        """Words and a vector, of which all are asked for: what a part leaves out at its end would hang on rounding."""
        chooser, definition = self.values.random, collection.definition
        condition = self.filter_or_none(0.5)
        mask = condition.mask(collection) & collection.alive if condition else collection.alive
        text, query = self.values.phrase(), self.values.vector(definition.dimensions)
        alpha = chooser.choice([0.25, 0.5, 0.75])
        scores = keyword_scores(collection, text, {name: 1.0 for name in TEXTS}, 1).astype("f8")
        by_words = numpy.where(mask & (scores > 0), scores, numpy.nan)
        by_vector = numpy.full(len(mask), numpy.nan)
        rows = numpy.flatnonzero(mask & collection.vectors.present)
        by_vector[rows] = 1 - collection.vectors.distances(definition.metric, query, rows)
        fused = shares(by_words, 1 - alpha) + shares(by_vector, alpha)
        allowed = numpy.flatnonzero(~numpy.isnan(by_words) | ~numpy.isnan(by_vector))
        hybrid = f"query:{json.dumps(text, ensure_ascii=False)},vector:{json.dumps(query)},alpha:{alpha},fusionType:relativeScoreFusion"
        arguments = [f"limit:{ALL}", f"hybrid:{{{hybrid}}}", where(condition)]
        expected, found = numpy.sort(fused[allowed])[::-1], set(allowed.tolist())
        return graphql(
            "hybrid" + (" where" if condition else ""), collection, arguments, "",
            lambda hits: judge_scores(hits, expected, fused, found, is_fused=True), "score")

    # MARK: Aggregation

    def aggregate(self, collection: Collection) -> Request:
        chooser, condition = self.values.random, self.filter_or_none(0.5)
        mask = condition.mask(collection) & collection.alive if condition else collection.alive
        if chooser.random() > 0.15 or not is_scanned(collection):
            return aggregate(collection, self.values, where(condition), numpy.flatnonzero(mask))
        # Of the nearest.
        query, limit = self.values.vector(collection.definition.dimensions), chooser.choice([1, 10, 150, 2000])
        rows, _ = nearest_first(collection, query, mask & collection.vectors.present)
        argument = f"nearVector:{{vector:{json.dumps(query)}}},objectLimit:{limit},{where(condition)}"
        return aggregate(collection, self.values, argument, rows[:limit])


def nearest_first(collection: Collection, query: tuple[float, ...], mask: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Rows and their distances; equal distances in order of insertion."""
    rows = numpy.flatnonzero(mask)
    distances = collection.vectors.distances(collection.definition.metric, query, rows)
    order = numpy.lexsort((collection.numbers[rows], distances))
    return rows[order], distances[order]


def is_scanned(collection: Collection) -> bool:
    """Whether searches by vector go through all of them, and so must find the nearest."""
    return collection.definition.index == "flat" or collection.vectors.present.sum() <= ALWAYS_SCANNED


# MARK: Requests

def sort_argument(keys: list[tuple[str, bool]]) -> str:
    sort = ",".join(f'{{path:["{name}"],order:{"desc" if is_descending else "asc"}}}' for name, is_descending in keys)
    return f"sort:[{sort}]" if keys else ""


def graphql(
    kind: str, collection: Collection, arguments: list[str], fields: str, judge: Callable[[list[dict]], str | None],
    additional: str = "",
) -> Request:
    """A query of one class; `judge` is given its hits."""
    listed = ",".join(argument for argument in arguments if argument)
    query = f"{{Get{{{collection.name}({listed}){{{fields} _additional{{id {additional}}}}}}}}}"

    def judge_answer(status: int, answer: object) -> str | None:
        if status != 200 or answer.get("errors"):
            return f"status {status}: {str(answer)[:800]}"
        return judge(answer["data"]["Get"][collection.name])
    return Request(kind, "POST", "/v1/graphql", encoded({"query": query}), judge_answer)


def page_of(collection: Collection, more: str, limit: int, rows: list[int]) -> Request:
    """A page of `GET /v1/objects`, which must hold these rows, whole. `more` are further parameters."""
    def judge(status: int, answer: object) -> str | None:
        if status != 200:
            return f"status {status}, not 200: {str(answer)[:500]}"
        if problem := other_rows([item["id"] for item in answer["objects"]], rows):
            return problem
        for row, item in zip(rows, answer["objects"]):
            stored, found = collection.objects[row], read(item)
            problem = note_times(stored, found) if stored.equals(found) else f"{item} is not {stored}"
            if problem:
                return f"{IDENTITIES[row]}: {problem}"
        return None
    path = f"/v1/objects?class={collection.name}&limit={limit}&include=vector{more}"
    return Request("page" + (" sort" if "sort" in more else ""), "GET", path, None, judge)


# MARK: Judgments

def other_rows(told: list[str], rows: list[int]) -> str | None:
    """What is wrong with a list of ids that should be those of some rows in order."""
    expected = [IDENTITIES[row] for row in rows]
    if told == expected:
        return None
    if missing := [identity for identity in expected if identity not in set(told)]:
        return f"{len(told)} objects, not {len(expected)}; {len(missing)} are missing, such as {missing[:3]}"
    if strays := [identity for identity in told if identity not in set(expected)]:
        return f"{len(told)} objects, not {len(expected)}; {len(strays)} should not be there, such as {strays[:3]}"
    place = next(place for place, pair in enumerate(zip(told, expected)) if pair[0] != pair[1])
    return f"another order of {len(expected)} objects from place {place} on: {told[place:place + 3]}, not {expected[place:place + 3]}"


def judge_listing(collection: Collection, hits: list[dict], rows: list[int], names: list[str]) -> str | None:
    if problem := other_rows([hit["_additional"]["id"] for hit in hits], rows):
        return problem
    for hit, row in zip(hits, rows):
        properties = collection.objects[row].properties
        for name in names:
            if hit[name] != properties.get(name):
                return f"{IDENTITIES[row]} has {name} {hit[name]!r}, not {properties.get(name)!r}"
    return None


def keyword_scores(collection: Collection, text: str, boosts: dict[str, float], least: int | None) -> numpy.ndarray:
    """BM25 by row, as the documentation of the search has it: added up in float64 within a property, in float32 over properties.

    - least: how many different tokens a property must have to count; None for all.
    """
    scores = numpy.zeros(len(collection.alive), "f4")
    definition = collection.definition
    for tokenization in sorted({definition.tokenization(name) for name in boosts}):
        columns = {name: collection.columns[name] for name in boosts if definition.tokenization(name) == tokenization}
        tokens = next(iter(columns.values())).query(text)
        sums = {name: numpy.zeros(len(scores)) for name in columns}
        found = {name: numpy.zeros(len(scores), "i4") for name in columns}
        for token in dict.fromkeys(tokens):
            counts = [int((column.frequency(token) > 0).sum()) for column in columns.values()]
            counts = [count for count in counts if count]
            if not counts:
                continue
            count = sum(counts) // len(counts)
            total = max(len(collection), count)
            inverse = float(numpy.log1p((total - count + 0.5) / (count + 0.5)))
            for name, column in columns.items():
                sums[name] += boosts[name] * tokens.count(token) * inverse * saturation(column, token, definition)
                found[name] += column.holding(token)
        for name in sums:
            scores += numpy.where(found[name] >= (len(set(tokens)) if least is None else least), sums[name], 0).astype("f4")
    return scores


def saturation(column: Texts, token: str, definition: Definition) -> numpy.ndarray:
    result = numpy.zeros(len(column.lengths))
    rows = numpy.flatnonzero(column.frequency(token))
    if len(rows):
        frequency, lengths = column.frequency(token)[rows].astype("f8"), column.lengths
        relative = lengths[rows] / lengths[lengths > 0].mean()
        result[rows] = frequency / (frequency + definition.k1 * (1 - definition.b + definition.b * relative))
    return result


def shares(values: numpy.ndarray, weight: float) -> numpy.ndarray:
    """What the candidates of one part contribute to a hybrid search; those that are no numbers are none."""
    found = values[~numpy.isnan(values)]
    if not len(found):
        return numpy.zeros(len(values))
    least, greatest = found.min(), found.max()
    share = (values - least) / (greatest - least) if greatest > least else numpy.where(numpy.isnan(values), numpy.nan, 1.0)
    return numpy.nan_to_num(weight * share, nan=0.0)


def judge_scores(
    hits: list[dict], expected: numpy.ndarray, scores: numpy.ndarray, allowed: set[int], is_fused: bool = False
) -> str | None:
    """Each hit must be allowed and have its own score, and the scores must be the best there are, best first.

    - is_fused: scores lie between 0 and 1, and are off by rounding of the sums that they were made of.
    """
    rows = [ROW_OF[hit["_additional"]["id"]] for hit in hits]
    told = numpy.array([float(hit["_additional"]["score"]) for hit in hits], "f8")
    if len(rows) != len(expected):
        return f"{len(rows)} hits, not {len(expected)}; missing or too many: {sorted(allowed ^ set(rows))[:5]}"
    if len(set(rows)) != len(rows) or not allowed.issuperset(rows):
        return f"twice, or not to be found: {[row for row in rows if row not in allowed][:5]}"
    for place, wanted in enumerate((scores[rows], expected)):
        scale = 1 if is_fused else numpy.maximum(numpy.abs(wanted), 1e-6)
        wrong = numpy.flatnonzero(numpy.abs(told - wanted) > SCORE_TOLERANCE * scale)
        if len(wrong):
            kind = "the best scores" if place else "the score of the object"
            return f"hit {wrong[0]}, {hits[wrong[0]]}: {kind} is {wanted[wrong[0]]}"
    if is_fused:
        return "not the best first" if (numpy.diff(told) > SCORE_TOLERANCE).any() else None
    if any(one == other and row > next_row for one, other, row, next_row in zip(told, told[1:], rows, rows[1:])):
        return "equal scores are not in order of ids"
    return "not the best first" if (numpy.diff(told) > 0).any() else None


def told_distances(hits: list[dict]) -> list[float]:
    """As float32, of which an answer shows the shortest digits that read back as the same."""
    return numpy.array([hit["_additional"]["distance"] for hit in hits], "f4").tolist()


def judge_exact(hits: list[dict], rows: list[int], distances: list[float]) -> str | None:
    """The nearest, equal distances in order of insertion."""
    if problem := other_rows([hit["_additional"]["id"] for hit in hits], rows):
        return problem
    told = told_distances(hits)
    return None if told == distances else f"distances {told[:5]}…, not {distances[:5]}…"


def judge_approximate(
    hits: list[dict], collection: Collection, query: tuple[float, ...], mask: numpy.ndarray, distances: list[float], is_within: bool,
    recall: Recall,
) -> str | None:
    """Allowed objects with their own distances, nearest first, and as many as there are; how near is a matter of recall."""
    rows = [ROW_OF[hit["_additional"]["id"]] for hit in hits]
    told = told_distances(hits)
    if len(set(rows)) != len(rows) or not mask[rows].all():
        return f"twice, or not to be found: {[IDENTITIES[row] for row in rows if not mask[row]][:5]}"
    if told != sorted(told):
        return "not nearest first"
    if rows and told != (own := collection.vectors.distances(collection.definition.metric, query, rows).tolist()):
        return f"distances {told[:5]}…, and those of the objects are {own[:5]}…"
    if len(hits) > len(distances) or len(hits) < len(distances) and not is_within:
        return f"{len(hits)} hits, not {len(distances)}"
    if distances:
        recall.wanted += len(distances)
        recall.found += sum(distance <= distances[-1] for distance in told)
    return None
