# SPDX-License-Identifier: Apache-2.0
"""The query screen: completion, running, variables and pictures, errors, history, the address, keys."""
from __future__ import annotations

import base64
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import Console
from conftest import start
from selenium.webdriver.common.keys import Keys

EDITOR = ".query-left > nt-editor"
VARIABLES = ".variables-editor"
HINTS = "ul.CodeMirror-hints"
LIST = "{ Get { Pet(limit: 3) { name _additional { id thumbnailUrl } } } }"


class Query:
    """The screen with an empty editor."""

    def __init__(self, console: Console, path: str = "query?q=%20") -> None:
        self.console = console
        console.open(path)
        console.find(f"{EDITOR} .CodeMirror")

    def text(self, editor: str = EDITOR) -> str:
        return self.console.run("return document.querySelector(arguments[0]).value", editor)

    def write(self, text: str, editor: str = EDITOR) -> None:
        """Puts a text in place of the one there; the cursor goes to the place of `|`, or to the end."""
        offset = text.index("|") if "|" in text else len(text)
        self.console.run(
            "const editor = document.querySelector(arguments[0]); editor.value = arguments[1]; editor.focus(); editor.offset = arguments[2]",
            editor, text.replace("|", "", 1), offset)

    def hints(self, text: str) -> list[str]:
        """What is offered at the place of `|`."""
        self.write(text)
        self.console.press(Keys.CONTROL, " ")
        self.console.find(HINTS)
        found = self.console.run("return [...document.querySelectorAll('ul.CodeMirror-hints li > span:first-child')].map((each) => each.textContent)")
        self.console.press(Keys.ESCAPE)
        self.console.gone(HINTS)
        return found

    def run(self, text: str | None = None) -> None:
        if text is not None:
            self.write(text)
        self.console.run("document.querySelector('nt-answer').replaceChildren()")
        self.console.press(Keys.CONTROL, Keys.ENTER)
        self.console.find(".answer-body, .query-errors")

    @property
    def answer(self) -> str:
        return self.console.find("nt-answer").text


@pytest.fixture
def query(console) -> Query:
    return Query(console)


def test_completion_offers_what_the_schema_has_at_the_cursor(query):
    assert query.hints("{ |") == ["Get", "Aggregate", "Explore"]
    assert query.hints("{ Get { |") == ["Pet"]
    assert query.hints("{ Get { Pet { n|")[0] == "name"
    assert set(query.hints("{ Get { Pet { |")) == {"image", "breed", "name", "weight", "tame", "tags", "_additional"}
    assert {"id", "distance", "percent", "imageUrl", "thumbnailUrl"} <= set(query.hints("{ Get { Pet { name _additional { | } } } }"))
    arguments = query.hints("{ Get { Pet(|) { name } } }")
    assert {"where", "limit", "offset", "after", "autocut", "sort", "nearImage", "nearVector", "nearObject", "bm25", "hybrid", "group", "groupBy"} <= set(arguments)
    assert {"image", "images", "crop", "distance", "certainty"} <= set(query.hints("{ Get { Pet(nearImage: { |"))
    assert {"And", "Equal", "Like", "ContainsAny"} <= set(query.hints("{ Get { Pet(where: {path: [\"name\"], operator: |"))
    assert query.hints("{ Get { Pet(sort: [{path: [\"name\"], order: |") == ["asc", "desc"]
    assert {"breed", "name", "weight"} <= set(query.hints('{ Get { Pet(where: {operands: [{path: ["|"]}]}) { name } } }'))
    assert query.hints('{ Get { Pet(bm25: {query: "x", properties: ["|"]}) { name } } }') == ["breed", "name", "tags"]
    assert query.hints("query ($picture: String, $n: Int) { Get { Pet(limit: $|") == ["$picture", "$n"]
    assert {"meta", "groupedBy", "breed", "weight"} <= set(query.hints("{ Aggregate { Pet { |"))
    assert {"count", "mean", "maximum"} <= set(query.hints("{ Aggregate { Pet { weight { |"))
    # What stands there already is not offered again, and a parenthesis that is missing does not matter.
    assert "name" not in query.hints("{ Get { Pet(limit: 3 { name |")


def test_completion_comes_with_typing_and_what_is_chosen_can_be_run(query):
    console = query.console
    query.write("{ | }")
    console.press("Ge")
    console.find(f"{HINTS} li", "Get")
    console.press(Keys.ENTER)
    console.find(f"{HINTS} li", "Pet")
    console.press(Keys.ENTER)
    console.find(f"{HINTS} li", "breed")
    console.press("nam")
    console.wait(lambda: len(console.all(f"{HINTS} li")) == 1)
    console.press(Keys.ENTER)
    console.wait(lambda: query.text() == "{ Get { Pet { name } } }")
    console.press(Keys.CONTROL, Keys.ENTER)
    console.find(".json-tree", "number 0")
    # An argument brings its brackets.
    query.write("{ Get { Pet(|) { name } } }")
    console.press("whe")
    console.find(f"{HINTS} li", "where")
    console.press(Keys.TAB)
    console.find(f"{HINTS} li", "operands")
    console.press("pat", Keys.ENTER)
    console.find(f"{HINTS} li", "weight")
    console.press("we", Keys.ENTER)
    # What was typed faster than the list is drawn is chosen with the next frame.
    console.wait(lambda: query.text() == '{ Get { Pet(where: { path: ["weight"] }) { name } } }')
    console.press(Keys.ESCAPE)
    console.assert_accessible()


def test_an_answer_is_a_tree_with_pictures_or_a_text_with_time_and_size(query):
    console = query.console
    query.run("{ Get { a: Pet(limit: 3) { name weight image _additional { id } } } Aggregate { Pet { meta { count } } } }")
    console.find(".query-figures", "3 hits")
    console.find(".query-figures", " ms")
    # Their addresses were not asked for; the pictures stand beside the hits all the same.
    console.wait(lambda: len(console.all("details > summary nt-picture img")) == 3)
    assert "number 0" in console.find("summary nt-picture img").get_attribute("alt")
    assert "count: 60" in query.answer
    # A blob is cut, and shown as the picture that it is.
    console.find(".json-leaf", "base64")
    assert len(query.answer) < 3000
    console.click(".json-leaf button", "Show picture")
    console.wait(lambda: console.run("const image = document.querySelector('.json-picture img'); return image && image.naturalWidth > 0"))
    console.screenshot("query-answer")
    # What is closed is not in the page.
    console.click("summary", "Aggregate")
    console.wait(lambda: "count: 60" not in query.answer)
    console.click("nt-answer .choice button", "Text")
    # A text is whole, pictures included, on demand.
    length = "return document.querySelector('pre.answer-text').textContent.length"
    assert console.run(length) == 100_000
    console.click("nt-answer button", "Show all of it")
    assert console.run(length) > 100_000
    assert '"count": 60' in console.run("return document.querySelector('pre.answer-text').textContent")
    console.assert_accessible()


def test_large_numbers_keep_their_digits_and_long_lists_come_in_pages(query):
    console = query.console
    answer = json.dumps({"data": {"numbers": list(range(250)), "big": 9007199254740993}})
    console.run("document.querySelector('nt-answer').showText(arguments[0])", answer)
    assert "big: 9007199254740993" in query.answer
    console.click("summary", "numbers:")
    console.find(".json-leaf", "99: 99")
    console.click("nt-answer button", "Show 150 more")
    assert "199: 199" in query.answer and "200: 200" not in query.answer
    console.wait(lambda: console.run("return document.activeElement !== document.body"))


def test_a_picture_is_a_variable_that_searches(query, pets):
    console = query.console
    console.click("[data-example=picture]")
    console.wait(lambda: "nearImage" in query.text())
    path = pets[0][0]
    console.drop(".query-panes", path)
    chip = console.find(".picture-chip")
    assert path.name in chip.text and "kB" in chip.text and "Not used" not in chip.text
    assert console.find(".picture-chip input").get_attribute("value") == "image"
    query.run()
    console.find(".json-tree", "percent: 100")
    assert console.find(".query-figures", "10 hits")
    console.screenshot("query-picture")
    # The picture is nowhere but in the page.
    assert len(console.path) < 1500
    assert console.run("return JSON.stringify({...localStorage}).length") < 5000
    # Under another name it is no variable of this query, which is said.
    console.type(".picture-chip input", "other")
    console.press(Keys.TAB)
    console.find(".picture-hint", "Not used yet")
    console.type(".picture-chip input", "1x")
    console.press(Keys.TAB)
    console.find(".picture-hint.fault", "begins with none")
    assert console.find(".picture-chip input").get_attribute("aria-invalid") == "true"
    console.assert_accessible()
    console.click("[aria-label='Remove the picture $other']")
    console.gone(".picture-chip")
    console.wait(lambda: console.run("return document.activeElement.className") == "add-picture")


def test_variables_are_used_and_what_is_no_json_is_said_with_its_place(query):
    console = query.console
    query.write('{"n": 2}', VARIABLES)
    query.run("query ($n: Int) { Get { Pet(limit: $n) { name } } }")
    assert console.find(".query-figures", "2 hits")
    query.write('{\n  "n": oops }', VARIABLES)
    console.press(Keys.CONTROL, Keys.ENTER)
    console.find(f"{VARIABLES} .fault", "line 2, column 8")
    console.wait(lambda: console.run("return document.activeElement.getAttribute('aria-invalid')") == "true")
    console.find(f"{VARIABLES} .editor-mark")
    query.write("[1]", VARIABLES)
    console.press(Keys.CONTROL, Keys.ENTER)
    console.find(f"{VARIABLES} .fault", "object of names")


def test_an_error_is_told_in_words_and_marked_where_it_is(query):
    console = query.console
    # Places are counted in bytes by the server; the text before it has others.
    query.run('{ Get {\n Pet(bm25: {query: "äöü😀"}) { nope } } }')
    console.find(".query-errors", 'Cannot query field "nope"')
    console.find(".editor-mark", "nope")
    console.assert_accessible()
    console.screenshot("query-error")
    console.click(".query-errors button", "Go to line 2")
    assert console.run("const editor = document.querySelector(arguments[0]); return editor.value.slice(editor.offset)", EDITOR).startswith("nope")
    console.press("x")
    console.gone(".editor-mark")
    # Data beside an error is shown.
    query.run('{ Aggregate { Pet { meta { count } } } Get { Pet(where: {operator: Equal, path: ["x"], valueInt: 3}) { name } } }')
    console.find(".query-errors", "no such prop")
    console.find("nt-answer", "count: 60")
    query.run("{ Get { Pet(limit: { name } } }")
    console.find(".query-errors", "Syntax Error")


def test_of_several_operations_the_one_at_the_cursor_is_run(query):
    query.run("query A { Get { Pet(limit: 1) { name } } }\nquery B { Get { | Pet(limit: 2) { name } } }")
    query.console.find(".query-figures", "2 hits")


def test_a_long_query_can_be_cancelled(query):
    console = query.console
    # The answer is held back until the request is given up.
    console.run(
        "const real = window.fetch; window.fetch = (path, init) => { window.fetch = real;"
        " return new Promise((resolve, reject) => init.signal.addEventListener('abort', () => reject(init.signal.reason))) }")
    query.write(LIST)
    console.press(Keys.CONTROL, Keys.ENTER)
    console.click("button", "Cancel")
    console.find(".query-figures", "Cancelled")
    query.run()
    console.find(".query-figures", "3 hits")


def test_history_survives_reloading_and_is_searched_run_again_and_deleted(query):
    console = query.console
    query.run(LIST)
    query.run("{ Aggregate { Pet { meta { count } } } }")
    Query(console)
    console.click("button", "History")
    assert len(console.all(".history-row")) == 2
    console.assert_accessible()
    console.screenshot("query-history")
    console.type("dialog input[type=search]", "aggregate meta")
    console.wait(lambda: len(console.all(".history-row")) == 1)
    console.click(".history-row button", "Run")
    console.gone("dialog[open]")
    console.find(".json-tree", "count: 60")
    console.click("button", "History")
    console.click(".history-row:first-child [aria-label='Delete this query']")
    console.wait(lambda: len(console.all(".history-row")) == 1)
    console.wait(lambda: console.run("return document.activeElement.getAttribute('aria-label')") == "Delete this query")
    console.press(Keys.ENTER)
    console.find("dialog", "No query was run yet")


def test_the_address_holds_a_short_query_and_leads_back_to_it(query):
    console = query.console
    query.write('{"n": 1}', VARIABLES)
    query.write("query ($n: Int) { Get { Pet(limit: $n) { name } } }")
    console.wait(lambda: "Pet" in console.path and "%22n%22" in console.path)
    address = parse_qs(urlsplit(console.path).query)
    assert address["q"] == [query.text()] and address["v"] == ['{"n": 1}']
    again = Query(console, console.path.lstrip("/"))
    console.wait(lambda: again.text() == address["q"][0])
    assert again.text(VARIABLES) == '{"n": 1}'
    # Without any, it goes on with what was written.
    console.wait(lambda: console.run("return localStorage.getItem('needletail.query.draft')"))
    again = Query(console, "query")
    console.wait(lambda: again.text() == address["q"][0])
    query.write("# " + "x" * 2000)
    console.wait(lambda: "q=" not in console.path)


def test_examples_of_the_collection_run_as_they_are(query, pets):
    console = query.console
    for button in console.all("[data-example]"):
        name = button.get_attribute("data-example")
        button.click()
        console.wait(lambda: "Pet" in query.text())
        if name in ("object", "words"):
            console.wait(lambda: "{" in query.text(VARIABLES), f"{name} brings no variables")
        if name in ("picture", "group") and not console.all(".picture-chip"):
            console.drop(".query-panes", pets[3][0])
            console.find(".picture-chip")
        console.find(EDITOR)
        query.run()
        assert not console.all(".query-errors"), (name, console.find(".query-errors").text)
        query.write(" ")
    query = Query(console, "query?class=Pet")
    console.wait(lambda: "Pet(limit: 10)" in query.text())


def test_format_puts_each_field_on_a_line_and_changes_nothing_else(query):
    console = query.console
    long = ", ".join(f'"word number {index}"' for index in range(8))
    query.write(
        "query Q($n:Int=2){Get{b:Pet(limit:$n where:{operator:Or,operands:[{path:[\"name\"],operator:ContainsAny,valueText:[" + long + "]}"
        '{path:["weight"] operator:LessThan valueInt:9}]}){name # why\n weight@include(if:true)}}}')
    # What has no meaning in GraphQL: blanks, line breaks and commas.
    meaning = lambda: re.sub(r"[\s,]+", "", query.text())  # noqa: E731
    before = meaning()
    console.click("button", "Format")
    once = query.text()
    assert once.splitlines()[:3] == ["query Q($n: Int = 2) {", "  Get {", "    b: Pet("] and "      # why\n" in once
    assert meaning() == before
    console.click("button", "Format")
    assert query.text() == once
    query.run()
    console.find(".query-figures", "2 hits")


def test_the_keyboard_is_enough_and_gets_out_of_the_editor(query):
    console = query.console
    console.find("h1").click()
    console.find("body").send_keys("/")
    console.wait(lambda: console.run("return document.querySelector(arguments[0]).contains(document.activeElement)", EDITOR))
    console.wait(lambda: console.run("return document.activeElement.getAttribute('aria-label')") == "Query in GraphQL")
    console.press(LIST)
    assert query.text().replace(" ", "").count("}") == LIST.count("}")
    console.press(Keys.CONTROL, Keys.ENTER)
    console.find(".json-tree", "Get")
    console.press(Keys.HOME, Keys.TAB)
    assert query.text().startswith("  {")
    console.press(Keys.ESCAPE, Keys.TAB)
    console.wait(lambda: not console.run("return document.querySelector(arguments[0]).contains(document.activeElement)", EDITOR))
    console.wait(lambda: console.run("return document.querySelector(arguments[0]).contains(document.activeElement)", "nt-query-variables"))
    # A node of the tree opens and closes by keys.
    console.run("document.querySelector('.json-tree summary').focus()")
    console.press(Keys.ENTER)
    console.wait(lambda: not console.run("return document.querySelector('.json-tree details').open"))
    console.press(" ")
    console.wait(lambda: console.run("return document.querySelector('.json-tree details').open"))


def test_a_query_is_measured_over_twenty_runs(query):
    query.run(LIST)
    query.console.click("button", "Run 20 times")
    assert "p95" in query.console.find(".query-figures", "20 runs:").text


def test_stored_texts_can_do_nothing_in_an_answer(driver, tmp_path, pets):
    from conftest import PET

    hostile = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    picture = base64.b64encode(pets[0][0].read_bytes()).decode()
    with start(tmp_path / "data") as server, Console(driver, server) as console:
        server.request("POST", "/v1/schema", PET | {"description": hostile})
        server.request("POST", "/v1/objects", {"class": "Pet", "properties": {"name": hostile, "breed": "__proto__", "image": picture}})
        query = Query(console)
        query.run("{ Get { Pet { name breed _additional { id } } } Aggregate { Pet { name { topOccurrences { value occurs } } } } }")
        assert query.answer.count("<img src=x") >= 2
        query.run(f"{{ Get {{ Pet(bm25: {{query: {json.dumps(hostile)}, properties: [\"<b>\"]}}) {{ name }} }} }}")
        console.find(".query-errors")
        console.click("button", "History")
        console.find(".history-row", "<img src=x")
        assert "taken" not in driver.title
        assert not driver.find_elements("css selector", "main img[src=x], dialog img[src=x], main script")


def test_a_server_without_collections_says_what_to_do_first(empty_console):
    empty_console.open("query")
    empty_console.find("main a.button", "Import pictures")
    empty_console.assert_accessible()
