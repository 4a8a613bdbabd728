"""What a person sees when a page cannot be shown: a sentence and a way on, no traceback, no path."""

import logging
from typing import Any, Final

from kb.errors import UsageError
from kb.site import answers

logger = logging.getLogger("litkb.site")

_SENTENCES: Final = {
    403: "This page may not be seen.",
    404: "There is no such page here.",
    500: "This page could not be made. The log of the server says why.",
}
_NO_DATABASE: Final = "Database not found"  # Datasette's words for every unknown address
_TITLES: Final = {400: "This cannot be answered", 403: "Not allowed", 404: "Not found", 500: "Something went wrong"}


async def answer(datasette: Any, request: Any, exception: Exception) -> Any:
    """Return the page, or for .json the object, that says what went wrong."""
    status = getattr(exception, "status", 400 if isinstance(exception, UsageError) else 500)
    title = getattr(exception, "title", None) or _TITLES.get(status, "Something went wrong")
    sentence = _sentence(exception, status)
    if status == 500:
        logger.error("%s could not be made: %s: %s", request.path, type(exception).__name__, exception)
    if request.path.endswith(".json"):
        return answers.error(sentence, status=status, title=title)
    values = {"status": status, "error_title": title, "error_sentence": sentence}
    html = await datasette.render_template("litkb-error.html", values, request=request, view_name="litkb-error")
    return answers.page(html, status=status)


def _sentence(exception: Exception, status: int) -> str:
    """Return what may be shown: our own and Datasette's messages, never those of an unforeseen error."""
    if getattr(exception, "title", None) == "SQL Interrupted":
        return "This query takes longer than is allowed here. Narrow it down, or ask the file itself with sqlite3."
    text = str(getattr(exception, "message", None) or (exception.args[0] if exception.args else ""))
    if status == 500 or text in ("", str(status), _NO_DATABASE):
        return _SENTENCES.get(status, _SENTENCES[500])
    return text
