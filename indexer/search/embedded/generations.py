"""The generations in an index folder: the published one, those that are kept to go back to, and what belongs to none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from indexer.errors import IndexCorrupt, LoccitError, NoGeneration, NoIndex, unreadable
from indexer.search.embedded.codec.regular import require_regular
from indexer.search.embedded.lock import WriteLock, read_holder
from indexer.search.embedded.manifest import ASIDE, MANIFEST, Manifest, file_checksum, hindrance, read_manifest, write_manifest
from indexer.search.embedded.snapshot import Snapshot

_KEPT_SUFFIX = ".manifest"
_NOTHING = Manifest(0, "", "", (), ())
_OURS = re.compile(r"\d+-[0-9a-f]{8}(-\d+\.(arrays|deletions|files)|\.manifest)")


def published(index_dir: Path) -> Manifest | None:
    """The published generation; None where there is none, or none that can be read."""
    with suppress(LoccitError):
        return read_manifest(index_dir)
    return None


def kept_generations(index_dir: Path) -> list[Manifest]:
    """The generations to which one can go back, the newest first: what can be read and is older than the published one."""
    kept = []
    for path in index_dir.glob(f"*{_KEPT_SUFFIX}"):
        with suppress(LoccitError):
            kept.append(read_manifest(index_dir, path.name))
    current = published(index_dir)
    older = (manifest for manifest in kept if current is None or manifest.number < current.number)
    return sorted(older, key=lambda manifest: manifest.number, reverse=True)


def publish(index_dir: Path, manifest: Manifest, kept: Manifest | None) -> None:
    """Put a generation in place of the one before; that is kept beside it, if it is given."""
    if kept is not None:
        write_manifest(index_dir, kept, f"{kept.name}{_KEPT_SUFFIX}")
    write_manifest(index_dir, manifest)


def clean(index_dir: Path, keep: int, writer: str = "") -> None:
    """Remove what neither the published generation names nor the newest `keep` before it.

    Where the published one cannot be read, which files are its is not known: then only what `writer` wrote goes. What cannot
    be removed now is left to the next writer.
    """
    try:
        named = _named([read_manifest(index_dir), *kept_generations(index_dir)[:keep]])
    except NoIndex:
        named = _named([_NOTHING, *kept_generations(index_dir)[:keep]])
    except LoccitError:
        named = {path.name for path in _ours(index_dir) if not path.name.startswith((f"{writer}-", MANIFEST))}
    # A kept manifest goes before its files: whoever reads it finds them, or finds it gone (`broken_kept`).
    for path in sorted(_ours(index_dir), key=lambda path: path.suffix != _KEPT_SUFFIX):
        if path.name not in named:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def leftovers(index_dir: Path) -> tuple[str, ...]:
    """The files of ours that no generation names, of runs that were cut short; none while a process writes."""
    holder = read_holder(index_dir)
    manifest = published(index_dir)
    if manifest is None or (holder is not None and holder.runs):
        return ()
    named = _named([manifest, *kept_generations(index_dir)])
    return tuple(sorted(path.name for path in _ours(index_dir) if path.name not in named))


def kept_bytes(index_dir: Path, manifest: Manifest) -> int:
    """The bytes of the files that only kept generations name, their manifests included."""
    current = _named([manifest])
    sizes = {entry.file: entry.size for kept in kept_generations(index_dir) for entry in kept.files()}
    for kept in kept_generations(index_dir):
        name = f"{kept.name}{_KEPT_SUFFIX}"
        with suppress(OSError):
            sizes[name] = (index_dir / name).stat().st_size
    return sum(size for name, size in sizes.items() if name not in current)


def broken_files(index_dir: Path, manifest: Manifest) -> list[str]:
    """A sentence for each file that is not what the manifest says."""
    problems = []
    for entry in manifest.files():
        path = index_dir / entry.file
        try:
            found = path.stat()
            require_regular(path, found)
            if found.st_size != entry.size or file_checksum(path) != entry.sha256:
                problems.append(f"{path} does not match the checksum in the manifest. Run: loccit rebuild")
        except IndexCorrupt as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(str(unreadable(path, error)))
    return problems


def broken_kept(index_dir: Path) -> list[str]:
    """The same for the files of the generations that are kept, unless a writer removes one of these just now."""
    problems = []
    for kept in kept_generations(index_dir):
        broken = broken_files(index_dir, kept)
        if broken and (index_dir / f"{kept.name}{_KEPT_SUFFIX}").exists():
            problems += [f"Of the kept generation {kept.name}: {each}" for each in broken]
    return problems


def roll_back(index_dir: Path) -> Manifest:
    """Publish the kept generation before the published one again, and give it; what only the published one named goes.

    Raises NoGeneration where none is kept, NoIndex where there is nothing at all, IndexLocked while a process writes, and
    IndexCorrupt where the kept one is damaged; the published one then stays.
    """
    if not index_dir.is_dir():
        raise NoIndex(index_dir, hindrance(index_dir))
    lock = WriteLock(index_dir)
    try:
        kept = kept_generations(index_dir)
        if not kept:
            shown = read_manifest(index_dir).name
            raise NoGeneration(
                f"No generation before {shown} is kept in {index_dir}. How many are kept is the setting keep_generations."
            )
        before = kept[0]
        if problems := broken_files(index_dir, before):
            raise IndexCorrupt(f"The generation {before.name} is damaged; nothing was changed. {problems[0]}")
        Snapshot(index_dir, before)
        write_manifest(index_dir, before)
        clean(index_dir, len(kept))
        return before
    finally:
        lock.release()


def _named(manifests: list[Manifest]) -> set[str]:
    """The names of all files that belong to these generations; of the first, the published one, its kept copy is none."""
    files = {entry.file for manifest in manifests for entry in manifest.files()}
    return files | {f"{manifest.name}{_KEPT_SUFFIX}" for manifest in manifests[1:]}


def _ours(index_dir: Path) -> Iterator[Path]:
    """The files in the folder that writers make, but for the published manifest."""
    return (path for path in list(index_dir.iterdir()) if path.name == ASIDE or _OURS.fullmatch(path.name))
