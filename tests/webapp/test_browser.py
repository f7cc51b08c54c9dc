"""The pages in a real browser, over the seeds and the real server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

pytestmark = pytest.mark.browser

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENT = "/documents/umerov-raytheon.md"
ADDRESSES = (
    "/",
    "/?q=air+defense&explain=1",
    "/?q=zzz",
    "/?q=radar&page=x",
    "/help",
    f"{DOCUMENT}?q=umerov#p7",
    "/nowhere",
    "/?page=1&page_size=100",
)
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _missing(what: str) -> None:
    """Skip for want of something; where everything must be there, fail."""
    message = f"the browser tests need {what}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium, without a window."""
    executable = shutil.which("chromium")
    if executable is None:
        _missing("Debian's chromium: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright: pip install playwright")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over an index of the seeds; asked for after the browser, which may skip the test."""
    assert browser.is_connected()
    index = str(tmp_path_factory.mktemp("index") / "index_data")
    loccit = [sys.executable, "-m", "webapp"]
    subprocess.run([*loccit, "rebuild", "--quiet", "--index-dir", index, "seeds"], cwd=REPOSITORY, check=True, timeout=120)
    command = [*loccit, "serve", "--index-dir", index, "--port", "0"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None, "the server did not say where it is"
        yield found.group()
        process.terminate()


class Visitor:
    """Opens pages and remembers what the browser complained of."""

    def __init__(self, browser: Browser, server: str) -> None:
        self._browser = browser
        self._server = server
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self, address: str, *, width: int = 1280, height: int = 900, dark: bool = False, script: bool = True) -> Page:
        """A page in a browser of its own, with nothing kept from before."""
        context = self._browser.new_context(
            base_url=self._server,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            has_touch=width < 500,
        )
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._listen(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address)
        return page

    def close(self) -> None:
        """Let go of every page."""
        for context in self._contexts:
            context.close()

    def _listen(self, kind: str, text: str) -> None:
        # A page for a 400 or a 404 is announced as an error too; it is what the test asked for.
        if kind in ("error", "warning") and "the server responded with a status of 40" not in text:
            self.complaints.append(text)


@pytest.fixture
def visitor(browser: Browser, server: str) -> Iterator[Visitor]:
    """A visitor to whom no page may give cause for complaint."""
    visitor = Visitor(browser, server)
    yield visitor
    visitor.close()
    assert visitor.complaints == []


def _wait_until_in_view(element: Locator) -> None:
    """Wait until the whole of an element is in the window."""
    from playwright.sync_api import expect

    expect(element).to_be_in_viewport(ratio=1)


def _total(page: Page) -> int:
    return int(page.inner_text(".total").split()[0].replace(",", ""))


def _width_over(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert isinstance(over, int)
    return over


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_search_facet_document_and_back(visitor: Visitor, script: bool) -> None:
    page = visitor.open("/", height=480, script=script)
    page.fill("#q", "patriot")
    page.press("#q", "Enter")
    page.wait_for_url("**/?q=patriot*")
    before = _total(page)

    value = page.locator("#f-source .value", has_text="Loccit news digest")
    count = int(value.locator(".n").inner_text())
    assert 0 < count < before
    value.locator("label").click()
    if not script:
        page.locator(".facets .apply").click()
    page.wait_for_url("**source=Loccit+news+digest*")
    assert _total(page) == count
    assert page.locator(".chip").inner_text().split("\n")[:2] == ["Source:", "Loccit news digest"]

    hit = page.locator(".hit").last
    place = hit.locator(".locus").get_attribute("href") or ""
    text = hit.locator(".text").inner_text()
    hit.locator(".hit-title a").click()
    page.wait_for_url(f"**{DOCUMENT}?*#p*")
    assert page.url.endswith(place)
    target = page.locator(":target")
    assert target.get_attribute("id") == place.partition("#")[2]
    assert target.locator(".text").inner_text() == text
    _wait_until_in_view(target)
    assert target.locator("mark").first.inner_text().lower().startswith("patriot")

    page.go_back()
    page.wait_for_url("**source=Loccit+news+digest*")
    assert _total(page) == count
    assert page.locator("#f-source input[value='Loccit news digest']").is_checked()
    page.go_back()
    page.wait_for_url(re.compile(r"\?q=patriot[^/]*$"))
    assert _total(page) == before
    # The controls say what the address says, not what was last chosen in them.
    page.wait_for_function("!document.querySelector('.facets input[type=checkbox]:checked')")


def test_the_minus_excludes(visitor: Visitor) -> None:
    page = visitor.open("/?q=patriot")
    before = _total(page)
    value = page.locator("#f-source .value", has_text="Loccit news digest")
    count = int(value.locator(".n").inner_text())
    value.locator(".not").click()
    page.wait_for_url("**exclude_source=Loccit+news+digest*")
    assert _total(page) == before - count
    page.locator(".chip.is-not").click()
    page.wait_for_url(re.compile(r"\?q=patriot$"))
    assert _total(page) == before


def test_slash_goes_to_the_box(visitor: Visitor) -> None:
    page = visitor.open("/?q=umerov")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("a/b")
    assert page.input_value("#q") == "a/b"


def test_a_tick_keeps_the_focus(visitor: Visitor) -> None:
    page = visitor.open("/?q=umerov")
    page.locator("#f-source input").first.focus()
    page.keyboard.press("Space")
    page.wait_for_url("**source=*")
    page.wait_for_function("document.activeElement !== document.body")
    assert page.evaluate("[document.activeElement.name, document.activeElement.checked]") == ["source", True]


def test_hits_are_followed_by_keys_and_by_links(visitor: Visitor) -> None:
    page = visitor.open(f"{DOCUMENT}?q=umerov")
    hits = page.locator(".is-hit").count()
    page.keyboard.press("n")
    page.wait_for_url("**#p1")
    page.keyboard.press("n")
    page.wait_for_url("**#p2")
    assert page.inner_text("#hit-count") == f"2 of {hits} hits"
    page.keyboard.press("p")
    page.wait_for_url("**#p1")

    plain = visitor.open(f"{DOCUMENT}?q=umerov", script=False)
    plain.click("text=First hit")
    plain.locator(":target [rel=next]").click()
    plain.wait_for_url("**#p2")


def test_a_number_opens_the_citation(visitor: Visitor) -> None:
    page = visitor.open(DOCUMENT, script=False)
    acts = page.locator("#p3 .acts")
    assert acts.is_hidden()
    page.click("#p3 > .num")
    acts.locator("summary", has_text="Cite").click()
    assert "¶ 3" in acts.inner_text()
    acts.locator("summary", has_text="BibTeX").click()
    assert "@misc{" in acts.inner_text()


def test_filters_are_a_drawer_on_a_phone(visitor: Visitor) -> None:
    page = visitor.open("/?q=umerov", width=360, height=740)
    drawer = page.locator("#filters")
    assert drawer.is_hidden()
    page.click(".open-filters")
    assert drawer.is_visible()
    page.locator("#f-source label", has_text="Loccit news digest").click()
    assert page.url.endswith("?q=umerov")
    page.click(".apply-bar button")
    page.wait_for_url("**source=Loccit+news+digest*")
    assert drawer.is_hidden()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_theme_is_remembered(visitor: Visitor, script: bool) -> None:
    page = visitor.open("/?q=umerov", script=script)
    page.click(".theme button[value=dark]")
    page.wait_for_selector("html[data-theme=dark]")
    assert page.url.endswith("/?q=umerov")
    page.goto("/help")
    page.wait_for_selector("html[data-theme=dark]")
    page.click(".theme button[value=auto]")
    page.wait_for_selector("html:not([data-theme])")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 800, 1440])
def test_nothing_reaches_over_the_side(visitor: Visitor, width: int, dark: bool) -> None:
    page = visitor.open("/", width=width, dark=dark)
    for address in ADDRESSES:
        page.goto(address)
        assert _width_over(page) <= 0, address
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(18, 21, 20)") == dark


def test_suggestions_by_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.open("/?q=umerov")
    box = page.locator("#q")
    assert box.get_attribute("aria-expanded") == "false"
    page.keyboard.press("/")
    page.keyboard.type("patri")
    page.wait_for_selector("#q-list [role=option]")
    assert (box.get_attribute("role"), box.get_attribute("aria-expanded")) == ("combobox", "true")
    options = page.locator("#q-list [role=option]")
    texts = [option.get_attribute("data-text") for option in options.all()]

    page.keyboard.press("ArrowDown")
    assert box.input_value() == texts[0]
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert options.first.get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowUp")
    assert box.input_value() == "patri"
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowUp")
    assert box.input_value() == texts[-1]
    page.keyboard.press("Escape")
    assert (box.input_value(), box.get_attribute("aria-expanded")) == ("patri", "false")
    assert options.count() == 0

    page.keyboard.press("ArrowDown")
    page.wait_for_selector("#q-list [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert (box.input_value(), options.count()) == (texts[0], 0)
    assert page.evaluate("document.activeElement.id") != "q"

    page.keyboard.press("/")
    page.keyboard.type("patri")
    page.wait_for_selector("#q-list [role=option]")
    count = int(options.first.locator(".n").inner_text())
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/?{urlencode({'q': texts[0]})}")
    assert _total(page) == count


def test_stale_suggestions_are_dropped_and_half_made_words_ask_nothing(visitor: Visitor) -> None:
    page = visitor.open("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/suggest" in request.url else None)
    page.keyboard.press("/")
    page.keyboard.type("patriot", delay=5)
    page.wait_for_selector("#q-list [role=option]")
    assert len(asked) < len("patriot")
    page.evaluate(
        "const q = document.getElementById('q'); q.value = 'か';"
        "q.dispatchEvent(new InputEvent('input', { isComposing: true, bubbles: true }));"
        "q.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', isComposing: true, bubbles: true }));"
    )
    assert page.input_value("#q") == "か"
    before = len(asked)
    page.wait_for_timeout(300)
    assert len(asked) == before


def test_a_suggestion_is_chosen_by_a_click(visitor: Visitor) -> None:
    page = visitor.open("/", width=360, height=740, dark=True)
    page.fill("#q", "patri")
    first = page.locator("#q-list [role=option]").first
    text = first.get_attribute("data-text")
    first.click()
    page.wait_for_url(f"**/?{urlencode({'q': text})}")
    assert page.locator("#q-list [role=option]").count() == 0


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_facet_is_searched(visitor: Visitor, script: bool) -> None:
    page = visitor.open("/?page=1&facet_size=2", script=script)
    box = page.locator(".facet-find input[type=search]").first
    name = (page.locator(".facet", has=page.locator(".facet-find")).first.get_attribute("id") or "").removeprefix("f-")
    values = page.locator(f"#f-{name} .value label")
    from playwright.sync_api import expect

    wanted = values.first.inner_text()
    before = values.count()
    box.fill(wanted[:4])
    if not script:
        box.press("Enter")
        page.wait_for_url(f"**/facets/{name}?*")
        assert page.input_value("#find-" + name) == wanted[:4]
    else:
        expect(values).not_to_have_count(before)
    assert wanted in values.all_inner_texts()
    page.locator(f"#f-{name} .value", has_text=wanted).first.locator("label").click()
    if not script:
        page.locator(".facet-page .apply").click()
    page.wait_for_url(re.compile(rf"/\?.*\b{name}="))
