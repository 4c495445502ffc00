"""Forged callback bodies and routes, drawn from what the app says of its callbacks; the same for the same seed."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    float("nan"),
    float("inf"),
    10**30,
    "",
    "x",
    "?run=x&age=1~2",
    "\x00",
    "\ud800",
    "a" * 5000,
    "/",
    "/segment/9",
    "%ff",
    [],
    {},
    [[]],
    [{}],
    {"a": {}},
    {"points": [{}]},
    {"points": 3},
    {"run": 3},
    {"dimension": []},
    {"dimension": "age", "xs": ["a", {}]},
    {"dimension": "map", "xs": [None] * 9, "ys": "x"},
    ["x", 1, None],
    [{"id": {}}],
    "data:text/csv;base64,QQ==",
    "data:;base64,@@",
    '{"run": "x", "counts": [1]}',
    {"props": {}, "type": "Div"},
)
ADDRESSES = ("/", "/explore", "/segment/9", "/segment/1", "/korzina/", "/korzina/data", "/compare", "//x", "/nowhere")
RAW: tuple[bytes, ...] = (
    b"",
    b"null",
    b"[]",
    b"3",
    b'"x"',
    b"{",
    b"\xff\xfe",
    b"[" * 20_000,
    b'{"output":' * 2_000,
    b'{"output": null}',
    b'{"output": {}}',
    b'{"output": "chips.children"}',
    b"9" * 5_000,
    b'{"output": "\\ud800"}',
    b"{}" * 3,
    b"\x00" * 10,
)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE")
PATHS = (
    "/_dash-component-suites/dash/deps/react@18.2.0.min.js",
    "/_dash-component-suites/dash/dash.py",
    "/_dash-layout",
    "/_dash-component-suites/os/path.py",
    "/_dash-component-suites/dash/../../../etc/passwd",
    "/_dash-component-suites/",
    "/_dash-component-suites/dash/%2e%2e/%2e%2e/x.js",
    "/_dash-component-suites/dash/deps/",
    "/_dash-dependencies",
    "/_dash-component-suites/dash/dcc/dash_core_components.v4_4_1m1.js",
    "/_dash-component-suites/dash/dcc/async-x.js",
    "/_dash-component-suites/dash/a\x00b.js",
    "/_dash-component-suites/ /x.js",
    "/_dash-component-suites/sys/version",
    "/_dash-component-suites/dash_ag_grid/dash_ag_grid.v35.min.js.map",
    "/_reload-hash",
    "/_favicon.ico",
    "/_mcp",
    "/_mcp/x",
    "/_dash-update-component",
    "/assets/../app.py",
    "/assets/%00",
    "/assets/korzina.css/",
    "/assets/",
    "/customers.csv",
    "/customers.xlsx",
    "/customers.txt",
    "/customers.exe",
    "/report",
    "/readyz",
    "/healthz",
    "/",
    "/explore",
    "/segment/-1",
    "/segment/%F0%9F",
    "/segment/1/2",
    "//evil.example",
    "/..;/",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/\x7f",
    "/404",
    "/_alive_x",
)
QUERIES = (
    "",
    "run=",
    "run=%ff",
    "run=x&run=y",
    "age=1~2",
    "map=0,0,x",
    "map=" + "1," * 3_000,
    "segment=%00",
    "a=b" * 2_000,
    "&&=",
    "segment_number=1",
    "self=1&data=2",
    "language=ru",
    "run=0123456789ab&age=nan~inf",
    "%=%",
    "age=1e400~",
    "column.x=y",
)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Cookie": "korzina-language=\x80; x"},
    {"Accept-Language": ";;;q=x,,"},
    {"Range": "bytes=9-1"},
    {"If-None-Match": '"x'},
    {"If-Modified-Since": "never"},
    {"Content-Length": "5"},
    {"Content-Type": "text/plain"},
    {"Accept-Encoding": "gzip;q=x, br;;"},
    {"Authorization": "Basic \xff"},
    {"X-Forwarded-For": "x" * 500},
    {"Content-Encoding": "gzip"},
    {"Origin": "http://[", "Sec-Fetch-Site": "?"},
    {"Host": "a b"},
    {"Host": "localhost:x"},
)


@dataclass(frozen=True)
class Forged:
    """A request as a stranger sends it."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def forged(dependencies: list[dict[str, Any]], count: int, seed: int, doors: Sequence[str] = ()) -> Iterator[Forged]:
    """``count`` requests: three quarters of them bodies of callbacks, the rest routes, ``doors`` among them."""
    rng = random.Random(seed)
    for number in range(count):
        if number % 4:
            yield Forged("POST", "/_dash-update-component", "", _body(rng, dependencies), {"Content-Type": _kind(rng)})
        else:
            yield Forged(
                rng.choice(METHODS),
                rng.choice((*PATHS, *doors)),
                rng.choice(QUERIES),
                rng.choice(RAW),
                rng.choice(HEADERS),
            )


def _kind(rng: random.Random) -> str:
    return "application/json" if rng.random() < 0.95 else rng.choice(("text/plain", "", "application/json; charset=x"))


def _body(rng: random.Random, dependencies: list[dict[str, Any]]) -> bytes:
    if rng.random() < 0.08:
        return rng.choice(RAW)
    body = proper(rng.choice(dependencies), rng)
    for _change in range(rng.randrange(0, 4)):
        _spoil(body, rng)
    return json.dumps(body).encode()


def proper(callback: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A body as the page would send it, with any values."""
    name = str(callback["output"])
    several = name.startswith("..")
    outputs = [_place(*part.rpartition(".")[::2], rng) for part in (name[2:-2].split("...") if several else [name])]
    inputs = [_place(one["id"], one["property"], rng, valued=True) for one in callback["inputs"]]
    return {
        "output": name,
        "outputs": outputs if several else outputs[0],
        "inputs": inputs,
        "state": [_place(one["id"], one["property"], rng, valued=True) for one in callback["state"]],
        "changedPropIds": [f"{callback['inputs'][0]['id']}.{callback['inputs'][0]['property']}"],
    }


def _place(name: str, prop: str, rng: random.Random, *, valued: bool = False) -> Any:
    def one(given: Any) -> dict[str, Any]:
        pool = ADDRESSES if prop == "pathname" and rng.random() < 0.5 else VALUES  # else the router is hardly reached
        return {"id": given, "property": prop, **({"value": copy.deepcopy(rng.choice(pool))} if valued else {})}

    if not name.startswith("{"):
        return one(name)
    pattern = json.loads(name)
    if not any(isinstance(part, list) for part in pattern.values()):
        return one(pattern)
    made = [
        {key: rng.choice(("map", "age", 1, "x")) if isinstance(part, list) else part for key, part in pattern.items()}
        for _number in range(rng.randrange(0, 4))
    ]
    return [one(part) for part in made]


def _spoil(body: dict[str, Any], rng: random.Random) -> None:
    """Change one thing, wherever it stands."""
    way = rng.randrange(6)
    parts = [body, *(part for value in body.values() if isinstance(value, list) for part in value)]
    holders = [part for part in parts if isinstance(part, dict) and part]
    if not holders:
        return
    holder = rng.choice(holders)
    key = rng.choice(list(holder))
    if way == 0:
        del holder[key]
    elif way == 1 and isinstance(holder[key], list):
        holder[key] = holder[key][:-1]
    elif way == 2 and isinstance(holder[key], list):
        holder[key] = [*holder[key], copy.deepcopy(rng.choice(VALUES))]
    elif way == 3 and isinstance(holder[key], str):
        holder[key] = holder[key] + rng.choice((".", "@", "x", "..", '{"a":'))
    else:
        holder[key] = copy.deepcopy(rng.choice(VALUES))
