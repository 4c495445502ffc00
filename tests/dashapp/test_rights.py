"""The table of rights: nothing is missing from it, and what it does not give is refused."""

from __future__ import annotations

import inspect
import json
import re
import runpy
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import dash
import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashapp.access import ForbiddenError, PageRights, ReadersData, Rights, rights
from dashapp.access.door import Door
from dashapp.app import create_app
from dashapp.data import SegmentationData
from dashapp.pages import PAGES
from dashapp.reader import LOCAL, NOBODY, Reader, let_in
from pipeline.errors import StoreError
from pipeline.settings import READER_ROLES, ReaderRole


def door_of(app: dash.Dash) -> Door:
    """The one that stands before the app."""
    doors = (getattr(step, "__self__", None) for step in app.server.before_request_funcs[None])
    return next(door for door in doors if isinstance(door, Door))


def table_of(app: dash.Dash) -> Rights:
    """The rights that its door asks."""
    return door_of(app).rights


ROOT = Path(__file__).parents[2]
SIGNING = {"/sign-in", "/sign-in.js", "/sign-in/start", "/sign-in/back", "/sign-out", "/account"}


def test_every_route_and_every_output_is_in_the_table_and_nothing_else(app: dash.Dash) -> None:
    app.server.test_client().get("/")
    rules = [rule.rule for rule in app.server.url_map.iter_rules()]
    outputs = {output for callback in app.callback_map for output in rights.outputs_in(callback)}

    assert table_of(app).missing(rules, app.callback_map) == []
    assert rights.ROUTES.keys() - set(rules) == SIGNING
    assert table_of(app).outputs.keys() == outputs
    assert table_of(app).pages.keys() == {page.name for page in PAGES} | {"not_found_404"}


def test_what_is_added_without_an_entry_is_named() -> None:
    assert Rights().missing(["/healthz", "/new"], ["url.search@1f", "..new.children@2...chips.children.."]) == [
        "/new",
        "new.children",
    ]


def test_each_role_may_what_those_before_it_may() -> None:
    for before, role in pairwise(READER_ROLES):
        held = {least for least in READER_ROLES if Reader("x", before).has(least)}
        assert held < {least for least in READER_ROLES if Reader("x", role).has(least)}
    assert not any(NOBODY.has(role) for role in READER_ROLES)


@pytest.fixture
def clients(data: SegmentationData) -> Iterator[dict[str, FlaskClient]]:
    """The same app, asked by each role."""
    dash.page_registry.clear()
    app = create_app(data)
    current: list[Reader] = [NOBODY]
    doors = app.server.before_request_funcs[None]
    place = doors.index(door_of(app).admit)
    doors[place] = replace(door_of(app), recognise=lambda: current[0]).admit

    class As(FlaskClient):
        who: Reader = NOBODY

        def open(self, *args, **kwargs):  # type: ignore[no-untyped-def]
            current[0] = self.who
            return super().open(*args, **kwargs)

    app.server.test_client_class = As
    made = {}
    for role in (None, *READER_ROLES):
        made[str(role)] = client = app.server.test_client()
        client.who = Reader("anna", role) if role else NOBODY  # type: ignore[attr-defined]
    made["viewer"].get("/")
    yield made
    dash.page_registry.clear()


def reached(status: int) -> bool:
    return status not in (401, 403)


@pytest.mark.parametrize("role", [None, *READER_ROLES])
def test_a_role_reaches_the_routes_that_the_table_gives_it_and_no_others(
    clients: dict[str, FlaskClient], role: ReaderRole | None
) -> None:
    who = Reader("anna", role)
    for rule, least in rights.ROUTES.items():
        if "<" in rule or rule == "/_dash-update-component" or rule.startswith(("/sign-", "/account")):
            continue
        expected = least in ("anybody", "operator") or who.has(least)  # type: ignore[arg-type]
        with clients[str(role)].get(rule) as answer:
            assert reached(answer.status_code) is expected, rule


@pytest.mark.parametrize("role", [None, *READER_ROLES])
def test_a_role_reaches_the_callbacks_that_the_table_gives_it_and_no_others(
    app: dash.Dash, clients: dict[str, FlaskClient], role: ReaderRole | None
) -> None:
    client, who = clients[str(role)], Reader("anna", role)
    assert len(table_of(app).outputs) > 100
    for output, least in table_of(app).outputs.items():
        for callback in (output, f"..{output}..", f"..url.search@0a...{output}@1b.."):
            answer = client.post("/_dash-update-component", json={"output": callback, "inputs": [], "state": []})
            assert answer.status_code in ((401,) if role is None else (403,)) or who.has(least), callback


@pytest.mark.parametrize("body", [None, [], {}, {"output": 3}, {"output": ["url.search"]}, {"output": ""}, "x"])
def test_a_callback_that_names_no_output_is_refused(clients: dict[str, FlaskClient], body: object) -> None:
    assert clients["analyst"].post("/_dash-update-component", data=json.dumps(body)).status_code == 403


def test_what_is_not_in_the_table_is_refused_to_everybody_who_signed_in() -> None:
    server = Flask("other")
    server.add_url_rule("/new", "new", lambda: "secret")
    current = [Reader("anna", "analyst")]
    Door(lambda: current[0]).stand(server)

    assert server.test_client().get("/new").status_code == 403
    current[0] = LOCAL
    assert server.test_client().get("/new").text == "secret"


def test_every_method_of_the_data_is_permitted_explicitly() -> None:
    methods = {
        name for name, value in inspect.getmembers(SegmentationData, inspect.isfunction) if not name.startswith("_")
    }

    assert methods == {name for name in vars(ReadersData) if not name.startswith("_")}


def test_a_method_that_nobody_permitted_has_nothing_to_answer_from(data: SegmentationData) -> None:
    assert data._opened().champions()
    with pytest.raises(AttributeError):
        ReadersData(data)._opened()


@pytest.mark.parametrize("role", [None, "viewer", "marketer"])
def test_nobody_below_an_analyst_changes_the_store(data: SegmentationData, role: ReaderRole | None) -> None:
    shown = ReadersData(data)
    with Flask("x").test_request_context("/"):
        let_in(Reader("anna", role))
        for change in (
            lambda: shown.promote("a" * 32, reason="x", who="x"),
            lambda: shown.rollback("sample", reason="x", who="x"),
            lambda: shown.annotate("a" * 32, "sample-1", who="x", note="x"),
        ):
            with pytest.raises(ForbiddenError):
                change()


def test_nobody_sees_nothing(data: SegmentationData) -> None:
    shown = ReadersData(data)
    with Flask("x").test_request_context("/"):  # nobody has been let in
        assert shown.view().run is None
        assert shown.champions().found == ()
        assert shown.asked("") is None
        with pytest.raises(ForbiddenError):
            shown.run(data.view().run.run_id)  # type: ignore[union-attr]


def test_the_page_that_is_sent_first_holds_nothing_of_the_store(clients: dict[str, FlaskClient]) -> None:
    """Dash puts all pages into the first answer, to know their ids: they are drawn without data."""
    page = clients["viewer"].get("/").text

    assert "korzina" in page
    assert "sample-1" not in page
    assert "Data are as of" not in page


def test_a_page_above_the_role_says_so(data: SegmentationData) -> None:
    shown = ReadersData(data)
    drawn = {}
    for role in READER_ROLES:
        with Flask("x").test_request_context("/"):
            let_in(Reader("anna", role))
            drawn[role] = {page.name for page in PAGES if "not part of your role" not in str(page.drawn(shown))}

    for role, names in drawn.items():
        assert names == {page.name for page in PAGES if Reader("anna", role).has(page.rights.least)}
    assert drawn["viewer"] >= {"overview", "explore", "segment", "baskets"}
    assert drawn["marketer"] - drawn["viewer"] >= {"campaigns", "compare", "data"}
    assert drawn["analyst"] - drawn["marketer"] >= {"score", "audit"}


def test_in_local_mode_the_reader_is_an_analyst(data: SegmentationData) -> None:
    dash.page_registry.clear()
    client = create_app(data).server.test_client()

    assert client.get("/customers.csv").status_code == 200
    dash.page_registry.clear()


def test_the_security_policy_holds_the_same_table() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| (nobody|viewer|marketer|analyst) \| (.*?) \|", text, re.MULTILINE))
    told = {role: set(re.findall(r"`([^`]+)`", cell)) for role, cell in rows.items()}

    assert told["nobody"] == {rule for rule, least in rights.ROUTES.items() if least in ("anybody", "operator")}
    for role in READER_ROLES:
        assert told[role] == {page.name for page in PAGES if page.rights.least == role}


def test_a_page_that_has_moved_is_written_into_the_policy() -> None:
    policy = (ROOT / "SECURITY.md").read_text("utf-8")

    written = runpy.run_path(str(ROOT / "scripts" / "rights.py"))["written"]

    assert "`compare`, `data`" in policy
    assert written(policy.replace("`compare`, `data`", "`data`").replace("pages `baskets`, ", "pages ")) == policy


def test_a_callback_asks_for_the_role_of_its_page_and_for_more_where_the_page_says_so() -> None:
    own = PageRights("marketer", outputs={"change.data": "analyst"}, exports=frozenset({"list.data"}))
    callbacks = ["chart.figure", "..change.data...list.data@0a1b..", "url.search@0a1b"]

    table = Rights().with_page("loyalty", own, callbacks)

    assert table.pages == {"loyalty": "marketer"}
    assert table.outputs == {
        **rights.SHARED,  # the address is everybody's, whoever else writes it
        "chart.figure": "marketer",
        "change.data": "analyst",
        "list.data": "marketer",
    }
    assert "list.data" in table.exports


def test_an_output_of_two_pages_asks_for_the_higher_of_their_roles() -> None:
    first = Rights().with_page("strict", PageRights("analyst"), ["both.children"])
    second = Rights().with_page("free", PageRights("viewer"), ["both.children"])

    assert first.with_page("free", PageRights("viewer"), ["both.children"]).outputs["both.children"] == "analyst"
    assert second.with_page("strict", PageRights("analyst"), ["both.children"]).outputs["both.children"] == "analyst"


@pytest.mark.parametrize(
    "page",
    [PageRights("viewer", outputs={"lst.data": "analyst"}), PageRights("viewer", exports=frozenset({"lst.data"}))],
)
def test_rights_of_an_output_that_the_page_does_not_make_are_a_slip(page: PageRights) -> None:
    with pytest.raises(ValueError, match=r"lst\.data"):
        Rights().with_page("loyalty", page, ["list.data"])


def test_only_analysts_place_customers_whatever_a_page_asks(data: SegmentationData) -> None:
    run = data.view().run
    assert run is not None
    with Flask("x").test_request_context("/"):
        let_in(Reader("mark", "marketer"))
        with pytest.raises(StoreError, match="role"):
            run.score("customers.csv", b"age\n30\n")
