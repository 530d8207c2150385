# SPDX-License-Identifier: Apache-2.0
"""Style sheets: those of a screen stay loaded when it is left, so they may say nothing about other screens."""
from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from running_server import ROOT

SITE = ROOT / "Sources/WebConsole/Site"
CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
TAG = re.compile(r"\bnt-[\w-]+")


def owner(path: Path) -> str:
    """The screen that a file belongs to; all that several screens use is one owner."""
    parts = path.relative_to(SITE).parts
    return parts[1] if parts[0] == "screens" else "shared"


def given_names(source: str) -> set[str]:
    """The classes that a module gives to elements, and the elements that it defines."""
    given = re.findall(r"\bclass: ((?:[^,}\n`]|`[^`\n]*`)*)", source) + re.findall(r"classList\.\w+\(([^)\n]*)\)", source)
    texts = [re.sub(r"\$\{[^}]*\}", " ", text) for each in given for text in re.findall(r"[\"`]([^\"`]*)[\"`]", each)]
    return {name for text in texts for name in text.split()} | set(re.findall(r'define\("(nt-[\w-]+)"', source))


def selectors(sheet: str) -> list[str]:
    text = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    heads = [head.strip() for head in re.findall(r"([^{};]+)\{", text)]
    return [each.strip() for head in heads if not head.startswith("@") for each in re.split(r",(?![^(]*\))", head)]


def test_each_rule_of_a_screen_names_a_class_or_an_element_that_only_this_screen_has():
    owners = defaultdict(set)
    for path in SITE.rglob("*.js"):
        for name in given_names(path.read_text()):
            owners[name].add(owner(path))
    sheets = sorted(SITE.glob("screens/*/*.css"))
    assert len(sheets) > 8 and owners["hit"] == {"search"} and "shared" in owners["row"]
    reaching = [
        f"{path.relative_to(SITE)}: {selector}"
        for path in sheets for selector in selectors(path.read_text())
        if not any(owners[name] <= {owner(path)} for name in CLASS.findall(selector) + TAG.findall(selector))
    ]
    assert not reaching, "\n".join(reaching)
