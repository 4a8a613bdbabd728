"""Attacks on the site: texts, files full of them, addresses, SQL; all by fixed seeds."""

import random
import re
import sqlite3
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from kb.queries.publishing import read_text_columns
from tests.site.conftest import KNOWN, LINKS, SEED, field, fill

_BREAKERS = ("", '">', "'>", "</title>", "</script>", "</textarea>", "--><!--", "]]>", "\\u003e", "</style>")
_BODIES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<b onmouseover=alert(1)>b</b>", "<math><mi xlink:href=javascript:alert(1)>",
    "<style>@import 'javascript:alert(1)'</style>", "<base href=javascript:alert(1)//>",
    "<form action=javascript:alert(1)><input type=submit>", "<details open ontoggle=alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>", "<object data=javascript:alert(1)>",
    "<input autofocus onfocus=alert(1)>", "<sCrIpT>alert(1)</sCrIpT>", "<scr<script>ipt>alert(1)</script>",
    "<i style=x:expression(alert(1))>i</i>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{ ''.__class__ }}<u onclick=alert(1)>u</u>", "<video onerror=alert(1) src=x>",
)  # fmt: skip
PAYLOADS = tuple(breaker + body for breaker, body in product(_BREAKERS, _BODIES))
# What joins rows or steers a page; all other text of a file is only shown.
_STEERING = {
    "state", "task", "outcome", "list", "layout", "path", "record_type", "journal_id", "descriptor_ui", "qualifier_ui",
    "role", "name_key", "keyword_key", "measure", "timing", "notice_from", "listed_in", "what",
}  # fmt: skip


class Request(NamedTuple):
    """A request to the site."""

    method: str
    address: str
    body: bytes
    cookie: bytes | None = None


def hostile_file(path: Path, shift: int) -> Path:
    """Fill a file as the field, and put a payload into every text of every row; shift says which into which."""
    fill(path, field(), LINKS)
    db = sqlite3.connect(path)
    columns = [
        pair for pair in read_text_columns(db) if pair[1] not in _STEERING and pair != ("citation_sources", "name")
    ]
    for place, (table, column) in enumerate(columns):
        payload = PAYLOADS[(place + shift) % len(PAYLOADS)]
        try:
            db.execute(f"update {table} set {column} = coalesce({column}, '') || ?", (payload,))
        except sqlite3.IntegrityError:
            continue  # a checked word, which no record can bring either
    payload = PAYLOADS[shift % len(PAYLOADS)]  # JSON in these
    db.execute("update community_labels set terms = json_array(?)", (payload,))
    for table in ("related_studies", "suggestions"):
        names = f"select json_group_object(name, json_array(?)) from pragma_table_info('{table}')"
        db.execute(f"update {table} set named = ({names})", (payload,))
    db.commit()
    db.close()
    return path


class Danger(HTMLParser):
    """What a browser would run of a page: scripts, handlers, addresses of scripts, that are none of ours."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self._in_script = tag == "script" and said.get("type") != "application/ld+json"
        if tag in ("iframe", "object", "embed", "base", "math", "applet"):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            is_address = name in ("href", "src", "action", "data", "xlink:href", "formaction")
            runs = name.startswith("on") or (is_address and (value or "").strip().lower().startswith("javascript"))
            if (runs and "alert" in (value or "")) or name == "srcdoc" or (tag == "meta" and name == "http-equiv"):
                self.found.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if self._in_script and "alert" in data:
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


_ENDLESS = "with recursive r (x) as (select 1 union all select x + 1 from r) select {} from r"
_MANY = ", ".join(f"works {name}" for name in "abcdefghijk")
_PRODUCT = " * ".join(f"{name}.id" for name in "abcdefghijk")
_LABELS = " || ".join(f"{name}.label" for name in "abcdefghijk")
_HEX = "hex(randomblob(50000))"
BOMBS = (
    _ENDLESS.format("count(*)"),
    _ENDLESS.format("group_concat(x)"),
    _ENDLESS.format("json_group_array(x)"),
    _ENDLESS.format("sum(cocitation_count(1001, 1002))"),
    _ENDLESS.format("count(citation_path(1004, 1002))"),
    _ENDLESS.format("sum(fold('Høie' || x) = 'z')"),
    "with recursive r (x) as (select 'x' union all select x || x from r) select max(length(x)) from r",
    "with recursive r (x) as (select 0 union all select x + 1 from r limit 100000000) select x from r order by -x",
    "with recursive r (x) as (select 1 union all select x + 1 from r) select * from r where x < 0",
    "with recursive r (x) as (select 'a' union all select x || 'a' from r) select count(*) from r where x like '%a%b'",
    f"select count(*) from {_MANY}",
    f"select count(distinct {_PRODUCT}) from {_MANY}",
    f"select group_concat({_LABELS}) from {_MANY}",
    "select sum(length(hex(zeroblob(100000000))))",
    f"select replace(replace(replace({_HEX}, 'A', {_HEX}), 'B', {_HEX}), 'C', 'x')",
)


def hostile_addresses(count: int, seed: int = 1) -> list[str]:
    """Return so many addresses that nobody would type, always the same ones of a seed."""
    draw = random.Random(seed)
    return [_address(draw) for _ in range(count)]


_HEADS = (
    "article", "work", "search", "author", "journal", "mesh", "keyword", "community", "year", "run", "map",
    "timeline", "years", "names", "schema", "evidence", "kb", "kb/articles", "kb/who_cites", "kb/nothing", "-",
    "-/static", "-/static-plugins/litkb", "-/databases", "-/metadata.json", "notices.atom", "robots.txt",
    "favicon.ico", "_memory", "",
)  # fmt: skip
_TAILS = (
    str(SEED), "0", "-1", "99999999999", "999999999999999999", "-999999999999999999", "1e9", "١٢٣",
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%00", "%ff%fe", "~2F~2E", "~zz", "'", '"', "<script>", "a" * 3_000,
    "map", "map.svg", "map.png", "cite", "years.svg", "citing.atom", "citing", "search", "received", "stated",
    "citation", "%2e%2e", ".git", "x.ris", "x.csl.json", "x.map", "x.timeline.svg", "1001.bib", "1001.gexf",
    "{{7*7}}", "%0d%0aSet-Cookie:x", "☃", "",
)  # fmt: skip
NAMES = (
    "q", "sql", "sort", "view", "page", "state", "year", "from", "to", "type", "journal", "mesh", "author", "id",
    "pmid", "list", "first", "_size", "_next", "_sort", "_facet", "_where", "_search", "_json", "_shape",
    "_timelimit", "_trace", "dark", "phone", "citing", "cited", "citing_year", "community", "kind", "_nl", "_col",
    "_labels", "_filter_column", "year__gt", "_through", "x", "bare", "as", "name", "run", "task", "outcome",
)  # fmt: skip
_FITTING = (str(SEED), str(KNOWN), "1002", "1", "2020", "moos+rh", "kb", "citing", "references", "search", "0", "-1")
_VALUES = (
    "", "1", "-1", "0", "1e309", "9" * 30, "null", "nan", "' or 1=1--", '"', "*", "OR", "NOT", "(", "))))", "a AND",
    "^", "title:", "year:9999999999-", "%00", "%ff", "<script>alert(1)</script>", "x" * 2_000, "select 1",
    "select pmid from articles", "drop table works", "pragma writable_schema=1", "select * from sqlite_master",
    "../../..", "☃" * 50, "\\", "a*b*c*", "{{7*7}}", "%0d%0a", "1001", "known", "objects", "nonsense", "map",
    "2000-1990",
)  # fmt: skip


def _address(draw: random.Random) -> str:
    parts = [draw.choice(_HEADS), *(draw.choice(_TAILS) for _ in range(draw.choice((0, 1, 1, 1, 2))))]
    path = "/" + "/".join(quote(part, safe="/%~.:'-") for part in parts)
    return path + _query(draw)


def _query(draw: random.Random) -> str:
    pairs = [
        f"{draw.choice(NAMES)}={quote(draw.choice(_VALUES), safe='%')}" for _ in range(draw.choice((0, 1, 1, 2, 3)))
    ]
    return "?" + "&".join(pairs) if pairs else ""


_OPERATORS = (
    "exact", "not", "contains", "startswith", "gt", "lte", "like", "glob", "in", "notin", "arraycontains",
    "arraynotcontains", "date", "isnull", "notblank", "nonsense",
)  # fmt: skip
_STEERS = (
    "_facet", "_facet_array", "_facet_date", "_facet_size", "_sort", "_sort_desc", "_size", "_next", "_search",
    "_where", "_through", "_json", "_shape", "_col", "_nocol", "_labels", "_nl", "_nocount", "_trace", "_ttl",
    "_filter_column", "_filter_op", "_extra", "_timelimit", "_stream", "_dl", "sql",
)  # fmt: skip
_ROW_KEYS = ("1001", "0", "x", "-5", "9" * 25, "~2F", "☃", "", "1001,0", "x,1,2", "1,2,3,4")
_JSON_VALUES = ("[]", "{}", '["works","cited_id","1"]', '{"table":"works","column":"id","value":"1"}', "arrays", "max")
METHODS = ("GET",) * 8 + ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "LOOK")
_COOKIES = (None,) * 6 + (b"a=1", b"a,b=1; c/d=2", b"\xff\xfe", b"expires=x", b"=;=")
_BODIES_SENT = (b"", b"{}", b"a=1", b'{"sql":"select 1"}', b"\xff" * 100, b"x" * 10_000)


class Surface(NamedTuple):
    """What a site answers: the columns of its tables, the endings of their addresses, the patterns of its pages."""

    schema: dict[str, list[str]]
    endings: list[str]
    routes: list[str]


def hostile_requests(count: int, seed: int, surface: Surface) -> list[Request]:
    """Return so many requests that nobody would send; always the same of a seed."""
    draw = random.Random(seed)
    return [_request(draw, surface) for _ in range(count)]


def _request(draw: random.Random, surface: Surface) -> Request:
    method = draw.choice(METHODS)
    body = draw.choice(_BODIES_SENT) if method not in ("GET", "HEAD") else b""
    chance = draw.random()
    if chance < 0.2:
        address = _address(draw)
    elif chance < 0.5:
        address = _route_address(draw, surface.routes)
    else:
        address = _table_address(draw, surface.schema, surface.endings)
    return Request(method, address, body, draw.choice(_COOKIES))


_GROUP = re.compile(r"\((?:\?P<\w+>|\?:)([^()]*)\)(\?|\{[\d,]*\})?")


def _route_address(draw: random.Random, routes: list[str]) -> str:
    """Return the address of a page of ours, filled with what it expects or not."""

    def filled(group: "re.Match[str]") -> str:
        if group[2] and draw.random() < 0.4:
            return ""
        expected = draw.choice(_FITTING if "[" in group[1] else group[1].split("|"))
        return expected if draw.random() < 0.75 else quote(draw.choice(_TAILS), safe="/%~.:'-")

    path = draw.choice(routes).strip("^$")
    while _GROUP.search(path):
        path = _GROUP.sub(filled, path)
    return path.replace("\\", "") + _query(draw)


def _table_address(draw: random.Random, schema: dict[str, list[str]], endings: list[str]) -> str:
    table = draw.choice(list(schema))
    path = f"/kb/{table}"
    if draw.random() < 0.3:
        path += "/" + quote(draw.choice(_ROW_KEYS), safe="~,")
    if draw.random() < 0.7:
        path += "." + draw.choice(endings)
    pairs = [_pair(draw, schema[table]) for _ in range(draw.choice((0, 1, 1, 2, 3)))]
    return path + ("?" + "&".join(pairs) if pairs else "")


def _pair(draw: random.Random, columns: list[str]) -> str:
    column = draw.choice([*columns, "nothing"])
    name = draw.choice((column, f"{column}__{draw.choice(_OPERATORS)}", draw.choice(_STEERS), draw.choice(NAMES)))
    value = draw.choice((draw.choice(_VALUES), draw.choice(_JSON_VALUES), draw.choice([*columns, "1001", "2020"])))
    return f"{quote(name)}={quote(value, safe='%')}"


_QUOTES = ("'", '"', "]", "`", "\x00", "')", '")', "]]", "'']", "\\'", "%27", "1", "1)", "x\x00'", "\u02bc", "[")
_CLAUSES = (
    " union select bird from aviary", " union all select bird, 1 from aviary", " or 1=1", " or ''='",
    "; drop table aviary", " and (select bird from aviary) is not null", " in (select bird from aviary)",
    ", (select bird from aviary)", " order by (select bird from aviary)", " limit 1 offset (select 1)",
    " collate nocase", "||(select bird from aviary)||", " is not (select bird from aviary)", ") or (1=1",
)  # fmt: skip
_ENDS = ("", "--", "/*", ";", "\x00", "#", " -- ", "]", '"')


def injections(count: int, seed: int) -> list[str]:
    """Return so many texts that would be SQL if they were put into it; always the same of a seed."""
    draw = random.Random(seed)
    return ["".join(map(draw.choice, (_QUOTES, _CLAUSES, _ENDS))) for _ in range(count)]


_NAMED = (
    "../", "..\\", "/etc/passwd", "C:\\x", "\x00", "CON", "nul", "COM1", "LPT9", "aux.", ".", "..", "-", "a" * 300, "é",
    "☃", "\u202e", "\r\n", '"', ";", "%2e%2e%2f", "~", "$HOME", "|", ":", "*", "?", " ", ".db", "file://", "x",
)  # fmt: skip


def hostile_names(count: int, seed: int = 5) -> list[str]:
    """Return so many names that would lead out of a folder, or that a file cannot have; each listed one first."""
    draw = random.Random(seed)
    made = ["".join(draw.choices(_NAMED, k=draw.randrange(1, 5))) for _ in range(count)]
    return [*_NAMED, *made][:count]
