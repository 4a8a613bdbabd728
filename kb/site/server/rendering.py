"""Our pages from their templates, in which nothing is awaited: that would take over a quarter of the time."""

from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template

from kb.site.server import responses

_OVERLAY: Final = "_litkb_overlay"


class Addresses:
    """Datasette's addresses, those of pages as plain text: its subclass of str runs every method in Python."""

    def __init__(self, urls: Any) -> None:
        self._urls = urls
        self._base = str(urls.path("/")).removesuffix("/")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._urls, name)

    def path(self, path: str) -> str:
        """Return the address of a path that begins with a slash, where the site stands below another one too."""
        return self._base + path


class PlainTemplate(Template):
    """A template that is filled in one go; in Datasette's own environment every call, loop and macro is awaited."""

    async def render_async(self, *args: Any, **kwargs: Any) -> str:
        """Return the page; the links of the menu, which plugins may look up, are awaited before."""
        values = dict(*args, **kwargs)
        links = await values["menu_links"]()
        return self.render({**values, "menu_links": lambda: links, "urls": Addresses(values["urls"])})


async def page_answer(datasette: Any, request: Any, template: str, values: dict[str, Any], *, status: int = 200) -> Any:
    """Return a page of ours as an answer."""
    filled = _environment(datasette, request).get_template(template)
    html = await datasette.render_template(filled, values, request=request, view_name=template.partition(".")[0])
    return responses.page(html, status=status)


def _environment(datasette: Any, request: Any) -> Environment:
    """Return Datasette's environment for templates without awaiting, made once; files are read once as well."""
    of_request = getattr(datasette, "get_jinja_environment", None)  # 1.0
    environment = of_request(request) if of_request else datasette.jinja_env
    if not hasattr(environment, _OVERLAY):
        overlay = environment.overlay(enable_async=False, auto_reload=False, undefined=StrictUndefined)
        overlay.template_class = PlainTemplate
        setattr(environment, _OVERLAY, overlay)
    found = getattr(environment, _OVERLAY)
    assert isinstance(found, Environment)
    return found
