"""A site below another address, such as https://example.org/lit/: paths come in without it, links go out with it."""

from typing import TYPE_CHECKING, Any, Final

from kb.site.server.security import OWN_PATH, App, Message, Receive, Send

if TYPE_CHECKING:
    from datasette.app import Datasette

ROOT: Final = "/"


def with_base_path(app: App, base: str) -> App:
    """Return app given every path without base, whether a proxy has left base in the address or taken it away.

    base: begins and ends with a slash.
    """
    if base == ROOT:
        return app

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        await app(_below(scope, base) if scope["type"] == "http" else scope, receive, send)

    return wrapped


def _below(scope: Message, base: str) -> Message:
    """Return a request for the path without base, which Datasette's links begin with once more.

    Where that path begins as base does (a page /kb/articles of a site at /kb/), Datasette takes that off: it gets both.
    """
    path, raw = str(scope["path"]), scope.get("raw_path") or str(scope["path"]).encode()
    if f"{path}/".startswith(base):
        path, raw = ROOT + path[len(base) :], ROOT.encode() + raw[len(base) :]
    before = base[:-1] if path.startswith(base) else ""
    return {**scope, OWN_PATH: path, "path": before + path, "raw_path": before.encode() + raw}


def site_class() -> "type[Datasette]":
    """Return a Datasette whose links never have its base_url twice, as those made of the path of a request could.

    Half of the time of its page of all tables is left out too: rules of single tables, of which litkb has none.
    """
    from datasette.app import Datasette  # a plugin must not import it before Datasette itself has
    from datasette.plugins import pm
    from datasette.url_builder import Urls
    from datasette.utils import PrefixedUrlString

    class SiteUrls(Urls):
        """Datasette's addresses; one that begins with base_url twice has it already."""

        def path(self, path: str, format: str | None = None) -> Any:  # noqa: A002 # the name that Datasette gives by
            base = self.ds.setting("base_url")
            has_base = base != ROOT and path.startswith(base + base[1:])
            return super().path(PrefixedUrlString(path) if has_base else path, format)  # type: ignore[no-untyped-call]

    class Site(Datasette):
        """Datasette with these addresses, and without rules of single tables but those of other plugins."""

        @property
        def urls(self) -> SiteUrls:
            return SiteUrls(self)  # type: ignore[no-untyped-call]

        def _table_permission_allows(self, database: str, table: str) -> list[Any]:
            """Return who may see a table: Datasette copies the descriptions of all tables to find it out."""
            if not pm.hook.get_metadata.get_hookimpls():
                return []
            return super()._table_permission_allows(database, table)  # type: ignore[no-any-return, no-untyped-call]

    return Site
