# SPDX-License-Identifier: Apache-2.0
"""Filters: as GraphQL and REST write them, and the rows that fulfill them."""
from __future__ import annotations

import dataclasses
import json

import numpy
from columns import ROWS, Mask, Numbers, Texts
from store_model import IDENTITIES, PROPERTIES, ROW_OF, Collection

VALUE_NAMES = {"text": "valueText", "int": "valueInt", "number": "valueNumber", "date": "valueDate", "boolean": "valueBoolean"}
Value = str | int | float | bool | tuple


@dataclasses.dataclass(frozen=True)
class Condition:
    """One comparison. The path is a property, `id` or `len(property)`; a tuple is a list of values."""

    path: str
    operator: str
    value: Value

    @property
    def value_name(self) -> str:
        if self.operator == "IsNull":
            return "valueBoolean"
        if self.path.startswith("len("):
            return "valueInt"
        return VALUE_NAMES[PROPERTIES.get(self.path, "text").removesuffix("[]")]

    def graphql(self) -> str:
        value = json.dumps(self.value, ensure_ascii=False)
        return f'{{path:["{self.path}"],operator:{self.operator},{self.value_name}:{value}}}'

    def body(self) -> dict:
        name = self.value_name + ("Array" if isinstance(self.value, tuple) else "")
        return {"path": [self.path], "operator": self.operator, name: self.value}

    def mask(self, collection: Collection) -> Mask:
        if self.path == "id":
            return self._mask_of_ids()
        if self.path.startswith("len("):
            sizes = collection.columns[self.path[4:-1]].sizes
            lengths = Numbers("int")
            lengths.values, lengths.present = sizes, numpy.ones(ROWS, bool)
            return lengths.matching(self.operator, self.value)
        column = collection.columns[self.path]
        if self.operator == "IsNull":
            return column.present != self.value
        if isinstance(self.value, tuple):
            masks = [column.matching("Equal", value) for value in self.value]
            if self.operator == "ContainsAll":
                return numpy.logical_and.reduce(masks)
            found = numpy.logical_or.reduce(masks)
            return ~found if self.operator == "ContainsNone" else found
        if self.operator == "NotEqual":
            return column.without(self.value) if isinstance(column, Texts) else ~column.matching("Equal", self.value)
        return column.matching(self.operator, self.value)

    def _mask_of_ids(self) -> Mask:
        found = numpy.zeros(ROWS, bool)
        if isinstance(self.value, tuple):
            found[[ROW_OF[identity] for identity in self.value]] = True
            return found
        row = ROW_OF[self.value]
        ranges = {
            "Equal": slice(row, row + 1), "LessThan": slice(0, row), "LessThanEqual": slice(0, row + 1),
            "GreaterThan": slice(row + 1, ROWS), "GreaterThanEqual": slice(row, ROWS)}
        found[ranges["Equal" if self.operator == "NotEqual" else self.operator]] = True
        return ~found if self.operator == "NotEqual" else found


@dataclasses.dataclass(frozen=True)
class Combination:
    """`And`, `Or`, or `Not` of one operand."""

    operator: str
    operands: tuple["Filter", ...]

    def graphql(self) -> str:
        return f"{{operator:{self.operator},operands:[{','.join(operand.graphql() for operand in self.operands)}]}}"

    def body(self) -> dict:
        return {"operator": self.operator, "operands": [operand.body() for operand in self.operands]}

    def mask(self, collection: Collection) -> Mask:
        masks = [operand.mask(collection) for operand in self.operands]
        if self.operator == "Not":
            return ~masks[0]
        return (numpy.logical_and if self.operator == "And" else numpy.logical_or).reduce(masks)


Filter = Condition | Combination
EVERYTHING = Combination("Or", (Condition("live", "IsNull", True), Condition("live", "IsNull", False)))


def rows_of(condition: Filter, collection: Collection) -> numpy.ndarray:
    """The rows of the objects that fulfill a filter, ascending."""
    collection.settle()
    return numpy.flatnonzero(condition.mask(collection) & collection.alive)


def where(condition: Filter | None) -> str:
    return f"where:{condition.graphql()}" if condition else ""


assert len(IDENTITIES) == ROWS
