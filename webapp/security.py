"""The headers that every answer carries; a view may set a stricter one itself.

Nothing inline, nothing from elsewhere, no framing. URLs that we write are relative, and permalinks in citations begin as the
settings say, so the Host header decides nothing.
"""

from __future__ import annotations

from flask import Flask, Response, request

STATIC_MAX_AGE = 3600

_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

# What a reader searched for stands in the URL: it must not reach the sites that documents come from.
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

# The index may change at any moment; the browser's back button needs no request all the same.
_HEADERS_OF_ANSWERS = {**HEADERS, "Cache-Control": "private, no-cache"}


def register(app: Flask) -> None:
    """Put the headers on every answer of an application, errors included."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    if response.status_code >= 400:
        headers["Cache-Control"] = "no-store"
    # All that are missing at once: to look for each by itself takes longer than routing does.
    stated = {name.lower() for name, _ in headers}
    wanted = HEADERS if request.endpoint == "static" else _HEADERS_OF_ANSWERS
    headers.extend((name, value) for name, value in wanted.items() if name.lower() not in stated)
    return response
