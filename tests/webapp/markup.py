"""What a test wants to know of a page: whether it is sound, and what it holds."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

_VOID = frozenset({"input", "link", "meta", "br", "hr", "img"})
_OWN_TAGS = frozenset(
    "a article aside b bdi blockquote body button code dd details div dl dt fieldset footer form h1 h2 h3 head header html "
    "input kbd label legend li link main mark meta nav ol option p pre rect script search section select span summary svg "
    "table tbody td th thead time title tr ul".split()
)


class Page(HTMLParser):
    """A page, read strictly: every element closed in its order, every id once.

    faults: sentences on what is wrong; links: every href; elements: tags with their attributes, in order; text: all of it.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.links: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self._text: list[str] = []
        self.feed(html)
        self.close()
        if self._open:
            self.faults.append(f"left open: {self._open}")
        ids = Counter(attributes["id"] for _, attributes in self.elements if "id" in attributes)
        self.faults += [f"id {name} stands {count} times" for name, count in ids.items() if count > 1]
        for name in self._referred() - set(ids):
            self.faults.append(f"no element has the id {name}")

    @property
    def text(self) -> str:
        """The text, with runs of white space as one space."""
        return " ".join("".join(self._text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._take(tag, attrs)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._take(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["script"] and data.strip():
            self.faults.append(f"an inline script: {data[:40]!r}")
        self._text.append(data)

    def _take(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in _OWN_TAGS:
            self.faults.append(f"<{tag}> is no element of ours")
        if len(attributes) < len(attrs):
            self.faults.append(f"an attribute twice in <{tag}> at {self.getpos()}")
        self.faults += [f"{name} in <{tag}>" for name in attributes if name == "style" or name.startswith("on")]
        for name in ("href", "src", "action"):
            value = attributes.get(name)
            if value is not None:
                self._take_address(tag, name, value)

    def _take_address(self, tag: str, name: str, value: str) -> None:
        if name == "href":
            self.links.append(value)
        if not value.startswith(("/", "#", "https://courier.velmara.example/")) or value.startswith("//"):
            self.faults.append(f"<{tag} {name}={value!r}> leads elsewhere")

    def _referred(self) -> set[str]:
        """The ids that labels, forms, headings and links inside the page point to."""
        names = ("for", "form", "aria-labelledby", "popovertarget")
        named = {value for _, attributes in self.elements for name in names if (value := attributes.get(name))}
        return named | {link[1:] for link in self.links if link.startswith("#")}
