"""The embedded engine: a SearchEngine over the files of one index folder."""

from __future__ import annotations

import copy
import functools
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

import numpy as np

from indexer.errors import CannotCompile, IndexCorrupt, LoccitError, NotCompiled, NotFound, QueryError
from indexer.fields import FIELDS
from indexer.file_records import Provenance
from indexer.frozen import constructor
from indexer.model import DocumentMetadata, Paragraph
from indexer.search.capabilities import Capabilities
from indexer.search.embedded.beginnings import begun_values
from indexer.search.embedded.best import rank
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.corrections import FEW, did_you_mean
from indexer.search.embedded.counting import Counting
from indexer.search.embedded.evaluate import Evaluation, accepted_forms
from indexer.search.embedded.explaining import explained
from indexer.search.embedded.facets import count_facet, count_facets
from indexer.search.embedded.filtered import Filtered
from indexer.search.embedded.generations import broken_files, broken_kept, kept_bytes, kept_generations, leftovers
from indexer.search.embedded.highlight import Highlighter
from indexer.search.embedded.hits import read_hits, read_neighbours
from indexer.search.embedded.judged import Tree, Widening, as_it_is, without_stop_words
from indexer.search.embedded.kernels import load_kernels
from indexer.search.embedded.manifest import MANIFEST, Stamp, read_manifest, read_stamp
from indexer.search.embedded.ordering import Ranked, by_document, by_score
from indexer.search.embedded.ranking import Ranking
from indexer.search.embedded.slots import Equivalents, no_equivalents
from indexer.search.embedded.snapshot import Snapshot, broken_parts
from indexer.search.embedded.suggest import suggest
from indexer.search.embedded.titles import best_titles, title_tree
from indexer.search.embedded.vocabulary import Vocabulary
from indexer.search.query import ParsedQuery
from indexer.search.request import SearchRequest, Sort
from indexer.search.response import (
    DidYouMean,
    DocumentResponse,
    Facet,
    Generation,
    Hit,
    IndexStatus,
    SearchResponse,
    Suggestion,
    TitleHit,
)

RELAXED = "Nothing has all of these words. These paragraphs have any of them."
_OPEN_TRIES = 5
_RANKING = Ranking()
_RESPONSE = constructor(SearchResponse)
_logger = logging.getLogger(__name__)


_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")


def _translated(method: Callable[Concatenate[EmbeddedEngine, _Arguments], _Answer]) -> Callable[..., _Answer]:
    """A fault while answering is looked into: where a file is damaged it is IndexCorrupt, else it is what it was.

    Where compiling is refused, an engine that falls back on numpy does so; where it fails, one that may choose does, for good.
    """

    @functools.wraps(method)
    def answer(self: EmbeddedEngine, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Answer:
        if self._instead is not None:
            return answer(self._instead, *args, **kwargs)
        try:
            return method(self, *args, **kwargs)
        except NotCompiled:
            if not self._falls_back:
                raise
            return answer(self.with_kernels("numpy"), *args, **kwargs)
        except CannotCompile as error:
            if not self._chooses:
                raise
            _logger.warning("Searches are slower, with numpy: %s. Please report it.", error.reason)
            self._instead = self.with_kernels("numpy")
            return answer(self._instead, *args, **kwargs)
        except LoccitError:
            raise
        except Exception as error:
            problems = self._problems()
            if problems:
                raise IndexCorrupt(problems[0]) from error
            raise

    return answer


class _Found(NamedTuple):
    """What a query finds: the tree that holds, the evaluation of each segment and its records, and whether it is relaxed."""

    tree: Tree
    evaluations: list[Evaluation]
    records: list[Array]
    relaxed: bool


class EmbeddedEngine:
    """Answers requests from mapped arrays. Threads share it; each request holds one generation from beginning to end."""

    capabilities = Capabilities()

    def __init__(
        self,
        index_dir: Path,
        kernels: str = "auto",
        equivalents: Equivalents = no_equivalents,
        widen: Widening = as_it_is,
        ranking: Ranking = _RANKING,
    ) -> None:
        """equivalents: what counts as the same word as a form; widen: makes several words find the word that they count as."""
        self._index_dir = index_dir
        self._equivalents = equivalents
        self._widen = widen
        self._manifest = index_dir / MANIFEST
        self._kernels = load_kernels(kernels)
        self._ranking = ranking
        self._falls_back = False
        self._chooses = kernels == "auto"
        self._instead: EmbeddedEngine | None = None
        self._opening = threading.Lock()
        self._opened: tuple[Stamp, Snapshot] | None = None
        self._checked: tuple[Stamp, tuple[str, ...]] | None = None

    @_translated
    def search(self, request: SearchRequest) -> SearchResponse:
        """Answer a request: see SearchEngine."""
        snapshot = self._snapshot()
        tree, evaluations, found, relaxed = self._find(snapshot, request.query)
        highlighter = self._highlighter(tree, evaluations)
        matches = self._filtered(snapshot, found, request)
        ranked = self._ranked(snapshot, request, tree, evaluations, matches)
        total = sum([len(filtered.records()) for filtered in matches])
        facets, histogram = count_facets(matches, snapshot, request, self._kernels)
        return _RESPONSE(
            total,
            sum([filtered.document_count for filtered in matches]),
            read_hits(snapshot, ranked, highlighter),
            snapshot.generation,
            facets,
            histogram,
            relaxed,
            (*request.query.warnings, RELAXED) if relaxed else request.query.warnings,
            self._titles(snapshot, evaluations, request) if request.hints and request.page == 1 else (),
            self._meant(snapshot, evaluations, request, 0 if relaxed else total) if request.hints else None,
        )

    def _meant(
        self, snapshot: Snapshot, evaluations: Sequence[Evaluation], request: SearchRequest, total: int
    ) -> DidYouMean | None:
        """What may have been meant by a query that finds `total`, unrelaxed."""
        if total >= FEW or not request.query.source:
            return None
        vocabulary = Vocabulary(snapshot.segments, self._kernels)
        counting = Counting(evaluations, request, self._widen)
        return did_you_mean(request.query.source, total, snapshot.records, vocabulary, counting)

    @_translated
    def facet(self, request: SearchRequest, field: str, prefix: str = "") -> Facet:
        """A facet, and in it what begins with a prefix: see SearchEngine."""
        snapshot = self._snapshot()
        found = self._find(snapshot, request.query)
        accepted_forms(found.evaluations)
        matches = self._filtered(snapshot, found.records, request)
        within = begun_values(snapshot, field, prefix, self._kernels) if prefix else None
        return count_facet(field, matches, snapshot, request, self._kernels, within)

    @_translated
    def suggest(self, text: str) -> tuple[Suggestion, ...]:
        """What a query may become: see SearchEngine."""
        snapshot = self._snapshot()
        counting = Counting(self._evaluations(snapshot), SearchRequest(), self._widen)
        return suggest(snapshot, text, counting, self._kernels)

    def _evaluations(self, snapshot: Snapshot) -> list[Evaluation]:
        return [Evaluation(segment, self._kernels, self._equivalents) for segment in snapshot.segments]

    def _find(self, snapshot: Snapshot, query: ParsedQuery) -> _Found:
        """What a query finds without any filter, relaxed where it has to be."""
        tree = without_stop_words(self._widen(query.tree), snapshot.stop_lists)
        evaluations = self._evaluations(snapshot)
        records = [evaluation.records(tree) for evaluation in evaluations]
        if query.relaxed is None or any(map(len, records)):
            return _Found(tree, evaluations, records, False)
        tree = without_stop_words(self._widen(query.relaxed), snapshot.stop_lists)
        return _Found(tree, evaluations, [evaluation.records(tree) for evaluation in evaluations], True)

    def _filtered(self, snapshot: Snapshot, found: Sequence[Array], request: SearchRequest) -> list[Filtered]:
        return [
            Filtered(segment, records, request, self._kernels)
            for segment, records in zip(snapshot.segments, found, strict=True)
        ]

    def _titles(self, snapshot: Snapshot, evaluations: Sequence[Evaluation], request: SearchRequest) -> tuple[TitleHit, ...]:
        tree = title_tree(request, snapshot.stop_lists, self._widen)
        best = best_titles(tree, evaluations, request) if tree is not None else []
        if not best or tree is None:
            return ()
        try:
            highlighter = self._highlighter(tree, evaluations)
        except QueryError:  # with the words of titles a pattern stands for too many
            return ()
        hits = read_hits(snapshot, [Ranked(one.segment, one.record, None) for one in best], highlighter)
        return tuple(TitleHit(hit.document, hit.title_spans) for hit in hits)

    def _ranked(
        self,
        snapshot: Snapshot,
        request: SearchRequest,
        tree: Tree,
        evaluations: Sequence[Evaluation],
        matches: Sequence[Filtered],
    ) -> list[Ranked]:
        """The records of the page in order; where the order is by date or id, only they are scored."""
        first, size, segments = (request.page - 1) * request.page_size, request.page_size, snapshot.segments
        if request.order is Sort.RELEVANCE:
            passing = [filtered.records() for filtered in matches]
            rows = [each.rows(tree, filtered.places) for each, filtered in zip(evaluations, matches, strict=True)]
            best = rank(tree, evaluations, passing, rows, snapshot.statistics, self._ranking, first + size)
            ranked = by_score(segments, best.scored, first, size)
            return explained(ranked, best.looks) if request.explain else ranked
        pairs = [(filtered.records(), filtered.documents()) for filtered in matches]
        ranked = by_document(segments, pairs, request.order, first, size, self._kernels)
        if not request.query.scored:
            return ranked
        chosen = [[place.record for place in ranked if place.segment == number] for number in range(len(segments))]
        records = [np.array(sorted(numbers), dtype=np.uint32) for numbers in chosen]
        rows = [None] * len(segments)
        best = rank(tree, evaluations, records, rows, snapshot.statistics, self._ranking.of_words, size)
        scores = [dict(zip(found.tolist(), values.tolist(), strict=True)) for found, values in best.scored]
        ranked = [place._replace(score=scores[place.segment][place.record]) for place in ranked]
        return explained(ranked, best.looks) if request.explain else ranked

    @_translated
    def document(
        self, document_id: str, query: ParsedQuery | None = None, first: int = 1, last: int | None = None
    ) -> DocumentResponse:
        """A document and its paragraphs: see SearchEngine."""
        snapshot = self._snapshot()
        for segment in snapshot.segments:
            number = segment.find_document(document_id)
            if number is not None:
                break
        else:
            raise NotFound(f"No document {document_id} in the index.")
        begin, end = segment.document_bounds(number)
        document = segment.document(number)
        found = self._find(snapshot, query) if query is not None else None
        highlighter = self._highlighter(found.tree, found.evaluations) if found is not None else None
        shown = range(begin + max(first, 1) - 1, min(end, begin + last) if last is not None else end)
        records = [(paragraph, document) for paragraph in segment.paragraphs.read(shown)]
        marks = highlighter.mark(records) if highlighter is not None else [((), ())] * len(records)
        hits = (Hit(paragraph, document, None, *spans) for (paragraph, _), spans in zip(records, marks, strict=True))
        return DocumentResponse(document, tuple(hits), snapshot.generation)

    @_translated
    def neighbours(self, hits: Sequence[Hit]) -> tuple[tuple[Paragraph, ...], ...]:
        """The paragraphs around each hit: see SearchEngine."""
        return read_neighbours(self._snapshot(), hits)

    @_translated
    def provenance(self, document_id: str) -> Provenance | None:
        """Where a document came from: see SearchEngine."""
        snapshot = self._snapshot()
        if all(segment.find_document(document_id) is None for segment in snapshot.segments):
            raise NotFound(f"No document {document_id} in the index.")
        return None if snapshot.file_records is None else snapshot.file_records.provenance(document_id)

    @_translated
    def recent(self, limit: int) -> tuple[DocumentMetadata, ...]:
        """The newest documents, undated ones last."""
        snapshot = self._snapshot()
        found = []
        for segment in snapshot.segments:
            documents = np.flatnonzero(np.diff(segment.bounds)).astype(np.uint32)
            starts = segment.bounds[documents]
            live = slice(None) if segment.live is None else segment.live[starts]
            found.append((starts[live], documents[live]))
        ranked = by_document(snapshot.segments, found, Sort.NEWEST, 0, limit, self._kernels)
        return tuple(
            snapshot.segments[place.segment].document(int(snapshot.segments[place.segment].record_document[place.record]))
            for place in ranked
        )

    @_translated
    def status(self) -> IndexStatus:
        """What is in the index."""
        snapshot = self._snapshot()
        sizes: dict[str, int] = {}
        for segment in snapshot.segments:
            for part, size in segment.sizes().items():
                sizes[part] = sizes.get(part, 0) + size
        if deletions := sum(entry.deletions.size for entry in snapshot.manifest.segments if entry.deletions is not None):
            sizes["deletions"] = deletions
        if snapshot.file_records is not None:
            sizes["file records"] = snapshot.file_records.file.size
        if kept := kept_bytes(self._index_dir, snapshot.manifest):
            sizes["kept generations"] = kept
        return IndexStatus(
            generation=snapshot.generation,
            documents=snapshot.manifest.documents,
            paragraphs=snapshot.records,
            fields=tuple(field.name for field in FIELDS),
            bytes={**sizes, "manifest": self._manifest.stat().st_size},
            built=snapshot.manifest.built,
            roots=snapshot.manifest.roots,
            kept=tuple(Generation(kept.name, kept.built) for kept in kept_generations(self._index_dir)),
        )

    def check(self) -> tuple[str, ...]:
        """Compare the manifest, every file and every array with their checksums, and the arrays with each other."""
        try:
            for _ in range(_OPEN_TRIES):
                stamp = read_stamp(self._manifest)
                problems = self._check()
                if not problems or stamp == read_stamp(self._manifest):
                    break
        except IndexCorrupt as error:  # the manifest itself
            return (str(error),)
        return problems

    def _check(self) -> tuple[str, ...]:
        manifest = read_manifest(self._index_dir)
        problems = [*broken_files(self._index_dir, manifest), *broken_kept(self._index_dir)]
        if not problems:
            try:
                problems += broken_parts(Snapshot(self._index_dir, manifest))
            except LoccitError as error:
                problems.append(str(error))
            except FileNotFoundError as error:
                problems.append(f"{error.filename} is missing. Run: loccit rebuild")
        return tuple(problems)

    def leftovers(self) -> tuple[str, ...]:
        """The names of files that runs which were cut short left behind: see SearchEngine."""
        return leftovers(self._index_dir)

    def _problems(self) -> tuple[str, ...]:
        """What `check` finds, looked for once in each generation."""
        stamp = read_stamp(self._manifest)
        if self._checked is None or self._checked[0] != stamp:
            self._checked = (stamp, self.check())
        return self._checked[1]

    def with_kernels(self, kernels: str) -> EmbeddedEngine:
        """An engine over the generation that is open already, with other kernels."""
        other = copy.copy(self)
        other._kernels = load_kernels(kernels)
        other._chooses, other._instead = kernels == "auto", None
        return other

    def falling_back(self) -> EmbeddedEngine:
        """An engine over the generation that is open already, which takes numpy where NotCompiled would be raised."""
        other = copy.copy(self)
        other._falls_back = True
        return other

    def close(self) -> None:
        """Let go of the generation; mapped files are closed when the last answer that uses them is gone."""
        self._opened = None
        if self._instead is not None:
            self._instead.close()

    def _snapshot(self) -> Snapshot:
        """The newest generation. Opened once; a request only compares the manifest's stamp."""
        stamp = read_stamp(self._manifest)
        opened = self._opened
        if opened is not None and opened[0] == stamp:
            return opened[1]
        with self._opening:
            for attempt in range(_OPEN_TRIES):
                stamp = read_stamp(self._manifest)
                if self._opened is not None and self._opened[0] == stamp:
                    return self._opened[1]
                try:
                    snapshot = Snapshot(self._index_dir, read_manifest(self._index_dir))
                except FileNotFoundError as error:
                    # A writer published another generation after the manifest was read, and removed this one's files.
                    if attempt == _OPEN_TRIES - 1 or read_stamp(self._manifest) == stamp:
                        raise IndexCorrupt(f"{error.filename} is missing") from error
                    continue
                self._opened = (stamp, snapshot)
                return snapshot
        raise IndexCorrupt(f"The index in {self._index_dir} changes faster than it can be opened.")

    def _highlighter(self, tree: Tree, evaluations: Sequence[Evaluation]) -> Highlighter:
        """What marks by a query that has been evaluated over all segments. Raises QueryError as `accepted_forms` does."""
        return Highlighter(tree, accepted_forms(evaluations), self._kernels, evaluations[0].slots)
