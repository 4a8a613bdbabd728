"""Our pages from their templates. Nothing in these is awaited, which makes them several times as fast to fill."""

from typing import Any, Final

from jinja2 import Environment, Template

from kb.site import answers

_OVERLAY: Final = "_litkb_overlay"


class PlainTemplate(Template):
    """A template that is filled in one go; Datasette's environment awaits every call, loop and macro."""

    async def render_async(self, *args: Any, **kwargs: Any) -> str:
        """Return the page; the links of the menu, which plugins may look up, are awaited before."""
        values = dict(*args, **kwargs)
        links = await values["menu_links"]()
        return self.render(values, menu_links=lambda: links)


async def page_answer(datasette: Any, request: Any, template: str, values: dict[str, Any], *, status: int = 200) -> Any:
    """Return a page of ours as an answer."""
    filled = _environment(datasette, request).get_template(template)
    html = await datasette.render_template(filled, values, request=request, view_name=template.partition(".")[0])
    return answers.page(html, status=status)


def _environment(datasette: Any, request: Any) -> Environment:
    """Return Datasette's environment without awaiting, made once: all templates, filters and plugins are in it."""
    of_request = getattr(datasette, "get_jinja_environment", None)  # 1.0
    environment = of_request(request) if of_request else datasette.jinja_env
    if not hasattr(environment, _OVERLAY):
        overlay = environment.overlay(enable_async=False)
        overlay.template_class = PlainTemplate
        setattr(environment, _OVERLAY, overlay)
    found = getattr(environment, _OVERLAY)
    assert isinstance(found, Environment)
    return found
