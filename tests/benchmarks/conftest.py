"""Two small corpora that the tests of the benchmarks read."""

from __future__ import annotations

import gzip
import json
from random import Random

import pytest

from benchmarks.corpora import Corpus

_WORDS = (
    "harbour ferry island bridge council minister budget storm rescue pilot engine school teacher garden market river valley "
    "factory worker strike radio signal mountain winter train station ticket museum painter theatre season harvest orchard "
    "village election ballot speech debate treaty border patrol lighthouse sailor captain cargo customs inspector laboratory"
).split()
_FRAME = ("the", "of", "and", "near", "for")


def _sentence(random: Random) -> str:
    words = random.choices(_WORDS, weights=[1 / (place + 1) for place in range(len(_WORDS))], k=random.randint(4, 14))
    words[1::3] = random.choices(_FRAME, k=len(words[1::3]))
    return f"{' '.join(words).capitalize()}."


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Two small corpora about Velmara; some paragraphs are shorter than 20 characters."""
    folder = tmp_path_factory.mktemp("corpora")
    random = Random(7)
    for name in ("ostrel_gazette", "assembly"):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            for number in range(60):
                paragraphs = [*(_sentence(random) for _ in range(random.randint(1, 6))), "Ostrel."]
                document = {
                    "id": f"{name}-{number}",
                    "title": _sentence(random),
                    "source": f"Office {number % 7}",
                    "author": None if number % 4 else "Ilsa Renn" if number % 8 else "Tomas Ardel",
                    "date": f"{2000 + number % 20}-03-0{number % 9 + 1}",
                    "tags": ["speech", f"topic {number % 3}"],
                    "country": "VEL" if name == "assembly" else None,
                    "text": "\n\n".join(paragraphs),
                }
                file.write(json.dumps(document) + "\n")
    return Corpus(folder, ("ostrel_gazette", "assembly"), least_characters=20)
