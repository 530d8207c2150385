# SPDX-License-Identifier: Apache-2.0
"""The values of a property by row, in numpy, so that the model's answers over thousands of objects take no longer than the server's.

A column holds nothing that is not in the dictionary of objects: `put` overwrites a row, `None` empties it.
"""
from __future__ import annotations

import collections
import datetime
import functools
import re

import numpy

ROWS = 1 << 14
# So many different values of a text are kept with what they are cut into.
REMEMBERED = 20_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
STOP_WORDS = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with"
    .split())
COMPARISONS = {
    "Equal": numpy.equal, "NotEqual": numpy.not_equal, "LessThan": numpy.less, "LessThanEqual": numpy.less_equal,
    "GreaterThan": numpy.greater, "GreaterThanEqual": numpy.greater_equal,
}
Mask = numpy.ndarray


@functools.lru_cache(1 << 16)
def word_tokens(text: str) -> tuple[str, ...]:
    """Runs of letters and numbers, lower-cased."""
    return tuple("".join(character if character.isalnum() else " " for character in text).lower().split())


# What a text is cut into.
TOKENIZERS = {
    "word": word_tokens, "lowercase": lambda text: text.lower().split(), "whitespace": str.split, "field": lambda text: [text.strip()]}


@functools.lru_cache(1 << 16)
def nanoseconds(date: str) -> int:
    """Since 1970, of an RFC 3339 text."""
    whole, fraction, offset = re.fullmatch(r"([^.Z+]{19})(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", date).groups()
    moment = datetime.datetime.fromisoformat(whole + ("+00:00" if offset == "Z" else offset)) - EPOCH
    return (moment.days * 86400 + moment.seconds) * 10**9 + int((fraction or "").ljust(9, "0"))


class Numbers:
    """One int, number, date or boolean, or none; dates as nanoseconds since 1970."""

    def __init__(self, kind: str) -> None:
        self.is_date = kind == "date"
        self.values = numpy.zeros(ROWS, {"int": "i8", "date": "i8", "number": "f8", "boolean": "i1"}[kind])
        self.present = numpy.zeros(ROWS, bool)

    def scalar(self, value):
        """A value as it stands in the column."""
        return self.values.dtype.type(nanoseconds(value) if self.is_date else value)

    def put(self, row: int, value) -> None:
        self.present[row] = value is not None
        if value is not None:
            self.values[row] = nanoseconds(value) if self.is_date else value

    def matching(self, operator: str, value) -> Mask:
        """Rows with a value that compares so; `NotEqual` is made of `Equal` by whoever asks."""
        return self.present & COMPARISONS[operator](self.values, self.scalar(value))

    def ranks(self, rows: numpy.ndarray) -> numpy.ndarray:
        """What rows are sorted by: -1 without a value."""
        _, ranks = numpy.unique(self.values[rows], return_inverse=True)
        return numpy.where(self.present[rows], ranks, -1)


class IntLists:
    """Lists of at most so many ints."""

    LONGEST = 6

    def __init__(self) -> None:
        self.values = numpy.zeros((self.LONGEST, ROWS), "i8")
        self.sizes = numpy.zeros(ROWS, "i4")

    @property
    def present(self) -> Mask:
        return self.sizes > 0

    def put(self, row: int, value: list[int] | None) -> None:
        self.sizes[row] = len(value or ())
        for place, element in enumerate(value or ()):
            self.values[place, row] = element

    def matching(self, operator: str, value: int) -> Mask:
        """Rows of which some element compares so."""
        found = COMPARISONS[operator](self.values, numpy.int64(value))
        return (found & (numpy.arange(self.LONGEST)[:, None] < self.sizes)).any(axis=0)


class Texts:
    """The tokens of a text or of a list of texts: how often each is in each row."""

    def __init__(self, tokenization: str) -> None:
        self.tokenization = tokenization
        self.tokens = TOKENIZERS[tokenization]
        self.place_of: dict[str, int] = {}
        self.frequencies = numpy.zeros((64, ROWS), "u1")
        self.lengths = numpy.zeros(ROWS, "i4")
        # Code points of a text, elements of a list; 0 is no value.
        self.sizes = numpy.zeros(ROWS, "i4")
        # By value: the places of its different tokens, and how often each occurs. Values repeat.
        self.entries_of: dict[str | tuple[str, ...], tuple[numpy.ndarray, numpy.ndarray]] = {}
        self.places: dict[int, numpy.ndarray] = {}

    @property
    def present(self) -> Mask:
        return self.sizes > 0

    def put(self, row: int, value: str | list[str] | None) -> None:
        if row in self.places:
            self.frequencies[self.places.pop(row), row] = 0
        self.lengths[row] = 0
        self.sizes[row] = len(value or ())
        if not value and value != "":
            return
        places, counts = self._entries(tuple(value) if isinstance(value, list) else value)
        self.frequencies[places, row] = counts
        self.places[row] = places
        self.lengths[row] = counts.sum()

    def _entries(self, value: str | tuple[str, ...]) -> tuple[numpy.ndarray, numpy.ndarray]:
        if value not in self.entries_of:
            if len(self.entries_of) > REMEMBERED:
                self.entries_of.clear()
            texts = (value,) if isinstance(value, str) else value
            counts = collections.Counter(self._place(token) for text in texts for token in self.tokens(text))
            self.entries_of[value] = numpy.array(list(counts), "i8"), numpy.array(list(counts.values()), "u1")
        return self.entries_of[value]

    def query(self, text: str) -> list[str]:
        """The tokens that a text asks for, with repeats."""
        return [token for token in self.tokens(text) if self.tokenization != "word" or token not in STOP_WORDS]

    def patterns(self, text: str) -> list[str]:
        """The pieces of a pattern, each for a token."""
        if self.tokenization == "word":
            text = "".join(character if character.isalnum() or character in "?*" else " " for character in text.lower())
            return text.split()
        return list(self.tokens(text))

    def holding(self, token: str) -> Mask:
        place = self.place_of.get(token)
        return numpy.zeros(ROWS, bool) if place is None else self.frequencies[place] > 0

    def frequency(self, token: str) -> numpy.ndarray:
        place = self.place_of.get(token)
        return numpy.zeros(ROWS, "u1") if place is None else self.frequencies[place]

    def matching(self, operator: str, text: str) -> Mask:
        """Rows that have all tokens of a text (`Equal`), one for each pattern of it (`Like`), or one beyond each token."""
        result = numpy.ones(ROWS, bool)
        if operator == "Like":
            for pattern in self.patterns(text):
                form = re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern), re.DOTALL)
                result &= self._any(token for token in self.place_of if form.fullmatch(token))
            return result
        for token in self.query(text):
            if operator == "Equal":
                result &= self.holding(token)
            else:
                compare = COMPARISONS[operator]
                sought = token.encode()
                result &= self._any(other for other in self.place_of if compare(other.encode(), sought))
        return result

    def without(self, text: str) -> Mask:
        """Rows that have none of the tokens: `NotEqual`."""
        return ~self._any(self.query(text))

    def _any(self, tokens) -> Mask:
        places = [self.place_of[token] for token in tokens if token in self.place_of]
        return (self.frequencies[places] > 0).any(axis=0) if places else numpy.zeros(ROWS, bool)

    def _place(self, token: str) -> int:
        place = self.place_of.setdefault(token, len(self.place_of))
        if place >= len(self.frequencies):
            self.frequencies = numpy.concatenate([self.frequencies, numpy.zeros_like(self.frequencies)])
        return place


class Vectors:
    """A vector of few dimensions, or none."""

    def __init__(self, dimensions: int) -> None:
        self.values = numpy.zeros((ROWS, dimensions), "f8")
        self.present = numpy.zeros(ROWS, bool)

    def put(self, row: int, value: tuple[float, ...] | None) -> None:
        self.present[row] = value is not None
        if value is not None:
            self.values[row] = value

    def distances(self, metric: str, query: tuple[float, ...], rows: numpy.ndarray) -> numpy.ndarray:
        """Exact, since vectors hold few multiples of a small fraction."""
        values, query = self.values[rows], numpy.array(query)
        if metric == "dot":
            return -(values @ query)
        if metric == "manhattan":
            return numpy.abs(values - query).sum(axis=1)
        return ((values - query) ** 2).sum(axis=1)
