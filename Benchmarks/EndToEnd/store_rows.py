# SPDX-License-Identifier: Apache-2.0
"""The questions that are asked of the store, each with a check that knows the answer."""
from __future__ import annotations

import json
import time

import numpy as np
from store_data import CATEGORIES, FREQUENT, MEDIUM, WORDS, Items
from store_run import Check, StoreRun, aggregate, answer_of, get, graphql, ids_of, vector_text

#: A condition of `where`, and which objects it allows.
Case = tuple[str, np.ndarray]
VARIANTS = 20


def within(items: Items, allowed: list[np.ndarray], limit: int = 10) -> Check:
    """A check: as many as there are of those allowed, no others."""
    def check(number: int, body: bytes) -> None:
        found = [items.number_of(identifier) for identifier in ids_of(body)]
        right = allowed[number]
        assert len(set(found)) == len(found) == min(limit, int(right.sum())), (len(found), int(right.sum()))
        assert right[found].all(), found
    return check


def filters(run: StoreRun) -> None:
    items = run.items
    run.ask("floor: the first object", [graphql("limit: 1")], within(items, [np.ones(items.count, bool)], 1))
    numbers = [int(number) for number in items.random.integers(0, items.count, 200)]
    def same(number: int, body: bytes) -> None:
        found = json.loads(body)
        assert found["id"] == items.id_of(numbers[number]) and found["properties"]["rank"] == items.rank[numbers[number]], found
    run.ask("get by id, REST", [get(f"/v1/objects/Item/{items.id_of(number)}") for number in numbers], same)
    for name, cases in filter_cases(items).items():
        requests = [graphql("limit: 10 where: {%s}" % condition) for condition, _ in cases]
        run.ask(name, requests, within(items, [allowed for _, allowed in cases]))


def filter_cases(items: Items) -> dict[str, list[Case]]:
    """Several conditions of one kind, so that no answer is merely remembered."""
    numbers = range(VARIANTS)
    cases = {
        "filter: int equal": [(f'path: "rank" operator: Equal valueInt: {77 + n}', items.rank == 77 + n) for n in numbers],
        "filter: category": [(f'path: "category" operator: Equal valueText: "category{n}"', items.category == n) for n in numbers],
        "filter: tags": [(f'path: "tags" operator: ContainsAny valueText: ["tag{5 * n}"]', items.with_tag(5 * n)) for n in numbers],
        "filter: boolean": [(f'path: "isNew" operator: Equal valueBoolean: {str(new).lower()}', items.is_new == new)
                            for new in (True, False)],
        "filter: Like prefix": [('path: "category" operator: Like valueText: "category1*"',
                                 np.isin(items.category, [1, *range(10, 20)]))],
    }
    for share in (10, 50):
        cases[f"filter: int range of {share} %"] = [
            (f'path: "rank" operator: LessThan valueInt: {limit}', items.rank < limit)
            for limit in range(10 * share - VARIANTS // 2, 10 * share + VARIANTS // 2)]
    cases["filter: number range of 50 %"] = [
        (f'path: "price" operator: GreaterThan valueNumber: {limit}', items.price > limit)
        for limit in range(4_900, 5_100, 200 // VARIANTS)]
    for share in (1, 10, 50):
        cases[f"filter: two-sided date range of {share} %"] = [dates(items, share, n / 50) for n in numbers]
    return cases


def date_bounds(items: Items, share: float, first: float) -> tuple[int, int]:
    low, high = np.quantile(items.made, [first, first + share / 100])
    return int(low), int(high)


def dates(items: Items, share: float, first: float) -> Case:
    """`share` % of the objects by their dates, from the quantile `first` on."""
    low, high = date_bounds(items, share, first)
    condition = ('operator: And operands: [{path: "made" operator: GreaterThanEqual valueDate: "%s"} '
                 '{path: "made" operator: LessThan valueDate: "%s"}]')
    return condition % (items.date_text(low), items.date_text(high)), (items.made >= low) & (items.made < high)


def ranks(items: Items, share: float) -> Case:
    """About `share` % of the objects, by their ints; with a date where one int is too many."""
    if share >= 0.1:
        limit = int(10 * share)
        return f'path: "rank" operator: LessThan valueInt: {limit}', items.rank < limit
    # A thousandth of all has one int.
    low, high = date_bounds(items, 1000 * share, 0.3)
    condition = ('operator: And operands: [{path: "rank" operator: Equal valueInt: 7} {path: "made" operator: GreaterThanEqual '
                 'valueDate: "%s"} {path: "made" operator: LessThan valueDate: "%s"}]')
    return (condition % (items.date_text(low), items.date_text(high)),
            (items.rank == 7) & (items.made >= low) & (items.made < high))


def vectors(run: StoreRun) -> None:
    items = run.items
    for share in (100, 0.01, 1, 10, 50):
        where, allowed = ("", None) if share == 100 else ranks(items, share)
        arguments = "limit: 10 nearVector: {vector: [%s]}" + (f" where: {{{where}}}" if where else "")
        expected = 10 if allowed is None else min(10, int(allowed.sum()))
        recalls = []
        def check(number: int, body: bytes) -> None:
            found = [items.number_of(identifier) for identifier in ids_of(body)]
            assert len(set(found)) == len(found) == expected and (allowed is None or allowed[found].all()), found
            recalls.append(items.recall(items.queries[number], found, allowed))
        name = "nearVector" if share == 100 else f"nearVector, filter of {share} %"
        run.ask(name, [graphql(arguments % vector_text(query)) for query in items.queries], check,
                lambda: {"recall": np.mean(recalls), "worst_recall": min(recalls)})


def aggregations(run: StoreRun) -> None:
    items = run.items
    cases = [("all", "", np.ones(items.count, bool))]
    for share in (10, 50):
        where, allowed = ranks(items, share)
        cases.append((f"filter of {share} %", f"where: {{{where}}}", allowed))
    for name, arguments, allowed in cases:
        def counted(_: int, body: bytes) -> None:
            assert answer_of(body, "Aggregate")[0]["meta"]["count"] == int(allowed.sum()), body
        def mean(_: int, body: bytes) -> None:
            value = answer_of(body, "Aggregate")[0]["price"]["mean"]
            assert abs(value - items.price[allowed].mean()) < 1e-6, body
        run.ask(f"count, {name}", [aggregate(arguments, "meta { count }")], counted)
        run.ask(f"mean of a number, {name}", [aggregate(arguments, "price { mean }")], mean)
    sizes = np.bincount(items.category, minlength=len(CATEGORIES))
    sums = np.bincount(items.category, items.price, minlength=len(CATEGORIES))
    def grouped(_: int, body: bytes) -> None:
        groups = answer_of(body, "Aggregate")
        assert len(groups) == int((sizes > 0).sum())
        for group in groups:
            number = CATEGORIES.index(group["groupedBy"]["value"])
            assert group["meta"]["count"] == sizes[number], group
            if "price" in group:
                assert abs(group["price"]["mean"] - sums[number] / sizes[number]) < 1e-6, group
    fields = "groupedBy { value } meta { count }"
    run.ask("groupedBy category, count", [aggregate('groupBy: ["category"]', fields)], grouped)
    run.ask("groupedBy category, mean", [aggregate('groupBy: ["category"]', fields + " price { mean }")], grouped)
    for property, right in [("tags", items.tag_counts()), ("category", dict(zip(CATEGORIES, sizes.tolist())))]:
        def occurrences(_: int, body: bytes) -> None:
            top = answer_of(body, "Aggregate")[0][property]["topOccurrences"]
            assert [entry["occurs"] for entry in top] == sorted(right.values(), reverse=True)[:5], top
            assert all(right[entry["value"]] == entry["occurs"] for entry in top), top
        request = aggregate("", f"{property} {{ topOccurrences(limit: 5) {{ value occurs }} }}")
        run.ask(f"topOccurrences of {property}", [request], occurrences)


def word_texts(items: Items) -> dict[str, list[list[int]]]:
    """Twenty searches of each kind, as ranks of words. Made by themselves, so that all who measure ask the same."""
    random, texts = np.random.default_rng(items.first + 1), {}
    for kind, some in (("medium", MEDIUM), ("frequent", FREQUENT)):
        for count in (1, 2, 4):
            name = f"BM25, {count} {kind} word" + ("s" if count > 1 else "")
            texts[name] = [[int(rank) for rank in random.choice(some, count, replace=False)] for _ in range(VARIANTS)]
    return texts


def words(run: StoreRun) -> None:
    items, texts = run.items, word_texts(run.items)
    for name, searches in texts.items():
        requests = [graphql('limit: 10 bm25: {query: "%s"}' % text_of(search), "_additional { id score }") for search in searches]
        def check(number: int, body: bytes) -> None:
            scores = items.keyword_scores(searches[number])
            hits = [(items.number_of(hit["_additional"]["id"]), float(hit["_additional"]["score"])) for hit in answer_of(body)]
            found = [number for number, _ in hits]
            count = min(10, int((scores > 0).sum()))
            right = np.sort(scores)[::-1][:count]
            assert len(set(found)) == len(found) == count, (len(found), count)
            assert np.allclose([score for _, score in hits], right, rtol=1e-4), (hits, right)
            assert np.allclose(scores[found], right, rtol=1e-4), (hits, right)
        run.ask(name, requests, check)


def hybrids(run: StoreRun) -> None:
    """How many of the ten that exact searches of both kinds would give are found: the vector search is approximate."""
    items, texts = run.items, word_texts(run.items)
    where, allowed = ranks(items, 10)
    for kind, name, condition, mask in [
        ("BM25, 2 medium words", "hybrid, 2 medium words", "", None),
        ("BM25, 4 frequent words", "hybrid, 4 frequent words", "", None),
        ("BM25, 2 medium words", "hybrid, 2 medium words, filter of 10 %", f" where: {{{where}}}", allowed),
    ]:
        searches, recalls = list(zip(texts[kind], items.queries)), []
        requests = [graphql('limit: 10 hybrid: {query: "%s" vector: [%s]}' % (text_of(search), vector_text(query)) + condition,
                            "_additional { id score }") for search, query in searches]
        def fused(number: int, body: bytes) -> None:
            hits = [hit["_additional"] for hit in answer_of(body)]
            scores = [float(hit["score"]) for hit in hits]
            found = [items.number_of(hit["id"]) for hit in hits]
            assert scores == sorted(scores, reverse=True) and len(set(found)) == len(found) == min(10, items.count), scores
            assert mask is None or mask[found].all(), found
            right = items.hybrid_scores(*searches[number], mask)
            # What lies a thousandth apart can change places when one of the hundred nearest is missed.
            recalls.append(float((right[found] >= np.sort(right)[-10] - 1e-3).mean()))
        run.ask(name, requests, fused, lambda: {"recall": np.mean(recalls), "worst_recall": min(recalls)})


def text_of(search: list[int]) -> str:
    return " ".join(WORDS[rank] for rank in search)


def sorts(run: StoreRun) -> None:
    items = run.items
    columns = {"rank": items.rank, "made": items.made, "price": items.price}
    for property, column in columns.items():
        for share in (1, 10, 50, 100):
            where, allowed = ("", np.ones(items.count, bool)) if share == 100 else ranks(items, share)
            right = np.sort(column[allowed])[:10]
            def check(_: int, body: bytes) -> None:
                found = [items.number_of(identifier) for identifier in ids_of(body)]
                assert allowed[found].all() and len(set(found)) == len(found) == len(right)
                assert (column[found] == right).all(), (column[found], right)
            arguments = f'limit: 10 sort: [{{path: "{property}" order: asc}}]' + (f" where: {{{where}}}" if where else "")
            run.ask(f"sort by {property}, " + ("all" if share == 100 else f"filter of {share} %"), [graphql(arguments)], check)


def listings(run: StoreRun) -> None:
    items = run.items
    names = " ".join(property["name"] for property in items.properties)
    count = min(100, items.count)
    def whole(_: int, body: bytes) -> None:
        hits = answer_of(body)
        assert len(hits) == count
        for hit in hits:
            identifier = hit["_additional"]["id"]
            same(identifier, hit, hit["_additional"]["vector"])
    def listed(_: int, body: bytes) -> None:
        hits = json.loads(body)["objects"]
        assert len(hits) == count
        for hit in hits:
            same(hit["id"], hit["properties"], hit["vector"])
    def same(identifier: str, properties: dict, vector: list[float]) -> None:
        number = items.number_of(identifier)
        right = items.objects(number, number + 1)[0]["properties"]
        # Zeros at the end of a date need not be answered.
        made = np.datetime64(properties["made"].rstrip("Z"), "ms") == np.datetime64(right.pop("made").rstrip("Z"), "ms")
        assert made and all(properties[name] == value for name, value in right.items()), (properties, right)
        unit = np.array(vector) / np.linalg.norm(vector)
        assert unit @ items.vectors[number] / items.lengths[number] > 0.99999, identifier
    run.ask("100 whole objects, GraphQL", [graphql("limit: 100", f"{names} _additional {{ id vector }}")], whole)
    run.ask("100 whole objects, REST list", [get("/v1/objects?class=Item&limit=100&include=vector")], listed)
    if run.wants("cursor through everything"):
        cursor(run)


def cursor(run: StoreRun) -> None:
    after, seen, spent, cpu = "", np.zeros(run.items.count, bool), 0.0, run.cpu()
    while True:
        began = time.perf_counter()
        body = run.connection.exchange(get(f"/v1/objects?class=Item&limit=1000&after={after}"))
        spent += time.perf_counter() - began
        numbers = [run.items.number_of(item["id"]) for item in json.loads(body)["objects"]]
        if not numbers:
            break
        assert not seen[numbers].any(), "an object came twice"
        seen[numbers] = True
        after = run.items.id_of(numbers[-1])
    assert seen.all(), int(seen.sum())
    run.note("cursor through everything", objects_per_second=len(seen) / spent, cpu_ms_an_object=(run.cpu() - cpu) / len(seen) * 1e3)
