# SPDX-License-Identifier: Apache-2.0
"""The REST screen: every endpoint of the OpenAPI document, its form, the command that does the same, what is answered."""
from __future__ import annotations

import json
import subprocess

from browser import Console
from conftest import start
from selenium.webdriver.common.keys import Keys

METHODS = ("get", "head", "post", "put", "patch", "delete")


def document(server) -> dict:
    status, answer = server.request("GET", "/v1/openapi.json")
    assert status == 200, answer
    return answer


def at(operation: str, query: str = "") -> str:
    return f"rest/{operation.replace('.', '/')}{'?' + query if query else ''}"


def send(console: Console, answer: str = "200") -> str:
    """Sends what is filled in, waits for a status, and returns the text of the answer."""
    console.find(".rest-send")
    console.run("document.querySelector('.rest-status').replaceChildren()")
    console.click(".rest-send")
    console.find(".rest-result", answer)
    return console.find("nt-answer").text


def field(name: str) -> str:
    return f"[data-parameter='{name}'] input, [data-parameter='{name}'] select"


def write(console: Console, text: str) -> None:
    console.run("document.querySelector('nt-rest-body nt-editor').value = arguments[0]", text)


def test_every_endpoint_of_the_document_is_listed_and_opens(console):
    every = {
        (operation["operationId"], method.upper(), path)
        for path, item in document(console.server)["paths"].items() for method, operation in item.items() if method in METHODS
    }
    console.open("rest")
    console.find(".rest-link")
    listed = console.run(
        "return [...document.querySelectorAll('.rest-link')].map((link) => [link.pathname, link.querySelector('.method').textContent,"
        " link.querySelector('.rest-link-path').textContent])")
    expected = sorted(
        [f"/console/rest/{name.replace('.', '/')}", method, path.removeprefix("/v1") if path != "/v1" else path] for name, method, path in every)
    assert sorted(listed) == expected
    # Each of them has a form, and the command has its path.
    console.open(at(sorted(every)[0][0]))
    for name, method, path in sorted(every):
        console.run("[...document.querySelectorAll('.rest-link')].find((link) => link.pathname === arguments[0]).click()", f"/console/{at(name)}")
        console.wait(lambda: console.run("return document.querySelector('.rest-path')?.textContent") == path and console.all(".rest-send"), name)
        command = console.run("return document.querySelector('nt-rest-operation pre.code').textContent")
        assert path.split("{")[0] in command and (method == "GET" or method in command.upper()), command


def test_typing_finds_endpoints_and_keys_open_one(console):
    console.open("rest")
    console.find(".rest-link")
    console.find("body").send_keys("/")
    console.press("near image")
    console.wait(lambda: console.find(".rest-side [role=status]").text == "1 endpoint")
    console.press(Keys.TAB)
    console.press(Keys.ENTER)
    console.find(".rest-head", "near-image")
    console.wait(lambda: console.path.startswith("/rest/search/image"))
    console.find(".rest-link[aria-current=page]")
    console.type(".rest-side input", "no such endpoint")
    console.find(".rest-side [role=status]", "No endpoint")


def test_a_get_shows_status_time_headers_and_the_answer_and_its_address_can_be_shared(console):
    console.open(at("objects.list"))
    console.type(field("class"), "Pet")
    console.type(field("limit"), "2")
    console.wait(lambda: "class=Pet" in console.path and "limit=2" in console.path)
    assert "2 elements" in send(console)
    console.find(".rest-status", " ms")
    console.find(".rest-status", "kB")
    console.click("summary", "Headers")
    console.find(".rest-answer table", "application/json")
    console.assert_accessible()
    console.assert_fits()
    console.screenshot("rest-get")
    console.open(console.path.lstrip("/"))
    assert console.find(field("limit")).get_attribute("value") == "2"


def test_the_form_says_what_parameters_mean_offers_what_is_stored_and_tells_what_is_missing(console):
    console.open(at("objects.class.get", "class=Pet"))
    console.find(".rest-send")
    about = next(
        each for each in document(console.server)["paths"]["/v1/objects/{class}/{id}"]["get"]["parameters"] if each["name"] == "class")
    console.find("[data-parameter=class] .hint", about["description"].split("`")[0])
    offered = "return [...document.querySelectorAll(`[data-parameter='${arguments[0]}'] option`)].map((each) => each.value)"
    console.wait(lambda: "00000000-0000-4000-8000-000000000000" in console.run(offered, "id"))
    assert console.run(offered, "class") == ["Pet"]
    console.click(".rest-send")
    console.find("[data-parameter=id] .fault", "needed")
    console.wait(lambda: console.run("return document.activeElement.closest('[data-parameter]').dataset.parameter") == "id")
    console.wait(lambda: console.run("return document.activeElement.getAttribute('aria-invalid')") == "true")
    console.assert_accessible()
    console.press("00000000-0000-4000-8000-000000000003", Keys.ENTER)
    console.find(".rest-result", "200")
    console.find("nt-answer", "number 3")


def test_a_post_sends_its_body_and_a_body_that_is_no_json_is_refused_beside_it(console):
    console.open(at("objects.create"))
    console.find("nt-rest-body .CodeMirror")
    # The example of the document is there, to be sent as it is or changed.
    examples = document(console.server)["paths"]["/v1/objects"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert json.loads(console.run("return document.querySelector('nt-rest-body nt-editor').value")) == examples["example1"]["value"]
    console.find(".rest-head", "changes data")
    write(console, '{"class": "Pet" "properties": {}}')
    console.click(".rest-send")
    console.find("nt-rest-body nt-editor .fault", "a comma or } is missing")
    console.find("nt-rest-body .editor-mark")
    write(console, json.dumps({"class": "Pet", "properties": {"name": "sent by REST", "breed": "none"}}))
    assert "sent by REST" in send(console)
    made = console.server.request("GET", "/v1/objects?class=Pet&limit=1000")[1]["objects"]
    own = [each["id"] for each in made if each["properties"].get("name") == "sent by REST"]
    assert len(own) == 1
    # It goes again, after a question.
    console.open(at("objects.class.delete", f"class=Pet&id={own[0]}"))
    console.click(".rest-send")
    console.find("dialog[open]", "can't be undone")
    console.press(Keys.ESCAPE)
    console.gone("dialog[open]")
    assert console.server.request("GET", f"/v1/objects/Pet/{own[0]}")[0] == 200
    console.click(".rest-send")
    console.click("dialog[open] button.danger")
    console.find(".rest-result", "204")
    console.find("nt-answer", "no body")
    assert console.server.request("GET", f"/v1/objects/Pet/{own[0]}")[0] == 404


def test_a_form_sends_a_file_and_shows_the_hits_with_their_pictures(console, pets):
    console.open(at("search.image", "class=Pet"))
    console.find("nt-form-parts .form-part")
    console.click(".rest-send")
    console.find(".form-part .fault", "Choose a file")
    console.assert_accessible()
    console.find(".form-part input[type=file]").send_keys(str(pets[0][0]))
    console.find("nt-rest-operation pre.code", f"-F image=@{pets[0][0].name}")
    send(console)
    console.find("summary", "5 elements")
    console.wait(lambda: len(console.all("summary nt-picture img")) == 5)
    console.screenshot("rest-form")
    # Another content type: the picture itself is the body.
    console.run("const select = document.querySelector('nt-rest-body select'); select.value = 'image/*'; select.dispatchEvent(new Event('change'))")
    console.find("nt-rest-body input[type=file]").send_keys(str(pets[0][0]))
    console.type(".rest-side input", "")
    console.find("nt-rest-operation pre.code", f"--data-binary @{pets[0][0].name}")
    send(console)
    console.find("nt-answer", "percent: 100")


def test_a_picture_is_shown_as_one_and_a_refusal_in_its_words(console):
    console.open(at("objects.class.image.get", "class=Pet&id=00000000-0000-4000-8000-000000000001&size=256"))
    console.find(".rest-send")
    console.click(".rest-send")
    console.wait(lambda: console.run("const image = document.querySelector('.answer-picture'); return image && image.naturalWidth"))
    console.assert_accessible()
    console.expected.append("404")
    console.type(field("id"), "00000000-0000-4000-8000-00000000ffff")
    send(console, "404")
    assert len(console.find("nt-answer").text) > 20
    console.open(at("objects.class.head", "class=Pet&id=00000000-0000-4000-8000-000000000001"))
    console.find(".rest-send")
    console.click(".rest-send")
    console.find(".rest-result", "204")


def test_the_command_does_what_the_form_does(console, tmp_path, pets):
    """What stands there is run by a shell."""
    console.open(at("batch.objects.delete"))
    console.find("nt-rest-body .CodeMirror")
    where = {"operator": "Equal", "path": ["name"], "valueText": "it's $HOME \"quoted\""}
    write(console, json.dumps({"match": {"class": "Pet", "where": where}, "dryRun": True}))
    command = console.wait(lambda: next((each for each in [console.find("nt-rest-operation pre.code").text] if "dryRun" in each), None))
    answer = subprocess.run(f"{command} -sS", shell=True, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["match"]["where"]["valueText"] == where["valueText"]
    console.open(at("search.image", "class=Pet&limit=2"))
    console.find(".form-part input[type=file]").send_keys(str(pets[0][0]))
    console.click("[aria-label='Remove the part limit']")
    command = console.find("nt-rest-operation pre.code").text
    answer = subprocess.run(f"{command} -sS", shell=True, capture_output=True, text=True, check=True, cwd=pets[0][0].parent)
    assert len(json.loads(answer.stdout)["hits"]) == 2, answer.stdout[:300]


def test_schemas_open_member_by_member_even_where_they_hold_themselves(console):
    console.open(at("batch.objects.delete"))
    console.find("nt-rest-body .CodeMirror")
    console.click("nt-rest-body > div > details > summary")
    for name in ("match", "where", "operands", "operands"):
        inner = console.wait(lambda: [each for each in console.all(".schema-tree details:not([open]) > summary") if each.text.startswith(name) or f"\n{name}" in each.text][-1:])
        inner[0].click()
    assert len(console.all(".schema-tree details[open]")) == 4
    console.assert_accessible()
    console.assert_fits()


def test_with_a_key_the_command_names_it_and_never_has_it(driver, tmp_path):
    keys = {"AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "right-key", "AUTHENTICATION_APIKEY_USERS": "admin"}
    with start(tmp_path / "data", keys) as server, Console(driver, server) as console:
        console.expected.append("401")
        console.open(at("schema.dump"))
        console.type("dialog input[type=password]", "right-key")
        console.press(Keys.ENTER)
        console.gone("dialog[open]")
        command = console.find("nt-rest-operation pre.code").text
        assert '-H "Authorization: Bearer $NEEDLETAIL_API_KEY"' in command
        assert "right-key" not in driver.page_source
        assert "classes" in send(console)


def test_an_unknown_endpoint_and_stored_texts_do_no_harm(console):
    console.open("rest/%3Cimg%20src=x%20onerror=alert(1)%3E")
    console.find(".rest-operation", "There is no endpoint '<img src=x")
    hostile = "<img src=x onerror=\"document.title='taken'\">"
    identity = "00000000-0000-4000-8000-0000000000aa"
    console.server.request("POST", "/v1/objects", {"class": "Pet", "id": identity, "properties": {"name": hostile}})
    console.open(at("objects.class.get", f"class=Pet&id={identity}"))
    assert "<img src=x" in send(console)
    assert not console.run("return document.querySelectorAll('img[src=x]').length") and "taken" not in console.driver.title
    console.server.request("DELETE", f"/v1/objects/Pet/{identity}")


def test_on_a_phone_the_list_gives_way_to_the_endpoint_and_comes_back(console):
    console.size(360, 740)
    console.open("rest")
    console.find(".rest-link", "Create a class").click()
    console.find(".rest-send")
    assert not console.all(".rest-side")
    console.assert_fits()
    console.assert_accessible()
    console.click(".rest-back")
    console.find(".rest-side input")
