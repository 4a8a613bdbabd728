"""Text of records as HTML: five whitelisted tags, all else escaped.  (pure)"""

from markupsafe import Markup

from kb.site.parts.messages import NO_TITLE
from kb.text import safe_html


def marked_up(text: str | None, html: str | None) -> Markup | str:
    """Return html with only b, i, u, sub, sup as tags; where there is none the text, which the page escapes."""
    return Markup(safe_html(html)) if html else text or ""  # noqa: S704  # safe_html escapes all but five tags


def title_markup(title: str | None, html: str | None) -> Markup | str:
    """Return a title for a page, or words that say there is none."""
    return marked_up(title, html) or NO_TITLE
