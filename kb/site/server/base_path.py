"""A site below another address, such as https://example.org/lit/: paths with and without the part before it."""

from typing import Final

from kb.site.server.security import OWN_PATH, App, Message, Receive, Send

ROOT: Final = "/"


def with_base_path(app: App, base: str) -> App:
    """Return app given every path below base, whether a proxy has left base in the address or taken it away.

    base: begins and ends with a slash.
    """
    if base == ROOT:
        return app

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        await app(_below(scope, base) if scope["type"] == "http" else scope, receive, send)

    return wrapped


def _below(scope: Message, base: str) -> Message:
    path, raw = str(scope["path"]), scope.get("raw_path") or str(scope["path"]).encode()
    if f"{path}/".startswith(base):
        return {**scope, OWN_PATH: ROOT + path[len(base) :]}
    return {**scope, OWN_PATH: path, "path": base + path[1:], "raw_path": base.encode() + raw[1:]}
