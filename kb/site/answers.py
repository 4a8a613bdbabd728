"""Typed ways to answer: Datasette's Response carries no types."""

from collections.abc import Mapping
from typing import Any, Final

from datasette.utils import asgi

Response: Final[Any] = asgi.Response  # as a type, Any: Datasette 0.65 and 1.0 differ in nothing that we use
NotFound: Final[Any] = asgi.NotFound


def redirect(path: str) -> Any:
    """Return an answer that sends on to another path of this site."""
    return Response.redirect(path)


def page(html: str, *, status: int = 200) -> Any:
    """Return an answer with a page."""
    return Response.html(html, status=status)


def sentence(text: str, *, status: int) -> Any:
    """Return an answer with one line of plain text."""
    return Response.text(f"{text}\n", status=status)


def file(body: str, *, name: str, content_type: str) -> Any:
    """Return an answer that a browser saves under a name; both come from us, never from a request."""
    headers: Mapping[str, str] = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, content_type=f"{content_type}; charset=utf-8")


def error(text: str, *, status: int, title: str) -> Any:
    """Return an answer for a program that asked for JSON and gets none."""
    return Response.json({"ok": False, "error": text, "status": status, "title": title}, status=status)
