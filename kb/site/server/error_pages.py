"""What a person sees when a page cannot be shown: a sentence and a way on, no traceback, no path."""

import errno
import logging
import sqlite3
from typing import Any, Final

from kb.errors import UsageError
from kb.site.server import responses
from kb.site.server.rendering import page_answer

logger = logging.getLogger("litkb.site")

_SENTENCES: Final = {
    400: "This address has a part that means nothing here.",
    403: "This page may not be seen.",
    404: "There is no such page here.",
    500: "This page could not be made. The log of the server says why.",
}
_OF_QUERY: Final = {  # SQLite's primary result codes that a query, or our limits on it, can cause
    sqlite3.SQLITE_ERROR, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_READONLY,
}  # fmt: skip
_NO_FILE: Final = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.ENOENT, errno.EISDIR, errno.EINVAL}  # by its address
_NO_DATABASE: Final = "Database not found"  # Datasette's words for every unknown address
_TITLES: Final = {400: "Invalid request", 403: "Not allowed", 404: "Not found", 500: "Something went wrong"}


async def answer(datasette: Any, request: Any, exception: Exception, *, is_ours: bool) -> Any:
    """Return the page, or for .json the object, that says what went wrong."""
    status = status_of(exception, is_ours=is_ours)
    title = getattr(exception, "title", None) or _TITLES.get(status, "Something went wrong")
    sentence = _sentence(exception, status)
    if status == 500:
        logger.error("%s could not be made: %s: %s", request.path, type(exception).__name__, exception)
    if request.path.endswith(".json"):
        return responses.error(sentence, status=status, title=title)
    values = {"status": status, "error_title": title, "error_sentence": sentence}
    return await page_answer(datasette, request, "litkb-error.html", values, status=status)


def status_of(exception: Exception, *, is_ours: bool) -> int:
    """Return the status of an answer; pages that are not ours fail with any error at an address without meaning."""
    status = int(getattr(exception, "status", 500))
    if isinstance(exception, UsageError):
        return 400
    if isinstance(exception, OSError) and exception.errno in _NO_FILE:
        return 404
    return 400 if status == 500 and not is_ours and not _is_of_machine(exception) else status


def _is_of_machine(exception: Exception) -> bool:
    """Return whether an error is one of the machine or the file: no other address would fare better."""
    if isinstance(exception, sqlite3.Error):
        code = getattr(exception, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # absent: the sqlite3 module's own error
        return code & 0xFF not in _OF_QUERY
    return isinstance(exception, OSError | MemoryError)


def _sentence(exception: Exception, status: int) -> str:
    """Return what may be shown: our own and Datasette's messages, never those of an unforeseen error."""
    if getattr(exception, "title", None) == "SQL Interrupted":
        return "This query takes longer than is allowed here. Narrow it down, or ask the file itself with sqlite3."
    text = str(getattr(exception, "message", None) or (exception.args[0] if exception.args else ""))
    if status == 500 or _is_pythons(exception) or text in ("", str(status), _NO_DATABASE):
        return _SENTENCES.get(status, _SENTENCES[500])
    return text


def _is_pythons(exception: Exception) -> bool:
    """Return whether an error speaks of code, not to a person."""
    is_of_code = type(exception).__module__ in ("builtins", "json.decoder", "dataclasses")
    return is_of_code or isinstance(exception, sqlite3.ProgrammingError)
