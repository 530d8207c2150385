# SPDX-License-Identifier: Apache-2.0
"""Keyword and hybrid searches."""
from __future__ import annotations

import pytest
from conftest import integer, number_id, numbers_of, text
from weaviate.classes.data import DataObject
from weaviate.classes.query import BM25Operator, Filter, GroupBy, HybridFusion, HybridVector, MetadataQuery
from weaviate.exceptions import WeaviateQueryError

TEXTS = [
    ("quick brown fox", "a story of a fox that jumps over dogs"),
    ("lazy dog", "the dog sleeps all day, as every lazy dog does"),
    ("brown bear", "honey, berries and fish in the river"),
    ("river fish", "fish swim; a bear waits for fish"),
    ("city fox", "foxes live in cities beside people"),
    ("morning coffee", "brown, hot and strong"),
    ("silence", ""),
]
VECTORS = [[1, 0, 0], [0, 1, 0], [0.9, 0.1, 0], [0, 0, 1], [0.8, 0, 0.3], [0.1, 0.9, 0.1], [0.5, 0.5, 0.5]]


@pytest.fixture(scope="module")
def things(make_for_module):
    made = make_for_module(text("title"), text("body"), integer("number"))
    result = made.data.insert_many([
        DataObject(uuid=number_id(n), properties={"title": title, "body": body, "number": n}, vector=VECTORS[n])
        for n, (title, body) in enumerate(TEXTS)])
    assert not result.has_errors
    return made


def scores(found) -> list[float]:
    return [item.metadata.score for item in found.objects]


def test_words_are_found_best_first(things):
    found = things.query.bm25("fish", return_metadata=["score"])
    assert numbers_of(found) == [3, 2]
    assert scores(found) == sorted(scores(found), reverse=True) and scores(found)[-1] > 0


def test_properties_are_chosen_and_weighed(things):
    assert numbers_of(things.query.bm25("brown", query_properties=["body"])) == [5]
    assert sorted(numbers_of(things.query.bm25("brown", query_properties=["title"]))) == [0, 2]
    found = things.query.bm25("brown", query_properties=["title", "body^10"], return_metadata=["score"])
    assert numbers_of(found)[0] == 5 and scores(found)[0] > 5 * scores(found)[1]


def test_operators_say_how_many_words_must_be_there(things):
    any_word = numbers_of(things.query.bm25("brown fox", query_properties=["title"]))
    assert sorted(any_word) == [0, 2, 4] and any_word[0] == 0
    assert numbers_of(things.query.bm25("brown fox", query_properties=["title"], operator=BM25Operator.and_())) == [0]
    assert numbers_of(things.query.bm25(
        "quick brown cat", query_properties=["title"], operator=BM25Operator.or_(minimum_match=2))) == [0]


def test_words_are_looked_for_in_one_property_or_across_all(things):
    assert numbers_of(things.query.bm25("quick jumps", operator=BM25Operator.and_())) == []
    assert numbers_of(things.query.bm25("quick jumps", operator=BM25Operator.and_cross())) == [0]


def test_a_keyword_search_takes_filter_window_and_autocut(things):
    assert numbers_of(things.query.bm25("brown", filters=Filter.by_property("number").less_than(2))) == [0]
    everything = numbers_of(things.query.bm25("brown fox fish", limit=10))
    assert numbers_of(things.query.bm25("brown fox fish", limit=2, offset=1)) == everything[1:3]
    cut = numbers_of(things.query.bm25("brown fox fish", auto_limit=1))
    assert cut == everything[:len(cut)] and 0 < len(cut) <= len(everything)


def test_a_keyword_search_explains_itself(things):
    found = things.query.bm25("fish", return_metadata=MetadataQuery(score=True, explain_score=True))
    assert "BM25F_fish_frequency" in found.objects[0].metadata.explain_score


def test_a_keyword_search_is_grouped(things):
    found = things.query.bm25(
        "brown fox", group_by=GroupBy(prop="number", objects_per_group=1, number_of_groups=2), query_properties=["title"])
    assert list(found.groups)[0] == "0" and len(found.groups) == 2


def test_stop_words_alone_find_nothing_and_nothing_at_all_is_refused(things):
    assert things.query.bm25("the and a").objects == []
    assert things.query.bm25("zebra").objects == []
    with pytest.raises(WeaviateQueryError):
        things.query.bm25("")
    with pytest.raises(WeaviateQueryError, match="nosuch"):
        things.query.bm25("fox", query_properties=["nosuch"])
    with pytest.raises(WeaviateQueryError, match="number"):
        things.query.bm25("fox", query_properties=["number"])


def test_a_hybrid_search_lies_between_words_and_vectors(things):
    words = numbers_of(things.query.bm25("fish"))
    nearest = numbers_of(things.query.near_vector([1, 0, 0]))
    assert numbers_of(things.query.hybrid("fish", vector=[1, 0, 0], alpha=0)) == words
    assert numbers_of(things.query.hybrid("fish", vector=[1, 0, 0], alpha=1)) == nearest
    both = things.query.hybrid("fish", vector=[1, 0, 0], alpha=0.5, return_metadata=["score", "explain_score"])
    assert len(both.objects) == len(TEXTS) and scores(both) == sorted(scores(both), reverse=True)
    assert "Hybrid" in both.objects[0].metadata.explain_score


@pytest.mark.parametrize("alpha", [0, 0.3, 0.7, 1])
def test_ranked_fusion_adds_what_the_ranks_are_worth(things, alpha):
    words, nearest = numbers_of(things.query.bm25("fish")), numbers_of(things.query.near_vector([1, 0, 0], limit=100))
    worth: dict[int, float] = {}
    for weight, ranked in ((1 - alpha, words), (alpha, nearest)):
        for rank, n in enumerate(ranked):
            if weight:
                worth[n] = worth.get(n, 0) + weight / (60 + rank)
    found = things.query.hybrid("fish", vector=[1, 0, 0], alpha=alpha, fusion_type=HybridFusion.RANKED, limit=10,
                                return_metadata=["score"])
    assert dict(zip(numbers_of(found), scores(found))) == pytest.approx(worth, abs=1e-6)


@pytest.mark.parametrize("alpha", [0.25, 0.75])
def test_relative_fusion_adds_scores_between_nothing_and_one(things, alpha):
    def scaled(values: dict[int, float]) -> dict[int, float]:
        low, high = min(values.values()), max(values.values())
        return {n: (value - low) / (high - low) for n, value in values.items()}

    keyword = things.query.bm25("fish", return_metadata=["score"])
    words = scaled(dict(zip(numbers_of(keyword), scores(keyword))))
    near = things.query.near_vector([1, 0, 0], limit=100, return_metadata=["distance"])
    nearest = scaled({n: -item.metadata.distance for n, item in zip(numbers_of(near), near.objects)})
    expected = {n: (1 - alpha) * words.get(n, 0) + alpha * nearest.get(n, 0) for n in words | nearest}
    found = things.query.hybrid("fish", vector=[1, 0, 0], alpha=alpha, fusion_type=HybridFusion.RELATIVE_SCORE,
                                limit=10, return_metadata=["score"])
    assert dict(zip(numbers_of(found), scores(found))) == pytest.approx(expected, abs=1e-5)


def test_a_hybrid_search_takes_filter_properties_distance_and_groups(things):
    found = things.query.hybrid("brown", vector=[0, 1, 0], query_properties=["title"], alpha=0.5, limit=10,
                                filters=Filter.by_property("number").less_or_equal(2))
    assert sorted(numbers_of(found)) == [0, 1, 2]
    near = things.query.hybrid("brown", vector=[0, 1, 0], alpha=0.7, max_vector_distance=0.1, limit=10)
    assert set(numbers_of(near)) <= {1, 5} and 1 in numbers_of(near)
    grouped = things.query.hybrid("fish", vector=[1, 0, 0], group_by=GroupBy(
        prop="number", objects_per_group=1, number_of_groups=3))
    assert len(grouped.groups) == 3
    explicit = things.query.hybrid("fish", vector=HybridVector.near_vector([1, 0, 0]), alpha=1, limit=3)
    assert numbers_of(explicit) == numbers_of(things.query.near_vector([1, 0, 0], limit=3))


def test_a_hybrid_search_needs_a_vector_unless_it_is_of_words_alone(things):
    assert numbers_of(things.query.hybrid("fish", alpha=0)) == [3, 2]
    with pytest.raises(WeaviateQueryError, match="(?i)vectorizer|vector"):
        things.query.hybrid("fish", alpha=0.5)
    assert numbers_of(things.query.hybrid("fish", alpha=0)) == [3, 2]


def test_a_hybrid_search_takes_operators(things):
    found = things.query.hybrid("brown fox", vector=[0, 0, 1], alpha=0, query_properties=["title"],
                                bm25_operator=BM25Operator.and_())
    assert numbers_of(found) == [0]
