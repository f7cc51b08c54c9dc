"""Index folders for the tests of the embedded engine: made, damaged, crafted, and used to the full."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexCorrupt, IndexVersionError, NotFound
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.codec.arrays import ArraysFile
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.codec.segment_writer import SegmentWriter
from indexer.search.embedded.generations import kept_generations
from indexer.search.embedded.manifest import MANIFEST, Manifest, SegmentEntry, read_manifest, write_manifest
from indexer.search.query import EVERYTHING, Fuzzy, ParsedQuery, Phrase, Published, Wildcard, Word
from indexer.search.query import Any as AnyOf
from indexer.search.request import Filter, SearchRequest, Sort
from indexer.search.response import SearchResponse
from tests.oracle import OracleEngine, without_generation
from tests.records import Indexed, make_document, make_paragraph

SMALL = (
    make_document(
        "coast.md",
        [make_paragraph("The air-defense of the coast held; the air was clear.", section="Coasts"), "An F-16 over Ostrel."],
        title="Missiles over Ostrel",
        source="Ostrel Daily",
        author=("Ilsa Renn", "Teo Maric"),
        published="2025-05-19",
        language="en",
        tag=("air-defense", "coast"),
    ),
    make_document("net.md", ["Missiles and nets.", "A quiet harbor."], title="Nets", published="2025", author=("Teo Maric",)),
)

_LEAVES = (
    *(Word("missile"), Word("the"), Word("F-16", exact=True), Word("missile", field="title"), Word("renn", field="author")),
    *(Phrase("air defense"), Phrase("air coast", slop=4), Wildcard("*ar*"), Fuzzy("misile"), Published(1, None)),
)
SEARCHES = (
    SearchRequest(page_size=100),
    SearchRequest(
        ParsedQuery(tree=EVERYTHING),
        sort=Sort.DOCUMENT,
        filters=(Filter("author", ("Teo Maric",)), Filter("kind", (), ("code",))),
    ),
    SearchRequest(ParsedQuery(tree=AnyOf(_LEAVES), scored=True), page_size=100),
)


ALL_RECORDS = SearchRequest(page_size=100, sort=Sort.DOCUMENT)
LOCK = "write.lock"


def make_index(index_dir: Path, documents: Iterable[Indexed]) -> Path:
    """A folder with a generation of these documents."""
    with EmbeddedWriter(index_dir, ["seeds"]) as writer:
        for document in documents:
            writer.add(document.metadata, document.paragraphs)
        writer.commit()
    return index_dir


def make_segments(index_dir: Path, groups: Iterable[Iterable[Indexed]]) -> Path:
    """A folder with a generation in which each group of documents is a segment of its own."""
    index_dir.mkdir(parents=True)
    entries = []
    for number, documents in enumerate(groups):
        segment = SegmentWriter()
        for document in documents:
            segment.add(document.metadata, document.paragraphs)
        path = index_dir / f"1-0badc0de-{number}.arrays"
        segment.write(path)
        size, sha256 = path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()
        entries.append(SegmentEntry(path.name, size, sha256, segment.documents, segment.records))
    write_manifest(index_dir, Manifest(1, "1-0badc0de", "2025-06-01T12:00:00+00:00", ("seeds",), tuple(entries)))
    return index_dir


def copy_index(index_dir: Path, to: Path) -> Path:
    """A copy in place of whatever stands there."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(index_dir, to)
    return to


def segment_files(index_dir: Path) -> list[Path]:
    """The files that the manifest names."""
    return [index_dir / entry.file for entry in read_manifest(index_dir).segments]


def put(path: Path, content: bytes) -> None:
    """A new file under an old name; never written in place, since the old one may be mapped."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def sign_segments(index_dir: Path, documents: int | None = None, records: int | None = None) -> None:
    """Make the manifest agree with its files as they are now, as somebody who crafts a folder would."""
    manifest = read_manifest(index_dir)
    signed = []
    for entry in manifest.segments:
        content = (index_dir / entry.file).read_bytes()
        entry = replace(entry, size=len(content), sha256=hashlib.sha256(content).hexdigest())
        signed.append(
            replace(
                entry,
                documents=entry.documents if documents is None else documents,
                records=entry.records if records is None else records,
            )
        )
    write_manifest(index_dir, replace(manifest, segments=tuple(signed)))


def sign_manifest(stated: dict[str, Any]) -> bytes:
    """A manifest of these values with the checksum that belongs to them."""
    stated = {name: value for name, value in stated.items() if name != "checksum"}
    canonical = json.dumps(stated, sort_keys=True)
    return json.dumps({**stated, "checksum": hashlib.sha256(canonical.encode()).hexdigest()}, indent=1).encode()


def stated_manifest(index_dir: Path) -> dict[str, Any]:
    """The manifest as JSON."""
    stated: dict[str, Any] = json.loads((index_dir / MANIFEST).read_bytes())
    return stated


def rewrite_segment(index_dir: Path, change: Callable[[dict[str, NDArray[Any]], dict[str, Any]], None]) -> None:
    """Change the arrays and attributes of the only segment; all checksums are right afterwards."""
    (path,) = segment_files(index_dir)
    file = ArraysFile(path)
    arrays = {name: np.array(file[name]) for name in file.sizes()}
    attributes = dict(file.attributes)
    change(arrays, attributes)
    path.unlink()
    with ArraysWriter(path) as writer:
        writer.attributes.update(attributes)
        for name, array in arrays.items():
            writer.add(name, array)
    sign_segments(index_dir, attributes.get("documents"), attributes.get("records"))


def refusals(index_dir: Path, kernels: str = "numpy") -> tuple[list[str], bool]:
    """Ask an engine everything; what it refused with the errors of a damaged index, and whether `check` found something.

    Any other error, from whatever it was asked, goes on to the test. A damaged id may make a document unknown.
    """
    engine = EmbeddedEngine(index_dir, kernels)
    refused = []
    questions: list[Callable[[], object]] = [
        engine.status,
        lambda: engine.recent(10),
        lambda: engine.document("net.md", SEARCHES[-1].query),
        *(partial(engine.search, request) for request in SEARCHES),
    ]
    try:
        found = engine.check() != ()
    except (IndexCorrupt, IndexVersionError) as error:
        refused.append(str(error))
        found = True
    for ask in questions:
        try:
            ask()
        except (IndexCorrupt, IndexVersionError) as error:
            refused.append(str(error))
        except NotFound:
            continue
    engine.close()
    return refused, found


def everything(folder: Path) -> SearchResponse:
    """All that a sound index holds, page by page the same for the same documents."""
    engine = EmbeddedEngine(folder, "numpy")
    assert engine.check() == ()
    return without_generation(engine.search(ALL_RECORDS))


def holds(folder: Path, documents: tuple[Indexed, ...]) -> bool:
    """Whether an index is sound and holds these documents alone."""
    return everything(folder) == without_generation(OracleEngine(documents).search(ALL_RECORDS))


def names(folder: Path) -> set[str]:
    """The names of the files in a folder."""
    return {path.name for path in folder.iterdir()}


def has_no_leftovers(folder: Path) -> bool:
    """Whether there is no file that neither the manifest nor that of a kept generation names."""
    kept = kept_generations(folder)
    named = {entry.file for manifest in (read_manifest(folder), *kept) for entry in manifest.files()}
    return names(folder) <= {MANIFEST, LOCK, *named, *(f"{manifest.name}.manifest" for manifest in kept)}
