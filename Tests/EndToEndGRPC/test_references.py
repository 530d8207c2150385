# SPDX-License-Identifier: Apache-2.0
"""References: added, replaced, removed, and followed in answers."""
from __future__ import annotations

import pytest
from conftest import integer, number_id, text
from weaviate.classes.config import ReferenceProperty
from weaviate.classes.data import DataObject, ReferenceToMulti
from weaviate.classes.query import Filter, MetadataQuery, QueryReference
from weaviate.exceptions import UnexpectedStatusCodeError, WeaviateQueryError


@pytest.fixture
def library(make):
    """Authors, books that refer to authors, and shelves that refer to both."""
    authors = make(text("name"), integer("born"))
    books = make(text("title"), references=[ReferenceProperty(name="by", target_collection=authors.name)])
    shelves = make(text("label"), references=[
        ReferenceProperty(name="holds", target_collection=books.name),
        ReferenceProperty.MultiTarget(name="about", target_collections=[authors.name, books.name])])
    authors.data.insert_many([DataObject(properties={"name": f"author{n}", "born": 1900 + n}, uuid=number_id(n),
                                         vector=[n, 1]) for n in range(3)])
    books.data.insert_many([DataObject(properties={"title": f"book{n}"}, uuid=number_id(10 + n),
                                       references={"by": number_id(n % 3)}) for n in range(4)])
    shelves.data.insert_many([DataObject(properties={"label": "top"}, uuid=number_id(20),
                                         references={"holds": [number_id(10), number_id(11)]})])
    return authors, books, shelves


def targets(item, name: str) -> list[str]:
    return [str(target.uuid) for target in item.references[name].objects]


def fetched(collection, number: int, *names: str):
    return collection.query.fetch_object_by_id(
        number_id(number), return_references=[QueryReference(link_on=name) for name in names])


def test_references_are_added_replaced_and_removed(library):
    _, _, shelves = library
    assert targets(fetched(shelves, 20, "holds"), "holds") == [number_id(10), number_id(11)]
    shelves.data.reference_add(number_id(20), "holds", number_id(12))
    assert targets(fetched(shelves, 20, "holds"), "holds") == [number_id(n) for n in (10, 11, 12)]
    shelves.data.reference_delete(number_id(20), "holds", number_id(11))
    assert targets(fetched(shelves, 20, "holds"), "holds") == [number_id(n) for n in (10, 12)]
    shelves.data.reference_replace(number_id(20), "holds", [number_id(13)])
    assert targets(fetched(shelves, 20, "holds"), "holds") == [number_id(13)]


def test_a_reference_with_several_targets_names_the_one_it_means(library):
    authors, books, shelves = library
    shelves.data.reference_add(
        number_id(20), "about", ReferenceToMulti(target_collection=authors.name, uuids=number_id(1)))
    shelves.data.reference_add(
        number_id(20), "about", ReferenceToMulti(target_collection=books.name, uuids=[number_id(12)]))
    found = shelves.query.fetch_objects(return_references=[
        QueryReference.MultiTarget(link_on="about", target_collection=authors.name, return_properties=["name"])])
    assert [o.properties for o in found.objects[0].references["about"].objects] == [{"name": "author1"}]
    found = shelves.query.fetch_objects(return_references=[
        QueryReference.MultiTarget(link_on="about", target_collection=books.name)])
    assert [o.properties for o in found.objects[0].references["about"].objects] == [{"title": "book2"}]


def test_references_of_references_are_followed(library):
    _, _, shelves = library
    found = shelves.query.fetch_objects(return_references=QueryReference(
        link_on="holds", return_properties=["title"],
        return_references=QueryReference(link_on="by", return_properties=["name"])))
    books = found.objects[0].references["holds"].objects
    assert [(b.properties["title"], b.references["by"].objects[0].properties) for b in books] == [
        ("book0", {"name": "author0"}), ("book1", {"name": "author1"})]


def test_what_a_reference_leads_to_comes_with_vector_and_metadata(library):
    authors, books, _ = library
    found = books.query.fetch_object_by_id(number_id(11), return_references=QueryReference(
        link_on="by", include_vector=True, return_metadata=MetadataQuery(creation_time=True)))
    author = found.references["by"].objects[0]
    assert str(author.uuid) == number_id(1) and author.vector == {"default": [1, 1]}
    assert author.metadata.creation_time is not None
    assert author.properties == {"name": "author1", "born": 1901} and author.collection == authors.name


def test_references_come_with_every_kind_of_search(library):
    authors, books, _ = library
    link = QueryReference(link_on="by", return_properties=["name"])
    books.data.update(number_id(11), vector=[1, 0])
    for found in (books.query.near_vector([1, 0], return_references=link),
                  books.query.bm25("book1", return_references=link),
                  books.query.hybrid("book1", alpha=0, return_references=link),
                  books.query.fetch_objects(filters=Filter.by_ref("by").by_property("name").equal("author1"),
                                            return_references=link)):
        assert [o.properties["name"] for o in found.objects[0].references["by"].objects] == ["author1"]


def test_an_object_without_references_has_none(library):
    _, _, shelves = library
    shelves.data.reference_replace(number_id(20), "holds", [])
    item = fetched(shelves, 20, "holds")
    assert not item.references or targets(item, "holds") == []
    unset = shelves.data.insert({"label": "new"})
    item = shelves.query.fetch_object_by_id(unset, return_references=QueryReference(link_on="holds"))
    assert not item.references or targets(item, "holds") == []


def test_a_target_that_is_gone_is_left_out(library):
    authors, books, _ = library
    authors.data.delete_by_id(number_id(0))
    item = fetched(books, 10, "by")
    assert not item.references or targets(item, "by") == []


def test_an_update_keeps_references_and_a_replacement_sets_them(library):
    _, books, _ = library
    books.data.update(number_id(10), {"title": "new"})
    assert targets(fetched(books, 10, "by"), "by") == [number_id(0)]
    books.data.update(number_id(10), references={"by": number_id(2)})
    assert number_id(2) in targets(fetched(books, 10, "by"), "by")
    books.data.replace(number_id(10), {"title": "newest"}, references={"by": [number_id(1)]})
    assert targets(fetched(books, 10, "by"), "by") == [number_id(1)]


def test_references_to_nobody_are_refused(library):
    _, books, _ = library
    with pytest.raises(UnexpectedStatusCodeError):
        books.data.reference_add(number_id(10), "by", number_id(999))
    with pytest.raises(UnexpectedStatusCodeError):
        books.data.reference_add(number_id(10), "nosuch", number_id(1))
    with pytest.raises(WeaviateQueryError, match="nosuch"):
        books.query.fetch_objects(return_references=QueryReference(link_on="nosuch"))
