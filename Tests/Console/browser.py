# SPDX-License-Identifier: Apache-2.0
"""A real Chromium that looks at the console, and what it must never find there."""
from __future__ import annotations

import json
import os
import pkgutil
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from running_server import ROOT, Server
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

SCREENSHOTS = Path(os.environ.get("NEEDLETAIL_SCREENSHOTS", ROOT / ".build/console-screenshots"))

AXE = pkgutil.get_data("axe_selenium_python", "node_modules/axe-core/axe.min.js").decode()

# What every page gets: Selenium's own judgement of what is to be seen, for all elements that fit at once. One by one each of them
# costs a round trip.
HELPERS = """
window.shownElements = (css) => {
    const isShown = %s;
    return [...document.querySelectorAll(css)].filter((each) => isShown(each));
};
window.shownElement = (css, text) => window.shownElements(css).find((each) =>
    text === null || each.innerText.includes(text) || (each.getAttribute("aria-label") ?? "").includes(text));
""" % pkgutil.get_data("selenium.webdriver.remote", "isDisplayed.js").decode()

# What the browser itself writes when a server is away, which some tests bring about.
AWAY = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "ERR_SOCKET_NOT_CONNECTED")


def chromium() -> webdriver.Chrome:
    """Debian's Chromium without a window, with a camera that shows a moving test picture."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900", "--force-device-scale-factor=1",
        "--hide-scrollbars", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--disable-background-networking",
        "--no-first-run", "--disable-component-update", "--js-flags=--expose-gc",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.add_experimental_option("perfLoggingPrefs", {"enableNetwork": True, "enablePage": False})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    driver.set_script_timeout(60)
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": HELPERS})
    return driver


class Console:
    """The console of one server in the browser. As a context it fails if the browser complained or asked another host."""

    def __init__(self, driver: webdriver.Chrome, server: Server) -> None:
        self.driver = driver
        self.server = server
        # Texts in lines of the browser's console that a test brings about itself.
        self.expected: list[str] = []
        # Beginnings of addresses elsewhere that a test has the page ask for.
        self.allowed: list[str] = []

    def __enter__(self) -> Console:
        self._read_logs()
        self.size(1280, 900)
        self.emulate()
        return self

    def __exit__(self, kind, error, trace) -> None:
        complaints, foreign = self._read_logs()
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": self.server.url, "storageTypes": "all"})
        self._leave()
        if kind is None:
            assert not complaints, complaints
            assert not foreign, foreign

    def _leave(self) -> None:
        """Ends the page. It goes by itself, so that the next one gets the same process: another one costs half a second."""
        try:
            self.run("location.replace('about:blank')")
            self.wait(lambda: self.driver.current_url == "about:blank", seconds=5)
        except WebDriverException:
            # A page that asks before it is left, or a dialog of the browser.
            self.driver.get("about:blank")

    def _read_logs(self) -> tuple[list[str], list[str]]:
        """What the browser complained of, and requests that went elsewhere."""
        complaints = [
            entry["message"] for entry in self.driver.get_log("browser")
            if entry["level"] in ("SEVERE", "WARNING") and not any(text in entry["message"] for text in self.expected)
        ]
        foreign = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] != "Network.requestWillBeSent":
                continue
            address = message["params"]["request"]["url"]
            parts = urlsplit(address)
            if parts.scheme in ("http", "https", "ws", "wss") and f"{parts.scheme}://{parts.netloc}" != self.server.url:
                if not address.startswith(tuple(self.allowed)):
                    foreign.append(address)
        return complaints, foreign

    def requests(self) -> list[dict]:
        """The requests that were sent since this was asked last: `method`, `url`, `headers`, `postData`."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"])
        return found

    # MARK: Going and looking

    def open(self, path: str = "") -> Console:
        """Loads a screen anew, such as `search?class=Pet`, and waits until it is there."""
        self.driver.get(f"{self.server.url}/console/{path}".rstrip("/"))
        self.find("main > *")
        return self

    @property
    def path(self) -> str:
        """What the address says behind `/console`."""
        return self.driver.current_url.removeprefix(f"{self.server.url}/console")

    def wait(self, condition, what: str = "", seconds: float = 20):
        """Waits until `condition()` is true, and returns what it says."""
        waiting = WebDriverWait(self.driver, seconds, poll_frequency=0.02, ignored_exceptions=(StaleElementReferenceException,))
        return waiting.until(lambda _: condition(), what or "it never came about")

    def all(self, css: str) -> list[WebElement]:
        """The visible elements."""
        return self.run("return window.shownElements(arguments[0])", css)

    def find(self, css: str, text: str | None = None, seconds: float = 20) -> WebElement:
        """The first visible element, with `text` in it if given; waits for it."""
        return self.wait(
            lambda: self.run("return window.shownElement(arguments[0], arguments[1])", css, text),
            f"there is no visible {css!r}" + (f" with {text!r}" if text else ""), seconds)

    def gone(self, css: str, seconds: float = 20) -> None:
        self.wait(lambda: not self.all(css), f"{css!r} is still there", seconds)

    def click(self, css: str, text: str | None = None) -> None:
        element = self.find(css, text)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def type(self, css: str, text: str) -> None:
        """Puts a text in place of the one in a field."""
        element = self.find(css)
        element.send_keys(Keys.CONTROL, "a")
        element.send_keys(Keys.DELETE)
        element.send_keys(text)

    def press(self, *keys: str) -> None:
        """Presses keys where the focus is."""
        self.driver.switch_to.active_element.send_keys(*keys)

    def run(self, script: str, *values):
        return self.driver.execute_script(script, *values)

    def drop(self, css: str, *paths: Path | str) -> None:
        """Drops files onto an element, as from a file manager."""
        chooser = self.run(
            "const input = document.createElement('input'); input.type = 'file'; input.multiple = true; input.id = 'dropped-by-test';"
            "input.className = 'visually-hidden'; input.setAttribute('aria-label', 'dropped'); document.body.append(input); return input")
        chooser.send_keys("\n".join(str(path) for path in paths))
        self.run(
            "const transfer = new DataTransfer(); for (const file of arguments[1].files) transfer.items.add(file); arguments[1].remove();"
            "for (const kind of ['dragenter', 'dragover', 'drop'])"
            "  arguments[0].dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: transfer}))",
            self.find(css), chooser)

    def thread_seconds(self) -> float:
        """The processor time that the page's main thread has taken: what else the machine does meanwhile is not in it."""
        self.driver.execute_cdp_cmd("Performance.enable", {})
        metrics = self.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "ThreadTime")

    # MARK: Circumstances

    def size(self, width: int, height: int = 900) -> None:
        """The size of the page in pixels, as on a phone for 360."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})

    def emulate(self, **features: str) -> None:
        """Media features of the system, such as `prefers_color_scheme="dark"`; none for the usual."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": named})

    def screenshot(self, name: str) -> Path:
        """Writes what is to be seen to `.build/console-screenshots/NAME.png`, when the pictures are there."""
        self.settle()
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.driver.save_screenshot(str(path))
        return path

    def settle(self) -> None:
        """Waits until every picture in view is loaded."""
        self.wait(
            lambda: self.run(
                "return [...document.images].every((image) => { const box = image.getBoundingClientRect();"
                " return box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth || image.complete })"), "a picture does not load")

    # MARK: What must hold

    def assert_accessible(self) -> None:
        """Axe finds nothing serious (WCAG 2.2 A and AA, and its best practices)."""
        if not self.run("return 'axe' in window"):
            self.run(AXE)
        # Only what is wrong is looked at closely, and only that comes back: what passed is a megabyte for some screens.
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run({resultTypes: ['violations']}).then((found) => done(found.violations))")
        serious = [
            f"{each['id']}: {each['help']}: " + "; ".join(" ".join(map(str, node["target"])) for node in each["nodes"][:5])
            for each in found if each["impact"] in ("serious", "critical")
        ]
        assert not serious, serious

    def assert_fits(self) -> None:
        """Nothing makes the page wider than it is."""
        wide = self.run(
            "const width = document.documentElement.clientWidth; const inFrame = (e) => { for (e = e.parentElement; e; e = e.parentElement)"
            " if (e.id !== 'main' && /auto|scroll|hidden/.test(getComputedStyle(e).overflowX)) return true; return false };"
            "return [...document.querySelectorAll('main *, .nav *')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > width + 1"
            " && !inFrame(e)).slice(0, 5).map((e) => e.outerHTML.slice(0, 150))")
        assert not wide, wide
