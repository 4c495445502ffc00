"""What gunicorn is told: the settings, read anew by each process that is configured by them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.command_support import environment

NAMES = ("bind", "workers", "threads", "accesslog", "loglevel", "forwarder_headers")
ALWAYS = {
    "accesslog": None,  # the lines of requests are ours, without queries
    "forwarder_headers": "",  # no header SCRIPT_NAME makes another path of /healthz
}
CODE = f"import json, dashapp.gunicorn_conf as c; print(json.dumps({{name: getattr(c, name) for name in {NAMES}}}))"


def configured(**settings: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment(**settings), capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def test_by_default_two_workers_listen_on_the_loopback_address_and_log_no_request() -> None:
    expected = {"bind": "127.0.0.1:8050", "workers": 2, "threads": 16, "loglevel": "info"}

    assert configured() == expected | ALWAYS


def test_every_setting_is_obeyed() -> None:
    found = configured(
        KORZINA_HOST="::1",
        KORZINA_PORT="8100",
        KORZINA_WORKERS="3",
        KORZINA_THREADS="5",
        KORZINA_ACCESS_LOG="1",
        KORZINA_LOG_LEVEL="warning",
    )

    assert found == {"bind": "[::1]:8100", "workers": 3, "threads": 5, "loglevel": "warning"} | ALWAYS


@pytest.mark.parametrize(("own", "port"), [("", "8200"), ("8100", "8100")])
def test_a_platforms_port_gives_way_to_one_of_our_own(own: str, port: str) -> None:
    settings = {"KORZINA_PORT": own} if own else {}

    assert configured(PORT="8200", **settings)["bind"] == f"127.0.0.1:{port}"


SECRET = "k7Qm2Zr9Tn4Vx8Lp1Wd6Ys3Bf5Hc0Jg_"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"KORZINA_HOST": "0.0.0.0"}, "KORZINA_AUTH=password"),
        ({"KORZINA_HOST": "::"}, "KORZINA_AUTH=password"),
        ({"KORZINA_AUTH": "proxy"}, "KORZINA_PROXY_SECRET"),
        ({"KORZINA_AUTH": "nobody"}, "KORZINA_AUTH: one of"),
        ({"KORZINA_WORKERS": "many"}, "KORZINA_WORKERS: a whole number"),
        ({"KORZINA_PROXY_ADDRESSES": "0.0.0.0/0"}, "the addresses of the proxy"),
    ],
)
def test_where_anybody_could_look_the_server_does_not_start(settings: dict[str, str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "python:dashapp.gunicorn_conf", "dashapp.wsgi:server"],
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 78
    assert said in done.stderr
    assert "What to do" in done.stderr
    assert "Traceback" not in done.stderr
    assert "pydantic" not in done.stderr


def test_behind_a_proxy_that_signs_people_in_it_may_be_reached() -> None:
    settings = {
        "KORZINA_HOST": "0.0.0.0",
        "KORZINA_AUTH": "proxy",
        "KORZINA_PROXY_ADDRESSES": "10.0.0.2",
        "KORZINA_PROXY_SECRET": SECRET,
        "KORZINA_ALLOWED_HOSTS": "shop.example",
    }

    assert configured(**settings)["bind"] == "0.0.0.0:8050"


DOUBLED = """
import json, logging, sys
from types import SimpleNamespace as Some
import dashapp.gunicorn_conf as c
request = Some(headers=[tuple(one) for one in json.loads(sys.argv[1])])
c.pre_request(Some(log=logging.getLogger("x")), request)
print(json.dumps(request.headers))
"""


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        (["X-FORWARDED-USER", "X-FORWARDED-GROUPS", "ACCEPT", "ACCEPT"], [0, 1, 2, 3]),
        (["X-FORWARDED-USER", "X-FORWARDED-GROUPS", "X-FORWARDED-GROUPS"], [0]),
        (["x-forwarded-groups", "X-FORWARDED-USER", "X-Forwarded-Groups"], [1]),
        (["X-FORWARDED-USER", "X-FORWARDED-USER", "X-FORWARDED-GROUPS"], [2]),
    ],
)
def test_what_a_proxy_says_twice_of_somebody_is_not_said(sent: list[str], left: list[int]) -> None:
    headers = [[name, str(place)] for place, name in enumerate(sent)]
    proxy = {
        "KORZINA_AUTH": "proxy",
        "KORZINA_PROXY_ADDRESSES": "127.0.0.1",
        "KORZINA_PROXY_SECRET": "8f3a1c5e9b7d2046a8c1e3f5079b2d4c6e81",
        "KORZINA_ALLOWED_HOSTS": "tools.example",
    }
    command = [sys.executable, "-c", DOUBLED, json.dumps(headers)]
    done = subprocess.run(command, env=environment(**proxy), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [headers[place] for place in left]
