"""Typed ways to answer: Datasette's Response carries no types."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from datasette.utils import asgi

Route: TypeAlias = tuple[str, Callable[..., Awaitable[Any]]]  # an address as a pattern, and who answers it
Response: Final[Any] = asgi.Response  # as a type, Any: Datasette 0.65 and 1.0 differ in nothing that we use
NotFound: Final[Any] = asgi.NotFound
BadRequest: Final[Any] = asgi.BadRequest


def redirect(path: str) -> Any:
    """Return an answer that sends on to another path of this site."""
    return Response.redirect(path)


def page(html: str, *, status: int = 200) -> Any:
    """Return an answer with a page."""
    return Response.html(html, status=status)


def sentence(text: str, *, status: int) -> Any:
    """Return an answer with one line of plain text."""
    return Response.text(f"{text}\n", status=status)


def feed(xml: str) -> Any:
    """Return an answer with an Atom feed."""
    return Response(
        f'<?xml version="1.0" encoding="utf-8"?>\n{xml}', content_type="application/atom+xml; charset=utf-8"
    )


def busy(seconds: int, why: str = "Other files are being made") -> Any:
    """Return the answer to one request too many at a time."""
    text = f"{why}; try again in {seconds} seconds.\n"
    return Response.text(text, status=429, headers={"Retry-After": str(seconds)})


def error(text: str, *, status: int, title: str) -> Any:
    """Return an answer for a program that asked for JSON and gets none."""
    return Response.json({"ok": False, "error": text, "status": status, "title": title}, status=status)


def attachment(content: bytes, name: str) -> Any:
    """Return an answer with bytes that a browser keeps under this name and does not look into."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type="application/octet-stream", headers=headers)


def file(content: str | bytes, name: str, media_type: str) -> Any:
    """Return an answer with a file that a browser shows, and keeps under this name."""
    body = content if isinstance(content, bytes) else content.encode()
    return Response(body, content_type=media_type, headers={"Content-Disposition": f'inline; filename="{name}"'})
