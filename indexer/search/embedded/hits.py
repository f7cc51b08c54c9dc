"""The records of a page, read from their segments: a document's metadata once, whatever number of hits it has."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.frozen import constructor
from indexer.model import Paragraph
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.highlight import Highlighter, Record
from indexer.search.embedded.ordering import Ranked
from indexer.search.embedded.snapshot import Snapshot
from indexer.search.response import Hit

_HIT = constructor(Hit)


def read_hits(snapshot: Snapshot, ranked: Sequence[Ranked], highlighter: Highlighter) -> tuple[Hit, ...]:
    """Ranked records as hits, marked."""
    records = _records(snapshot, ranked)
    return tuple(
        [
            _HIT(paragraph, document, score, spans, title_spans, explain)
            for (paragraph, document), (_, _, score, explain), (spans, title_spans) in zip(
                records, ranked, highlighter.mark(records), strict=True
            )
        ]
    )


def _records(snapshot: Snapshot, ranked: Sequence[Ranked]) -> list[Record]:
    """The records themselves, those of a segment read together."""
    if len(snapshot.segments) == 1:
        return snapshot.segments[0].read_records([place.record for place in ranked])
    read = {
        number: iter(snapshot.segments[number].read_records([place.record for place in ranked if place.segment == number]))
        for number in {place.segment for place in ranked}
    }
    return [next(read[place.segment]) for place in ranked]


def read_neighbours(snapshot: Snapshot, hits: Sequence[Hit]) -> tuple[tuple[Paragraph, ...], ...]:
    """For each hit the paragraph before it, its own and the one after it; none where its document is gone or shorter."""
    places: dict[str, tuple[Segment, int, int] | None] = {}
    around: list[tuple[Paragraph, ...]] = []
    for hit in hits:
        name, ordinal = hit.document.id, hit.paragraph.ordinal
        if hit.document.paragraphs > 1 and name not in places:
            places[name] = _document(snapshot, name)
        place = places.get(name)
        if place is None or ordinal > place[2] - place[1]:
            around.append(())
            continue
        segment, begin, end = place
        record = begin + ordinal - 1
        before = (segment.paragraph(record - 1),) if record > begin else ()
        after = (segment.paragraph(record + 1),) if record + 1 < end else ()
        around.append((*before, hit.paragraph, *after))
    return tuple(around)


def _document(snapshot: Snapshot, document_id: str) -> tuple[Segment, int, int] | None:
    """The segment of a document and its records there: first and one past the last."""
    for segment in snapshot.segments:
        number = segment.find_document(document_id)
        if number is not None:
            return segment, *segment.document_bounds(number)
    return None
