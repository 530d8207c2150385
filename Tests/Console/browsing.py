# SPDX-License-Identifier: Apache-2.0
"""What tests of the browser of objects ask it."""
from __future__ import annotations

from urllib.parse import parse_qs, urlsplit


def pet(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def stored(server, number: int, class_name: str = "Pet") -> dict:
    return server.request("GET", f"/v1/objects/{class_name}/{pet(number)}")[1]


def texts(console, css: str) -> list[str]:
    """The texts of the visible elements, at one moment."""
    return console.run("return window.shownElements(arguments[0]).map((each) => each.innerText)", css)


def column(console, index: int) -> list[str]:
    """The texts of a column of the table, from the top."""
    return console.run(
        "return [...document.querySelectorAll('.browse-row')].sort((one, other) => one.ariaRowIndex - other.ariaRowIndex)"
        ".map((row) => row.children[arguments[0]]?.textContent)", index)


def query(console) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(console.driver.current_url).query).items()}


def patches(console) -> list[dict]:
    return [each for each in console.requests() if each["method"] in ("PATCH", "PUT", "DELETE")]


def open_pet(console, number: int, more: str = "") -> None:
    console.open(f"browse?class=Pet&view=table&object={pet(number)}{more}")
    console.find("dialog[open] .object-table")


def tab(console, name: str) -> None:
    console.click(f"dialog[open] [data-tab={name}]")
    console.find("dialog[open] .tab-panel:not([hidden]) > *")
