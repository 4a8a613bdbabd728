"""litkb serve: any litkb file as Datasette's database ``kb``, read-only, for this machine."""

import errno
import gc
import ipaddress
import re
import socket
import sqlite3
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from kb.database import open_kb, readonly_options
from kb.errors import LitkbError, UsageError
from kb.metadata import read_metadata
from kb.queries.archive import archive_path
from kb.site.server.base_path import site_class
from kb.site.server.context import EMBED, NAME
from kb.site.server.following import Following
from kb.site.server.large_tables import without_slow_facets
from kb.site.server.security import LOCAL_HOSTS, with_host_check
from kb.site.server.sqlite_sandbox import open_connections
from kb.site.server.table_order import ordered_by_key
from kb.site.server.unchanged import KeepingConnection

if TYPE_CHECKING:
    from datasette.app import Datasette

SETTINGS: Final = {
    "suggest_facets": False,  # 670 to 1,500 ms on a table of 30,000 articles; without, 15 ms
    "sql_time_limit_ms": 3_000,
    "facet_time_limit_ms": 300,
    "allow_download": False,  # of a file that may be written this moment
    "default_page_size": 50,
    "default_facet_size": 8,
    "truncate_cells_html": 1_000,
}

_BASE_URL: Final = re.compile(
    r"(?:(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+)(?::[0-9]{1,5})?)?/?(?P<path>[A-Za-z0-9._~/-]*)"
)
_CACHE_KB: Final = 8_000  # of the file, kept by each of three connections; what SQLite keeps unasked is 2,000


@click.command()
@click.argument("file", metavar="DB", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8001, show_default=True, type=click.IntRange(0, 65535), help="0 picks one and prints it."
)
@click.option("--public", is_flag=True, help="For a public site: no SQL of visitors; the listed queries stay.")
@click.option(
    "--base-url",
    "address",
    default="/",
    metavar="URL",
    callback=lambda _ctx, _option, value: parse_base_url(value),
    help="Address of the site behind a proxy: /lit/ or https://example.org/lit/.",
)
@click.option("--allow-embed", "embed", is_flag=True, help="Allow other sites to embed the pictures at /embed/.")
@click.option("--open", "opens", is_flag=True, help="Open the site in a browser.")
@click.option("--name", "names", multiple=True, metavar="HOST", help="Name under which others reach it; repeatable.")
def serve(
    file: Path, host: str, port: int, *, address: "BaseUrl", opens: bool, names: tuple[str, ...], **shown_as: bool
) -> None:
    """Show DB, or the kb.db of a folder, as a site in a browser, until Ctrl-C.

    Only this machine can open it, unless --host and --name allow others. The file is not changed. What is published
    to DB meanwhile is shown within two seconds.

    Example: litkb serve kb.db --port 8001
    """
    file = file / f"{NAME}.db" if file.is_dir() else file
    app = Following(file, lambda path: build_app(path, base_url=address, **shown_as))
    listener = open_listener(host, port)
    shown = _address(host, listener.getsockname()[1]).rstrip("/") + address.path
    click.echo(f"{file.name} is at {shown}  (Ctrl-C ends it)")
    sys.stdout.flush()
    if opens:
        click.launch(shown)
    named = [name for name in (_host_name(host), address.host, *names) if name]
    _run(with_host_check(app, [*LOCAL_HOSTS, *named]), listener)


class BaseUrl(NamedTuple):
    """Where a site is shown: path begins and ends with a slash; host None where a path alone was given."""

    path: str
    host: str | None = None
    is_https: bool = False


HERE: Final = BaseUrl("/")


def parse_base_url(text: str) -> BaseUrl:
    """Return what /lit/ or https://example.org/lit/ says; raises UsageError for anything else."""
    found = _BASE_URL.fullmatch(text)
    if found is None:
        raise UsageError(
            f"{text!r} is no address below which a site can stand. Examples: /lit/, https://example.org/lit/"
        )
    path = "/".join(part for part in found["path"].split("/") if part)
    return BaseUrl(f"/{path}/" if path else "/", found["host"], found["scheme"] == "https")


def build_app(file: str | Path, *, public: bool = False, embed: bool = False, base_url: BaseUrl = HERE) -> "Datasette":
    """Return a Datasette that serves the litkb file as database ``kb``, read-only.

    public: without SQL of strangers. embed: pictures may be framed by other sites.

    Raises NotLitkbError, NewerSchemaError or DatabaseError, with a sentence, for a file that is none.
    """
    from datasette.version import __version_info__  # a plugin must not import it before Datasette itself has

    with closing(open_kb(file, readonly=True)) as db:
        metadata = without_slow_facets(db, read_metadata())
    path = Path(file).resolve()  # the link of a published file may move: one app serves one file
    options = readonly_options(path)
    settings = {
        **SETTINGS,
        "default_allow_sql": not public,
        "base_url": base_url.path,
        "force_https_urls": base_url.is_https,
    }
    described = {"metadata": metadata}
    if __version_info__[0] != "0":
        described["config"] = metadata  # where Datasette 1.0 looks for questions, facets and labels
    app: Any = site_class()([], settings=settings, **described)
    setattr(app, EMBED, embed)
    app.remove_database("_memory")
    app.add_database(_database(app, path, options, shown_as=f"{NAME}.db" if public else path.name), name=NAME)
    return app  # type: ignore[no-any-return]


def _database(app: Any, path: Path, options: str, *, shown_as: str) -> Any:
    """Return the file as a database of Datasette's, whose path may hold any character, and is not shown.

    Rows of its tables have one order.
    """
    from datasette.database import Database

    class LitkbFile(Database):
        """A litkb file: opened by an address in which "?", "#" and "%" of its name are written out.

        Datasette shows the path of a database to everybody, and is told another name.
        """

        archive = archive_path(path)

        @property
        def size(self) -> int:
            return path.stat().st_size

        @property
        def mtime_ns(self) -> int:
            return path.stat().st_mtime_ns

        async def execute(self, sql: str, *some: Any, **named: Any) -> Any:
            return await super().execute(await ordered_by_key(self, sql), *some, **named)  # type: ignore[no-untyped-call]

        def connect(self, write: bool = False) -> sqlite3.Connection:
            assert not write, "a litkb file is served read-only"
            db = sqlite3.connect(_uri(path, options), uri=True, check_same_thread=False, factory=KeepingConnection)
            db.execute(f"pragma cache_size = -{_CACHE_KB}")
            open_connections(self).append(db)
            return db

    return LitkbFile(app, path=shown_as, is_mutable=True)  # type: ignore[no-untyped-call]


def _uri(path: Path, options: str) -> str:
    return f"{path.absolute().as_uri()}?{options}"


def open_listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises UsageError or LitkbError with a sentence where it cannot."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise UsageError(f"{host} is not an address of this machine; 127.0.0.1 is.") from None
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # not named, TCP_NODELAY would be off
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise LitkbError(_why_not(host, port, error)) from error
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"Port {port} needs more rights than this user has; try --port 8001."
    if error.errno == errno.EADDRINUSE or "in use" in (error.strerror or ""):
        return f"Port {port} is in use by another program; try --port 0, which picks a free one."
    return f"{host}:{port} cannot be listened on: {error.strerror}."


def _host_name(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _address(host: str, port: int) -> str:
    try:
        shown = "127.0.0.1" if ipaddress.ip_address(host).is_unspecified else _host_name(host)
    except ValueError:
        shown = host
    return f"http://{shown}:{port}/"


@contextmanager
def served(file: str | Path) -> Iterator[str]:
    """Serve the litkb file on loopback as long as a block runs; give the address, which ends in a slash."""
    listener = open_listener("127.0.0.1", 0)
    server = _server(with_host_check(Following(Path(file), build_app), LOCAL_HOSTS))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield _address("127.0.0.1", listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def _server(app: Any) -> Any:
    import uvicorn  # only a server needs it

    from kb.site.server.connections import ImpatientProtocol, with_quiet_end

    return uvicorn.Server(
        uvicorn.Config(
            with_quiet_end(app),
            http=ImpatientProtocol,
            proxy_headers=False,  # what a request says of itself changes nothing
            log_level="warning",
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=2,
        )
    )


def _run(app: Any, listener: socket.socket) -> None:
    from kb.site.server.connections import allow_many_connections

    allow_many_connections()
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)  # Datasette's, at a busy end
    gc.freeze()  # what is loaded by now stays: a full collection that walks all of it holds a page up for 60 ms
    try:
        _server(app).run(sockets=[listener])
    except KeyboardInterrupt:
        click.echo("", err=True)
    finally:
        listener.close()
        sys.stdout.flush()
