# SPDX-License-Identifier: Apache-2.0
"""What tests of the search screen ask it."""
from __future__ import annotations

import json

from browser import Console

# An object to search with that is stored.
CAT = "00000000-0000-4000-8000-000000000003"
# Pastes the files of an input, or a text.
PASTE = """
const transfer = new DataTransfer();
if (arguments[1]) transfer.setData('text/plain', arguments[1]);
if (arguments[0]) { for (const file of arguments[0].files) transfer.items.add(file); arguments[0].remove(); }
document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: transfer, bubbles: true, cancelable: true}));
"""


def searches(console: Console) -> list[dict]:
    """The bodies of all searches over REST that the console has sent."""
    console.sent = [*getattr(console, "sent", []), *console.requests()]
    found = [request for request in console.sent if "/v1/search/" in request["url"]]
    return [json.loads(request.get("postData") or "{}") for request in found]


def last_search(console: Console) -> dict:
    return searches(console)[-1]


def new_searches(console: Console) -> list[dict]:
    """Those that no function here has told of yet."""
    found = searches(console)
    fresh = found[getattr(console, "told", 0):]
    console.told = len(found)
    return fresh


def next_search(console: Console) -> dict:
    """Waits until a further search is sent and answered, and returns it."""
    body = console.wait(lambda: new_searches(console), "nothing is searched for")[-1]
    is_answered(console)
    return body


def is_answered(console: Console) -> None:
    console.wait(lambda: not console.all("nt-search-results[aria-busy]"), "the search does not end")


def shown_results(console: Console, text: str = "result") -> str:
    """Waits until there are results, and returns their summary."""
    console.find(".results-count", text)
    is_answered(console)
    console.find(".hit")
    new_searches(console)
    return console.find(".results-count").text


def ids(console: Console) -> list[str]:
    """The ids of the hits that are drawn, nearest first."""
    return console.run("return [...document.querySelectorAll('.hit')].map((each) => each.dataset.id)")


def texts(console: Console, css: str) -> list[str]:
    """The texts of all elements that fit, at one moment."""
    return console.run("return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText)", css)
