"""Who may change something from a page: a browser on this machine, from our own page, where the setting allows it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient

from dashapp import ids as shared
from dashapp.app import create_app
from dashapp.data import SegmentationData
from dashapp.pages import compare, segment
from dashapp.pages.compare import ids, promotion
from dashapp.pages.segment import ids as segment_ids
from pipeline.settings import Settings, is_loopback
from pipeline.store import Store

OWN = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
Served = tuple[FlaskClient, Store]


@pytest.fixture
def serve(saved: Settings, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """The app over a copy of a real store, under given settings."""
    home = tmp_path / "store"
    shutil.copytree(saved.home, home)

    def start(**settings: Any) -> Served:
        chosen = Settings(**{"home": home, "poll_seconds": 0.01, "curate": True, **settings})
        store = Store.open(chosen)
        dash.page_registry.clear()
        client = create_app(SegmentationData(lambda: store, chosen)).server.test_client()
        client.get("/")
        return client, store

    yield start
    dash.page_registry.clear()


def value(name: str, prop: str, content: object) -> dict[str, Any]:
    return {"id": name, "property": prop, "value": content}


def press(
    served: Served,
    pending: object = None,
    *,
    k: int = 4,
    who: object = "anna",
    reason: object = "clearer",
    headers: dict[str, str] | None = None,
    address: str = "127.0.0.1",
    wanted: object = None,
    status: int = 200,
) -> str:
    client, store = served
    runs = {run.k: run.run_id for run in store.runs()}
    origin = {"run": runs[3], "experiment": "sample", "link": "", "champion": runs[3]}
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": f"..{ids.OUTCOME}.children...{ids.CHANGED}.data..",
            "outputs": [{"id": ids.OUTCOME, "property": "children"}, {"id": ids.CHANGED, "property": "data"}],
            "inputs": [value(ids.CONFIRMED, "n_clicks", 1)],
            "state": [
                value(ids.PENDING, "data", pending or wanted or runs[k][:12]),
                value(ids.WHO, "value", who),
                value(ids.REASON, "value", reason),
                value(shared.PAGE, "data", origin),
            ],
            "changedPropIds": [f"{ids.CONFIRMED}.n_clicks"],
        },
        headers=OWN if headers is None else headers,
        environ_overrides={"REMOTE_ADDR": address},
    )
    assert answer.status_code == status, answer.data[:500]
    return str(answer.get_data(as_text=True))


def moves(served: Served) -> list[tuple[object, ...]]:
    return [(move.action, move.who, move.reason, move.k) for move in served[1].history("sample")[1:]]


def test_promote_and_roll_back_with_their_reasons(serve: Callable[..., Served]) -> None:
    served = serve()

    first = press(served)
    second = press(served, promotion.BACK, who=" boris ", reason="worse")

    assert "In use now: 4 segments" in first
    assert "In use now: 3 segments" in second
    assert moves(served) == [("promote", "anna", "clearer", 4), ("rollback", "boris", "worse", 3)]


def ask(served: Served, button: str, *, k: int = 4, reason: object = "clearer", wanted: object = None) -> str:
    client, store = served
    runs = {run.k: run.run_id for run in store.runs()}
    places = [(ids.CONFIRM, "hidden"), (ids.CONSEQUENCES, "children"), (ids.PENDING, "data"), (ids.OUTCOME, "children")]
    output = next(
        one["output"]
        for one in client.get("/_dash-dependencies").get_json()
        if one["output"].startswith(f"..{ids.CONFIRM}.hidden")
    )
    outcome = output.strip(".").split("...")[-1].removeprefix(f"{ids.OUTCOME}.")
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": output,
            "outputs": [
                *({"id": one, "property": prop} for one, prop in places[:3]),
                {"id": ids.OUTCOME, "property": outcome},
            ],
            "inputs": [
                value(one, "n_clicks", 1 if one == button else None) for one in (ids.PROMOTE, ids.ROLLBACK, ids.CANCEL)
            ],
            "state": [
                value(ids.PROMOTED, "value", runs[k][:12] if wanted is None else wanted),
                value(ids.WHO, "value", "anna"),
                value(ids.REASON, "value", reason),
                value(shared.PAGE, "data", {"run": runs[3]}),
            ],
            "changedPropIds": [f"{button}.n_clicks"],
        },
        headers=OWN,
    )
    assert answer.status_code == 200, answer.data[:500]
    return str(answer.get_data(as_text=True))


def test_before_anything_changes_the_page_says_from_what_to_what(serve: Callable[..., Served]) -> None:
    served = serve()

    asked, cancelled = ask(served, ids.PROMOTE), ask(served, ids.CANCEL)

    assert "From 3 to 4 segments, for everybody" in asked
    assert '"hidden":false' in asked
    assert '"hidden":true' in cancelled
    assert "in use before" in ask(served, ids.ROLLBACK)
    assert moves(served) == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"wanted": ""}, "Choose a run first."),
        ({"k": 3}, "in use already"),
        ({"wanted": "gone99"}, "not in the store"),
        ({"reason": " "}, "Say who you are and why"),
    ],
)
def test_no_step_follows_where_something_is_lacking(
    serve: Callable[..., Served], sent: dict[str, Any], said: str
) -> None:
    answer = ask(serve(), ids.PROMOTE, **sent)

    assert said in answer
    assert '"hidden":true' in answer


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        (OWN, "192.0.2.7", 403),
        (OWN, "", 200),
        ({**OWN, "X-Forwarded-For": "192.0.2.7"}, "127.0.0.1", 200),
        ({**OWN, "Forwarded": "for=192.0.2.7"}, "127.0.0.1", 200),
        ({**OWN, "X-Real-IP": "127.0.0.1"}, "127.0.0.1", 200),
        ({"Origin": "http://evil.example"}, "127.0.0.1", 403),
        ({"Origin": "null"}, "127.0.0.1", 403),
        ({}, "127.0.0.1", 200),
        ({**OWN, "Sec-Fetch-Site": "cross-site"}, "127.0.0.1", 403),
        ({"Origin": "http://localhost:81"}, "127.0.0.1", 403),  # another program's page on this machine
        # a name that resolves to this machine
        ({"Origin": "http://evil.example", "Host": "evil.example"}, "127.0.0.1", 421),
    ],
)
def test_the_server_refuses_what_does_not_come_from_its_own_page_on_its_own_machine(
    serve: Callable[..., Served], headers: dict[str, str], address: str, status: int
) -> None:
    """With 403 and 421 at the door; what passes there, in words on the page."""
    served = serve()

    answer = press(served, headers=headers, address=address, status=status)

    assert status != 200 or "Nothing was changed." in answer
    assert moves(served) == []


@pytest.mark.parametrize("settings", [{"curate": False}, {"host": "0.0.0.0"}, {"host": "192.0.2.7"}])
def test_a_forged_callback_is_refused_where_the_page_shows_no_controls(
    serve: Callable[..., Served], settings: dict[str, Any]
) -> None:
    served = serve(**settings)

    assert "Nothing was changed." in press(served)
    assert moves(served) == []


def test_where_nothing_can_be_changed_only_what_the_command_line_has_is_promised_of_it(saved: Settings) -> None:
    """Promoting is a command, naming a segment is none."""
    data = SegmentationData(lambda: Store.open(saved), saved)
    compare_page, segment_page = str(compare.PAGE.drawn(data)), str(segment.PAGE.drawn(data))

    assert "KORZINA_CURATE=true" in compare_page
    assert "KORZINA_CURATE=true" in segment_page
    assert "command line" in compare_page
    assert "command line" not in segment_page


@pytest.mark.parametrize(
    "sent",
    [
        {"who": ""},
        {"reason": "  "},
        {"who": None},
        {"reason": ["x"]},
        {"wanted": "gone"},
        {"wanted": {"a": 1}},
        {"wanted": ""},
    ],
)
def test_without_name_reason_or_run_nothing_changes(serve: Callable[..., Served], sent: dict[str, Any]) -> None:
    served = serve()

    press(served, **({"wanted": " "} if sent == {"wanted": ""} else sent))

    assert moves(served) == []


def write(
    served: Served,
    *,
    name: object = None,
    note: object = "",
    number: object = 0,
    who: object = "anna",
    headers: dict[str, str] | None = None,
    status: int = 200,
) -> str:
    client, store = served
    run = next(run.run_id for run in store.runs() if run.k == 3)
    places = [
        (segment_ids.SAVED, "children"),
        (segment_ids.NOTES, "children"),
        (segment_ids.NOTE, "value"),
        (segment_ids.RENAMED, "data"),
    ]
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": ".." + "...".join(f"{one}.{prop}" for one, prop in places) + "..",
            "outputs": [{"id": one, "property": prop} for one, prop in places],
            "inputs": [value(segment_ids.SAVE, "n_clicks", 1)],
            "state": [
                value(segment_ids.NAME, "value", name),
                value(segment_ids.NOTE, "value", note),
                value(segment_ids.WHO, "value", who),
                value(segment_ids.NUMBER, "data", number),
                value(shared.PAGE, "data", {"run": run}),
            ],
            "changedPropIds": [f"{segment_ids.SAVE}.n_clicks"],
        },
        headers=OWN if headers is None else headers,
    )
    assert answer.status_code == status, answer.data[:500]
    return str(answer.get_data(as_text=True))


def test_a_name_and_a_note_are_kept_and_told(serve: Callable[..., Served]) -> None:
    served = serve()

    said = write(served, name="Our best", note="They like <b>wine</b>.")

    assert "Saved." in said
    assert "Our best" in said
    assert [(one.name, one.note, one.who) for one in served[1].annotations("sample")] == [
        ("Our best", "They like <b>wine</b>.", "anna")
    ]


@pytest.mark.parametrize(
    "sent",
    [
        {"number": 99},
        {"number": "0"},
        {"note": ["x"]},
        {"who": ""},
        {"note": "x" * 2001},
        {"name": "x" * 81},
    ],
)
def test_nothing_is_written_for_a_stranger_or_for_nonsense(serve: Callable[..., Served], sent: dict[str, Any]) -> None:
    served = serve()

    assert "Nothing was saved." in write(served, **({"note": "x"} | sent))
    assert served[1].annotations("sample") == ()


def test_nothing_is_written_for_a_page_of_another_site(serve: Callable[..., Served]) -> None:
    served = serve()

    write(served, note="x", headers={"Origin": "http://evil.example"}, status=403)

    assert served[1].annotations("sample") == ()


def test_another_process_s_name_is_seen_within_a_moment(serve: Callable[..., Served], saved: Settings) -> None:
    _client, store = serve()
    data = SegmentationData(lambda: store, Settings(poll_seconds=0.01))
    run = next(run.run_id for run in store.runs() if run.k == 3)
    before = data.run(run).segmentation.cards[0]

    store.annotate(run, before.key, who="anna", name="Written elsewhere")
    data.champions(max_age=0.0)

    assert data.run(run).segmentation.cards[0].name == "Written elsewhere"


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("127.3.2.1", True),
        ("0.0.0.0", False),
        ("192.0.2.7", False),
        ("", False),
        ("localhost.evil.example", False),
        ("::", False),
    ],
)
def test_what_counts_as_this_machine(host: str, near: bool) -> None:
    assert is_loopback(host) is near
