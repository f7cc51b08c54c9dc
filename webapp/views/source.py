"""The file that a document was read from, as a download that no browser opens by itself."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file

from indexer.errors import NotFound
from indexer.model import without_surrogates
from indexer.originals import open_original
from webapp.context import current

blueprint = Blueprint("source", __name__)

_OPAQUE = "application/octet-stream"
# Should a browser show it all the same, it is a page of its own without scripts, forms or sources.
_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


@blueprint.get("/documents/<document_id>/source")
def source(document_id: str) -> Response:
    """The original as it was indexed; of what stands inside a file, that file. Changed since: 409."""
    if not current().settings.originals:
        raise NotFound("This server gives out no original files.")
    provenance = current().engine.provenance(document_id)
    if provenance is None:
        raise NotFound(f"The index does not know which file {document_id} was read from.")
    stream = open_original(provenance)
    name = "".join(c if c.isprintable() else "\ufffd" for c in without_surrogates(provenance.path.name))
    response = send_file(stream, _OPAQUE, as_attachment=True, download_name=name, conditional=False, etag=provenance.sha256)
    response.call_on_close(stream.close)
    response.content_length = provenance.size
    response.headers["Content-Security-Policy"] = _POLICY
    # It is the original only until the next look.
    response.headers["Cache-Control"] = "private, no-cache"
    del response.headers["Expires"]
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=provenance.size)
    except BaseException:
        stream.close()
        raise
    return response
