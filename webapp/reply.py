"""JSON answers, all written in one way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response

from indexer.model import Json


def reply(body: Mapping[str, Json], status: HTTPStatus = HTTPStatus.OK, mimetype: str = "application/json") -> Response:
    """A JSON answer in UTF-8. What UTF-8 cannot hold (half a surrogate pair) becomes a question mark."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"
    return Response(text.encode("utf-8", "replace"), status, mimetype=mimetype)
