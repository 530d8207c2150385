# SPDX-License-Identifier: Apache-2.0
"""The guides in the console: which there are, how one is shown, where its links lead, and that nothing in one can do anything."""
from __future__ import annotations

import json
import re
import urllib.request
from urllib.parse import quote

import pytest
from browser import Console
from running_server import ROOT

DOCUMENTS = ROOT / "Docs"
LIST = ROOT / "Sources/WebConsole/Site/screens/guides/list.js"


def listed() -> dict[str, tuple[str, str]]:
    """File and title by name, as the screen has them."""
    entries = re.findall(r'\{ name: "([^"]+)", file: "([^"]+)", title: ("[^"]+") \}', LIST.read_text())
    return {name: (file, json.loads(title)) for name, file, title in entries}


def title_of(file: str) -> str:
    return (DOCUMENTS / file).read_text().splitlines()[0].removeprefix("# ")


@pytest.fixture
def guides(driver, empty_server):
    with Console(driver, empty_server) as console:
        yield console


def render(console, markdown: str) -> None:
    """Shows a text as if it were the guide on tuning."""
    console.open("guides")
    console.run(
        "const [text] = arguments; const real = window.fetch; window.fetch = (path, init) =>"
        " String(path).endsWith('/docs/guides/tuning.md') ? Promise.resolve(new Response(text)) : real(path, init)", markdown)
    console.click(".guide-card", "Tuning")
    console.find("article")


def test_the_list_is_what_lies_in_the_folder_and_has_the_titles_of_the_files():
    files = [path.relative_to(DOCUMENTS).as_posix() for path in [*DOCUMENTS.glob("*.md"), *(DOCUMENTS / "guides").glob("*.md")]]
    assert sorted(file for file, _ in listed().values()) == sorted(files)
    assert {name: title for name, (_, title) in listed().items()} == {name: title_of(file) for name, (file, _) in listed().items()}


def test_each_guide_is_served_and_shown_with_its_title_and_is_accessible(guides):
    for name, (file, title) in listed().items():
        with urllib.request.urlopen(f"{guides.server.url}/console/docs/{file}") as answer:
            assert answer.headers["Content-Type"].startswith("text/markdown")
        guides.open(f"guides/{name}")
        guides.find("article p")
        # Marks that nothing was made of; in code anything may stand.
        words = guides.run(
            "const article = document.querySelector('article').cloneNode(true); for (const each of article.querySelectorAll('pre, code')) each.remove();"
            "return article.textContent")
        assert not re.findall(r"\*\*|`|\]\(|\|\s*-{3}|^#+ |^\s*[-*+] |^>|\\[|*_]", words, re.MULTILINE), name
        # Code in a title has no marks any more.
        assert guides.find("h1").text == title.replace("`", "")
        assert guides.driver.title == f"{guides.find('h1').text} · Needletail"
    guides.size(360, 740)
    guides.emulate(prefers_color_scheme="dark")
    for name in ("operating", "differences"):
        guides.open(f"guides/{name}")
        guides.find("article .table-frame")
        guides.assert_accessible()
        guides.assert_fits()
        guides.screenshot(f"guide-{name}-360")
    guides.size(1280, 900)
    guides.emulate(prefers_color_scheme="light")
    guides.open("guides/from-weaviate")
    guides.find("article .guide-code")
    guides.assert_accessible()
    guides.assert_fits()
    guides.screenshot("guide-from-weaviate")


def test_no_link_in_a_guide_leads_to_what_is_not_there(guides):
    for name in listed():
        guides.open(f"guides/{name}")
        guides.find("article p")
        links = guides.run(
            "return [...document.querySelectorAll('article a')].map((a) => [a.pathname, new URLSearchParams(a.search).get('section'), a.host === location.host,"
            " a.target, a.rel])")
        for path, section, is_own, target, rel in links:
            if not is_own:
                assert target == "_blank" and "noopener" in rel, (name, path)
                continue
            other = path.removeprefix("/console/guides/")
            assert other in listed(), (name, path)
            if section:
                headings = [slug(line) for line in (DOCUMENTS / listed()[other][0]).read_text().splitlines() if re.match(r"#{2,6} ", line)]
                assert section in headings, (name, other, section)


def slug(heading: str) -> str:
    words = heading.lstrip("#").strip().lower().replace("`", "")
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", words))


def test_the_contents_lead_to_a_heading_which_the_address_keeps_and_back_leads_back(guides):
    guides.open("guides/ARCHITECTURE")
    guides.click(".guide-contents a", "JSON")
    heading = "return document.activeElement.id"
    guides.wait(lambda: guides.run(heading) == "guide-json-how-is-json-read-and-written")
    top = "return document.querySelector('#guide-json-how-is-json-read-and-written').getBoundingClientRect().top"
    assert 0 <= guides.run(top) < 200
    guides.driver.refresh()
    guides.find("article")
    guides.wait(lambda: 0 <= guides.run(top) < 200)
    guides.driver.back()
    guides.wait(lambda: "section" not in guides.path)


def test_titles_are_searched_and_a_guide_opened_and_left_again(guides):
    guides.open("guides")
    guides.find("body").send_keys("/")
    guides.driver.switch_to.active_element.send_keys("weaviate 1.39")
    guides.wait(lambda: len(guides.all(".guide-card")) == 1)
    guides.assert_accessible()
    guides.click(".guide-card")
    guides.find("h1", "answers otherwise")
    guides.driver.back()
    guides.wait(lambda: len(guides.all(".guide-card")) == 1)
    guides.type("main input", "no such words")
    guides.find(".empty", "No guide")
    guides.open("guides/nonsense")
    guides.click(".empty a")
    guides.wait(lambda: len(guides.all(".guide-card")) == len(listed()))


def test_code_is_copied_as_it_stands(guides):
    guides.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    render(guides, "```sh\ncurl 'a' |\n    jq . <b>\n```\n")
    guides.click(".guide-code button")
    guides.find(".guide-code button [d='M5 12.5l4.5 4.5L19 7.5']")
    assert guides.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])") == "curl 'a' |\n    jq . <b>"


def test_links_to_what_is_not_served_are_plain_words(guides):
    render(guides, "[a](../../README.md) [b](operating.md#disk) [c](../quality.md) [d](https://example.org/x) [e](../decisions/0001-x.md) [f](#here)\n\n## Here\n")
    found = guides.run("return [...document.querySelectorAll('article a')].map((a) => [a.textContent, a.getAttribute('href'), a.target])")
    assert found == [
        ["b", "/console/guides/operating?section=disk", ""], ["c", "/console/guides/quality", ""],
        ["d", "https://example.org/x", "_blank"], ["f", "?section=here", ""]]
    assert guides.find("article p").text == "a b c d e f"


@pytest.mark.parametrize(("markdown", "html"), [
    ("one\ntwo  \nthree", "<p>one\ntwo<br>three</p>"),
    ("**bold *both*** and *em* and __b__ and ~~gone~~", "<p><strong>bold <em>both</em></strong> and <em>em</em> and <strong>b</strong> and <del>gone</del></p>"),
    ("snake_case_name 2 * 3 * 4 a*b", "<p>snake_case_name 2 * 3 * 4 a*b</p>"),
    ("`**code**` ``a ` b`` \\*no\\* `open", "<p><code>**code**</code> <code>a ` b</code> *no* `open</p>"),
    ("- a\n  goes on\n- b\n  1. c\n  2. d\n\n     more\n- e", "<ul><li>a\ngoes on</li><li>b<ol><li><p>c</p></li><li><p>d</p><p>more</p></li></ol></li><li>e</li></ul>"),
    ("3. x\n4. y", '<ol start="3"><li>x</li><li>y</li></ol>'),
    ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
    ("a sentence of\n1990. No list", "<p>a sentence of\n1990. No list</p>"),
    ("> a **b**\n> - c\n\n---\n<!-- gone\nall -->\nx <!-- gone --> y", "<blockquote><p>a <strong>b</strong></p><ul><li>c</li></ul></blockquote><hr><p>x  y</p>"),
    ("![words](x.png) [a [b] `]`](<x y.md> 'title')", "<p>words <span>a [b] <code>]</code></span></p>"),
    ("## A `b` c ##\ntext\n## A b c", '<h2 id="guide-a-b-c" tabindex="-1">A <code>b</code> c</h2><p>text</p><h2 id="guide-a-b-c-1" tabindex="-1">A b c</h2>'),
])
def test_the_marks_of_markdown_become_elements(guides, markdown, html):
    render(guides, markdown)
    assert guides.run("return document.querySelector('article').innerHTML") == html


def test_tables_have_inline_marks_escaped_bars_and_alignments_and_code_keeps_its_lines(guides):
    render(guides, "| a | *b* |\n|:--|--:|\n| `x \\| y` | 1 |\n| only |\n\n- item\n\n  ```sh file=x\n  one\n\n    two\n  ```\n\ntext\n\n      four = spaces\n")
    rows = guides.run("return [...document.querySelectorAll('article tr')].map((row) => [...row.children].map((cell) => cell.innerHTML + cell.style.textAlign))")
    assert rows == [["a", "<em>b</em>right"], ["<code>x | y</code>", "1right"], ["only", "right"]]
    assert guides.run("return [...document.querySelectorAll('article pre')].map((pre) => pre.textContent)") == ["one\n\n  two", "  four = spaces"]


@pytest.mark.parametrize("attack", [
    "<script>document.title = 'broken into'</script>",
    "<img src=x onerror=\"document.title = 'broken into'\">",
    "<svg onload=\"document.title = 'broken into'\"><script>document.title = 'broken into'</script></svg>",
    "<iframe srcdoc=\"<script>parent.document.title = 'broken into'</script>\"></iframe>",
    "<p onclick=\"document.title = 'broken into'\" style=\"position:fixed;inset:0\" id=main class=nav>text</p>",
    "[a](javascript:document.title='broken%20into')",
    "<a href=\" javascript:document.title='broken into'\">a</a>",
    "<a href=\"java\tscript:document.title='broken into'\">a</a>",
    "[a](data:text/html,<script>1</script>)",
    "<form action=/v1/schema method=post><input name=a><button>b</button></form>",
    "<link rel=stylesheet href=/x.css><style>* { display: none }</style><meta http-equiv=refresh content=0;url=/x>",
    "<math><mtext><table><mglyph><style><img src=x onerror=\"document.title = 'broken into'\">",
    "```html\n</code></pre><script>document.title = 'broken into'</script>\n```",
    "<x-custom onload=1><b is=nt-search-screen>text</b></x-custom>",
])
def test_html_in_a_guide_is_a_text_and_does_nothing(guides, attack):
    render(guides, f"before {attack}\n\n{attack}\n\n| {attack} |\n| --- |\n| {attack} |\n\nafter\n")
    for link in guides.all("article a"):
        link.click()
    assert "broken into" not in guides.driver.title
    left = guides.run(
        "return [...document.querySelectorAll('article *:not(button *)')].flatMap((e) => [e.localName, ...e.getAttributeNames().map((name) => `@${name}`)])")
    assert set(left) <= {"p", "span", "div", "pre", "button", "table", "thead", "tbody", "tr", "th", "td", "@class", "@type", "@tabindex", "@role",
                         "@aria-label", "@title"}, left
    guides.find("article", "before")
    guides.find("article", "after")


def test_a_name_of_a_guide_that_is_an_attack_is_a_text(guides):
    guides.open(f"guides/{quote('<img src=x onerror=alert(1)>', safe='')}")
    guides.find(".empty", "<img src=x")
    assert not guides.run("return document.querySelectorAll('main img').length")
