"""A served dashboard that people sign in to, attacked from outside: routes, headers, sessions, redirects, guesses."""

from __future__ import annotations

import http.client
import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from pipeline.accounts import AccountDatabase, Users
from pipeline.settings import Settings
from pipeline.store import Store
from tests.soak.load import Server, gunicorn
from tests.soak.test_redeploy import page_of
from tests.support import make_training, save_training

KEY, PASSWORD = "k7Qm2Zr9Tn4Vx8Lp1Wd6Ys3Bf5Hc0Jg_aa11", "correct horse battery staple 9"
SESSION = "__Host-korzina"
ELSEWHERE = (
    "//evil.example", "https://evil.example", "/\\evil.example", "/%5Cevil.example", "/\t/evil.example",
    "///evil.example", "javascript:alert(1)", "/.//evil.example", "/..//evil.example", "/@evil.example",
    "/\r\nLocation: //evil.example",
    "/%0d%0aSet-Cookie:x=1", "https:evil.example", "/\x00//evil.example", "/．．/evil.example", "http:///evil.example",
)  # fmt: skip
PATHS = (
    "/customers.csv", "/customers.xlsx", "/customers.txt", "/customers.csv/", "//customers.csv", "/customers.csv;x",
    "/./customers.csv", "/x/../customers.csv", "/%63ustomers.csv", "/customers%2ecsv", "/CUSTOMERS.CSV", "/metrics",
    "/customers.csv%00", "/customers.csv%20", "/customers.csv?run=0123", "/audit", "/data", "/compare", "/score",
    "/campaigns", "/_dash-layout", "/_dash-dependencies", "/report", "/account", "/healthz/../customers.csv",
    "/sign-in/../customers.csv", "/sign-in.js/../../customers.csv", "/assets/../customers.csv", "/_mcp",
    "/static/../customers.csv", "/assets/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2fetc/passwd",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PROPFIND")
PRETENCES: tuple[dict[str, str], ...] = (
    {"X-Original-URL": "/customers.csv"},
    {"X-Rewrite-URL": "/customers.csv"},
    {"X-Forwarded-User": "analyst", "X-Forwarded-Groups": "analyst"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Prefix": "/customers.csv"},
    {"X-Forwarded-Host": "evil.example"},
    {"X-HTTP-Method-Override": "POST"},
    {"X-Korzina-Proxy-Secret": KEY},
    {"Authorization": "Basic YW5hbHlzdDp4"},
    {"Forwarded": "for=127.0.0.1;host=evil.example"},
    {"SCRIPT_NAME": "/healthz"},
)
FOREIGN: tuple[tuple[dict[str, str], tuple[int, ...]], ...] = (  # what a callback carries, and how it is answered
    ({}, (200,)),
    ({"X-CSRFToken": ""}, (403,)),
    ({"X-CSRFToken": "0" * 64}, (403,)),
    ({"Origin": "https://evil.example"}, (403,)),
    ({"Origin": "null"}, (403,)),
    ({"Origin": "http://127.0.0.1:1"}, (403,)),
    ({"Sec-Fetch-Site": "cross-site"}, (403,)),
    ({"Sec-Fetch-Site": "same-site"}, (403,)),
    ({"Host": "evil.example"}, (421,)),
    ({"Host": "127.0.0.1.evil.example"}, (421,)),
    ({"Host": "localhost@evil.example"}, (400, 421)),
    ({"Host": ""}, (400, 421)),
    ({"Content-Type": "text/plain"}, (400, 403)),
)
OPEN = ("/sign-in", "/healthz", "/metrics", "/_mcp")


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    content: bytes


@dataclass
class Browser:
    """Cookies, and nothing that a browser would refuse to send."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | headers
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            found = Answer(answer.status, answer.headers, answer.read())
        for cookie in found.headers.get_all("Set-Cookie") or []:
            name, _sign, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return found

    def sign_in(self, name: str, password: str = PASSWORD, wanted: str = "/", **headers: str) -> Answer:
        shown = self.ask("GET", "/sign-in")
        token = re.search(rb'name="csrf" value="(\w+)"', shown.content)
        assert token, shown
        form = {"csrf": token[1].decode(), "name": name, "password": password, "next": wanted}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", "/sign-in", urlencode(form).encode(), **kind, **headers)

    def callback(self, path: str, search: str = "", **headers: str) -> Answer:
        body = json.loads(page_of())
        body["inputs"][0]["value"], body["inputs"][1]["value"] = path, search
        token = {"X-CSRFToken": self.cookies.get("korzina-csrf", ""), "Content-Type": "application/json"}
        return self.ask("POST", "/_dash-update-component", json.dumps(body).encode(), **token | headers)


@dataclass(frozen=True)
class Door:
    server: Server
    users: Users
    others: str  # a run that is not in use

    def browser(self) -> Browser:
        return Browser(self.server.port)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("door")
    settings = Settings(home=folder / "home", tracking_uri="", auth="password", secret_key=KEY)
    saved = save_training(make_training(300), settings)
    Store.open(settings).promote(saved.run_ids[3], reason="test", who="test")
    users = Users(AccountDatabase(settings.accounts))
    for name in ("viewer", "marketer", "analyst", "guessed"):
        users.add(name, "viewer" if name == "guessed" else name, PASSWORD)
    with gunicorn(settings, folder, KORZINA_AUTH="password", KORZINA_SECRET_KEY=KEY) as server:
        yield Door(server, users, saved.run_ids[2])
        log = server.log.read_text()
    assert "Traceback" not in log
    assert PASSWORD not in log
    assert KEY not in log


def test_signing_in_leads_nowhere_else(door: Door) -> None:
    own = f"127.0.0.1:{door.server.port}"
    for wanted in ELSEWHERE:
        answer = door.browser().sign_in("viewer", wanted=wanted)
        assert answer.status == 303, wanted
        assert urlsplit(urljoin(f"http://{own}/sign-in", answer.headers["Location"])).netloc == own, wanted
        assert "x" not in [cookie[:1] for cookie in answer.headers.get_all("Set-Cookie") or []]


def test_no_route_and_no_header_lets_a_stranger_or_a_viewer_further(door: Door, tell: Callable[[str], None]) -> None:
    stranger, viewer = door.browser(), door.browser()
    viewer.sign_in("viewer")
    tried = [(path, method, {}) for path, method in itertools.product(PATHS, METHODS)]
    tried += [(path, "GET", headers) for path, headers in itertools.product(PATHS, PRETENCES)]
    for path, method, headers in tried:
        for browser in (stranger, viewer):
            answer = browser.ask(method, path, **headers)
            case = (path, method, headers, browser is viewer, answer.status)
            assert answer.status < 500, case
            assert b"Traceback" not in answer.content, case
            kind = answer.headers.get("Content-Type", "")
            assert "csv" not in kind, case
            assert "spreadsheet" not in kind, case
            assert "evil" not in answer.headers.get("Location", ""), case
            if browser is stranger and answer.status == 200:
                assert path.startswith(OPEN) or method == "OPTIONS", case
    tell(f"{2 * len(tried)} requests: no rows, nothing open")


@pytest.mark.parametrize("path", ["/compare", "/data", "/campaigns", "/score", "/audit"])
def test_a_viewer_is_drawn_no_page_of_others(path: str, door: Door) -> None:
    viewer = door.browser()
    viewer.sign_in("viewer")

    answer = viewer.callback(path)

    assert b"not part of your role" in answer.content or b"does not include" in answer.content


def test_a_callback_comes_from_our_own_page(door: Door) -> None:
    viewer = door.browser()
    viewer.sign_in("viewer")
    for headers, statuses in FOREIGN:
        assert viewer.callback("/", **headers).status in statuses, headers
    assert b"k-segment-card" in viewer.callback("/").content
    assert b"not in use" in viewer.callback("/", f"?run={door.others}").content


def test_sessions_are_not_chosen_and_end_at_once(door: Door) -> None:
    fixed, marketer, analyst = Browser(door.server.port, {SESSION: "f" * 43}), door.browser(), door.browser()
    fixed.sign_in("viewer")
    first = fixed.cookies[SESSION]
    assert first != "f" * 43
    fixed.sign_in("viewer")
    assert Browser(door.server.port, {SESSION: first}).ask("GET", "/account").status == 303
    marketer.sign_in("marketer")
    analyst.sign_in("analyst")
    assert [browser.ask("GET", "/customers.csv").status for browser in (marketer, analyst)] == [200, 200]

    door.users.disable("marketer")
    door.users.give_role("analyst", "viewer")

    assert [browser.ask("GET", "/customers.csv").status for browser in (marketer, analyst)] == [303, 403]


def test_guesses_under_other_addresses_count_all_the_same(door: Door) -> None:
    """Nobody is a proxy here, so what a browser says of its address is nothing."""
    spoofed = [{"X-Forwarded-For": f"10.1.{number}.1"} for number in range(8)]
    found = [door.browser().sign_in("guessed", "wrong", **headers).status for headers in spoofed]

    assert set(found[:5]) <= {401, 429}
    assert set(found[5:]) == {429}
