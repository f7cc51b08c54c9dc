"""JSON answers, all written in one way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response

from indexer.model import Json

# A body is made for one answer and holds nothing twice: to watch for circles is an eighth of the work.
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def reply(body: Mapping[str, Json], status: HTTPStatus = HTTPStatus.OK, mimetype: str = "application/json") -> Response:
    """A JSON answer in UTF-8. What UTF-8 cannot hold (half a surrogate pair) becomes a question mark."""
    text = _ENCODER.encode(body) + "\n"
    return Response(text.encode("utf-8", "replace"), status, mimetype=mimetype)
