"""What is started, on which ports, with which settings."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.errors import ExposureError, StoreError, UsageError
from pipeline.serving import serve
from pipeline.serving.programs import dashboard_program, free_port, mlflow_program, programs
from pipeline.settings import PACKAGES, Settings


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_gives_way_to_the_next_free_one(taken: int) -> None:
    found = free_port("127.0.0.1", taken)

    assert taken < found < taken + 20


def test_a_port_promised_to_the_other_server_is_left_out() -> None:
    first = free_port("127.0.0.1", 18_000)

    assert free_port("127.0.0.1", first, avoid={first}) > first


def test_an_address_that_is_not_of_this_machine_is_an_error_in_words() -> None:
    with pytest.raises(UsageError, match=r"no port is free on 192\.0\.2\.1.*KORZINA_HOST"):
        free_port("192.0.2.1", 8050)


def test_settings_survive_the_way_through_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path, experiment="my shop", port=9000, poll_seconds=1.5, log_level="debug")
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)

    assert Settings() == settings


def test_the_dashboard_is_told_the_port_that_was_found(taken: int) -> None:
    program = dashboard_program(Settings(port=taken))

    assert program.environment["KORZINA_PORT"] == str(program.port) != str(taken)
    assert program.command[-2:] == (f"127.0.0.1:{program.port}", "dashapp.wsgi:server")


def test_the_dashboard_is_announced_under_its_prefix() -> None:
    assert dashboard_program(Settings(url_prefix="/korzina")).address.endswith("/korzina/")
    assert not dashboard_program(Settings()).address.endswith("/")


def test_the_procfile_starts_what_serve_starts() -> None:
    lines = (PACKAGES / "Procfile").read_text("utf-8").splitlines()
    web = next(line.removeprefix("web: ").split() for line in lines if line.startswith("web: "))

    python, module, *command = dashboard_program(Settings()).command
    assert (python, module) == (sys.executable, "-m")
    assert [*command[:-3], command[-1]] == web  # without --bind


def test_servers_start_where_no_module_of_a_reader_lies(tmp_path: Path) -> None:
    for program in (dashboard_program(Settings(home=tmp_path)), mlflow_program(Settings(home=tmp_path))):
        assert program.folder == PACKAGES


def test_a_dashboard_that_anybody_could_reach_is_not_started(tmp_path: Path) -> None:
    said: list[str] = []

    with pytest.raises(ExposureError, match="KORZINA_AUTH=proxy"):
        serve(Settings(home=tmp_path, host="0.0.0.0"), dashboard=True, mlflow_ui=False, announce=said.append)
    assert said == []


def test_a_dashboard_open_to_the_network_is_announced_with_an_address_that_a_browser_can_open() -> None:
    program = dashboard_program(Settings(host="0.0.0.0"))

    assert program.command[-2].startswith("0.0.0.0:")
    assert program.address == f"http://127.0.0.1:{program.port}"


def test_the_ui_stays_on_this_machine_and_keeps_passwords_off_the_process_list() -> None:
    program = mlflow_program(Settings(host="0.0.0.0", tracking_uri="postgresql+psycopg://korzina:secret@db/korzina"))

    assert program.host == "127.0.0.1"
    assert "secret" not in " ".join(program.command)
    assert "secret" in program.environment["MLFLOW_BACKEND_STORE_URI"]


def test_the_ui_does_not_make_an_empty_store_where_the_path_is_mistyped(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store at"):
        serve(Settings(home=tmp_path / "mlrusn"), dashboard=False, mlflow_ui=True, announce=lambda _line: None)

    assert not (tmp_path / "mlrusn").exists()


def test_nothing_to_serve_is_a_wrong_call() -> None:
    with pytest.raises(UsageError, match="nothing to serve"):
        serve(Settings(), dashboard=False, mlflow_ui=False, announce=lambda _line: None)


def test_the_ui_is_announced_with_the_page_that_shows_the_runs(tmp_path: Path) -> None:
    page = "/#/experiments/1/runs?workflowType=machine_learning"
    program = mlflow_program(Settings(home=tmp_path), page=page)

    assert program.address == f"http://127.0.0.1:{program.port}{page}"


def test_the_dashboard_knows_the_ui_beside_it(tmp_path: Path, taken: int) -> None:
    settings = Settings(home=tmp_path, mlflow_port=taken)
    dashboard, ui = programs(settings, "/#/experiments/1", dashboard=True, mlflow_ui=True)

    assert dashboard.environment["KORZINA_MLFLOW_URL"] == f"http://127.0.0.1:{ui.port}"
    assert ui.port not in (taken, dashboard.port)


def test_an_operator_s_address_of_the_ui_is_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, mlflow_url="https://mlflow.example/")
    dashboard, _ui = programs(settings, "", dashboard=True, mlflow_ui=True)
    (alone,) = programs(settings, "", dashboard=True, mlflow_ui=False)

    for program in (dashboard, alone):
        assert program.environment["KORZINA_MLFLOW_URL"] == "https://mlflow.example/"


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({}, ""),
        ({"mlflow_url": "http://127.0.0.1:5001/"}, "http://127.0.0.1:5001"),
        ({"tracking_uri": "https://anna:secret@mlflow.example/base"}, "https://mlflow.example/base"),
        ({"tracking_uri": "postgresql+psycopg://anna:secret@db/korzina"}, ""),
    ],
)
def test_address_of_mlflow_s_pages(settings: dict[str, str], address: str) -> None:
    assert Settings(**settings).mlflow_pages == address  # type: ignore[arg-type]


def test_a_tracking_server_s_own_ui_is_named_without_its_password() -> None:
    said: list[str] = []
    settings = Settings(tracking_uri="https://anna:secret@mlflow.example")

    with pytest.raises(StoreError, match=r"a UI of its own: https://mlflow\.example/#/experiments/7"):
        serve(settings, dashboard=False, mlflow_ui=True, announce=said.append, page="/#/experiments/7")
    assert said == []
