# SPDX-License-Identifier: Apache-2.0
"""Draws what objects hold and what filters ask for: few different values of each kind, so that they meet, and odd ones among them."""
from __future__ import annotations

import random

from columns import STOP_WORDS, nanoseconds, word_tokens
from conditions import Combination, Condition, Filter
from store_model import IDENTITIES, PROPERTIES, TEXTS, Collection, Properties

ODD_WORDS = ["Größe", "élan", "Ärger", "日本語", "ñandú", "x2", "3", "Straße", "don't", "well-known", "snake_case", "!?"]
# Longer than a key of the index, and alike for as far as one goes.
LONG_WORDS = ["long" * 150 + end for end in ("", "a", "b")]
COMMON_WORDS = ["the", "and", "of", "with"]
SYLLABLES = ["ba", "co", "di", "fu", "ga", "ke", "lo", "mi", "nu", "pa", "ro", "su", "ta", "ve"]
WORDS = [first + second for first in SYLLABLES for second in SYLLABLES] + ODD_WORDS + LONG_WORDS + COMMON_WORDS
KINDS = [f"{size} {color}" for size in ("Big", "big", "Small", "tiny") for color in ("Red", "blue", "Größe")] + [
    " padded ", "padded", "a*b", "x?y", "UPPER", "upper", "日本 語", "tab\there", '"quoted"', "back\\slash", "C++", "c++", *LONG_WORDS]
TAGS = [f"t{number}" for number in range(12)] + ["Tag One", "tag one", "étage", ""]
ORDERS = ["LessThan", "LessThanEqual", "GreaterThan", "GreaterThanEqual"]
COMPARISONS = ["Equal", "NotEqual", *ORDERS]
LISTS = ["ContainsAny", "ContainsAll", "ContainsNone"]
RANGED = ["rank", "price", "made", "seen"]


class Values:
    """Draws from a generator that the caller seeds, for each step anew."""

    def __init__(self, seed: int) -> None:
        chooser = random.Random(seed)
        self.random = chooser
        weights = [1 / (place + 3) for place in range(len(WORDS))]
        shuffled = chooser.sample(WORDS, len(WORDS))
        self.titles = [self._text(shuffled, weights, 8) for _ in range(3000)]
        self.summaries = [self._text(shuffled, weights, 30) for _ in range(3000)]
        self.words = [word for word in shuffled if word_tokens(word) and word.lower() not in STOP_WORDS]
        self.repeated_vectors = [tuple(chooser.randrange(-64, 65) / 16 for _ in range(16)) for _ in range(40)]

    def _text(self, words: list[str], weights: list[float], longest: int) -> str:
        count = self.random.choice([0, 1, 2, 3, longest // 2, longest])
        chosen = self.random.choices(words, weights, k=count)
        return self.random.choice([" ", " ", ", ", "  - "]).join(
            word.upper() if self.random.random() < 0.1 and word.isascii() else word for word in chosen)

    # MARK: Objects

    def properties(self) -> Properties:
        """Some properties, each missing now and then."""
        chooser = self.random
        missing = chooser.randrange(1 << len(PROPERTIES)) & chooser.randrange(1 << len(PROPERTIES))
        missing &= chooser.randrange(1 << len(PROPERTIES))
        return {name: self.value(name) for place, name in enumerate(PROPERTIES) if not missing >> place & 1}

    def value(self, name: str):
        chooser = self.random
        match name:
            case "title": return chooser.choice(self.titles)
            case "summary": return chooser.choice(self.summaries)
            case "kind": return chooser.choice(KINDS) if chooser.random() < 0.98 else ""
            case "tags": return chooser.choices(TAGS, k=chooser.choice([0, 1, 1, 2, 3, 5]))
            case "rank": return self.int()
            case "price": return self.number()
            case "made": return self.date()
            case "seen": return self.date(chooser.choice(["Z", "+02:00", "-09:30", "+00:01"]))
            case "live": return chooser.random() < 0.6
            case "marks": return [chooser.randrange(-8, 9) for _ in range(chooser.choice([0, 1, 2, 3, 6]))]

    def int(self) -> int:
        chance = self.random.random()
        if chance < 0.9:
            return self.random.randrange(-60, 200)
        if chance < 0.98:
            return self.random.randrange(-(1 << 34), 1 << 34)
        return self.random.choice([1, -1]) * ((1 << self.random.choice([53, 60, 62])) + self.random.randrange(3))

    def number(self) -> float:
        if self.random.random() < 0.8:
            return self.random.randrange(-40, 400) / 8
        return self.random.randrange(-(1 << 22), 1 << 22) / 64

    def date(self, offset: str = "Z") -> str:
        chooser = self.random
        day = f"{chooser.randrange(1965, 2035)}-{chooser.randrange(1, 13):02}-{chooser.choice([1, 2, 15, 28]):02}"
        fraction = "" if chooser.random() < 0.8 else f".{chooser.randrange(1, 1000):03}".rstrip("0")
        return f"{day}T{chooser.choice([0, 12, 23]):02}:00:00{fraction}{offset}"

    def vector(self, dimensions: int) -> tuple[float, ...]:
        if self.random.random() < 0.15:
            return self.random.choice(self.repeated_vectors)[:dimensions]
        return tuple([part / 16 for part in self.random.choices(range(-64, 65), k=dimensions)])

    def vector_or_none(self, dimensions: int) -> tuple[float, ...] | None:
        return self.vector(dimensions) if self.random.random() < 0.9 else None

    def phrase(self) -> str:
        """One to three words that a query can ask for, now and then with a stop word."""
        words = self.random.choices(self.words, k=self.random.choice([1, 1, 2, 3]))
        if self.random.random() < 0.1:
            words.append(self.random.choice(COMMON_WORDS))
        return " ".join(words)

    # MARK: Filters

    def filter(self, depth: int = 0) -> Filter:
        chooser = self.random
        chance = chooser.random()
        if depth < 2 and chance < 0.35:
            operator = chooser.choice(["And", "And", "Or", "Not"])
            count = 1 if operator == "Not" else chooser.choice([1, 2, 2, 3])
            return Combination(operator, tuple(self.filter(depth + 1) for _ in range(count)))
        if chance < 0.5:
            return self.range(chooser.choice(RANGED))
        return self.condition(chooser.choice(list(PROPERTIES)))

    def range(self, name: str) -> Filter:
        """With two ends."""
        ends = [self.value(name), self.value(name)]
        ends.sort(key=nanoseconds if name in ("made", "seen") else None)
        lower = Condition(name, self.random.choice(["GreaterThan", "GreaterThanEqual"]), ends[0])
        upper = Condition(name, self.random.choice(["LessThan", "LessThanEqual"]), ends[1])
        return Combination("And", (lower, upper))

    def condition(self, name: str) -> Condition:
        chooser = self.random
        chance = chooser.random()
        if chance < 0.06:
            return Condition(name, "IsNull", chooser.random() < 0.5)
        if chance < 0.1 and name in (*TEXTS, "marks"):
            return Condition(f"len({name})", chooser.choice(COMPARISONS), chooser.randrange(12))
        if chance < 0.15:
            return self.condition_on_id()
        kind = PROPERTIES[name]
        if chance < 0.35:
            values = tuple(self.sought(name) for _ in range(chooser.choice([1, 2, 3, 9])))
            return Condition(name, chooser.choice(LISTS), values)
        if kind.startswith("text"):
            if chance < 0.6:
                return Condition(name, "Like", self.pattern(name))
            return Condition(name, chooser.choice(["Equal", "Equal", "NotEqual", *ORDERS]), self.sought(name))
        return Condition(name, chooser.choice(COMPARISONS[:2] if kind == "boolean" else COMPARISONS), self.sought(name))

    def sought(self, name: str):
        """A value to compare with; one that tokens come out of."""
        match name:
            case "title" | "summary": return self.phrase()
            case "kind": return self.random.choice(KINDS)
            case "tags": return self.random.choice(TAGS[:-1])
            case "marks": return self.random.randrange(-9, 10)
            case _: return self.value(name)

    def pattern(self, name: str) -> str:
        text = self.sought(name)
        chance, middle = self.random.random(), self.random.randrange(len(text))
        if chance < 0.4:
            return text[:middle + 1] + "*"
        if chance < 0.6:
            return "*" + text[middle:]
        if chance < 0.8:
            return text[:middle] + "?" + text[middle + 1:]
        return text[:middle] + "*" + text[middle + 2:] + self.random.choice(["", "*"])

    def condition_on_id(self) -> Condition:
        if self.random.random() < 0.3:
            return Condition("id", "ContainsAny", tuple(self.random.choices(IDENTITIES, k=5)))
        return Condition("id", self.random.choice(COMPARISONS), self.random.choice(IDENTITIES))

    def slice_of(self, collection: Collection, count: int) -> Filter:
        """By ids, about so many of the objects."""
        rows = sorted(collection.objects)
        count = min(count, len(rows))
        first = self.random.randrange(len(rows) - count + 1)
        return Combination("And", (
            Condition("id", "GreaterThanEqual", IDENTITIES[rows[first]]),
            Condition("id", "LessThanEqual", IDENTITIES[rows[first + count - 1]])))
