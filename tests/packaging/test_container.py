"""The container: the Dockerfile's steps in an empty Debian, in it compose.yaml's services over PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packaging.dockerfile import Stage, follow
from tests.pipeline.sources_support import program
from tests.support import sample_customers

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "p@ss word/1"  # with the signs that a URI would trip over
SECRET = "k7Qm2Zr9Tn4Vx8Lp1Wd6Ys3Bf5Hc0Jg_"
SECONDS = 120
DASHBOARD, MLFLOW = "http://127.0.0.1:8050", "http://127.0.0.1:5000"  # in the container's own network


@dataclass(frozen=True)
class Machine:
    """The image with a network and processes of its own; whatever runs in it ends with it."""

    stage: Stage
    init: int

    def command(self, *words: str, environment: Mapping[str, str] | None = None, root: bool = False) -> list[str]:
        """The command line that runs ``words`` in the image as its user, with its settings and ``environment``."""
        values = {**self.stage.environment, **(environment or {})}
        user = [] if root else [f"--userspec={self.stage.user}:{self.stage.user}"]
        settings = [f"{name}={value}" for name, value in values.items()]
        enter = ["nsenter", f"--target={self.init}", "--mount", "--net", "--pid"]
        inside = ["env", "--ignore-environment", f"--chdir={self.stage.folder}", *settings, *words]
        return [*enter, "chroot", *user, str(self.stage.root), *inside]

    def run(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*words, **options), capture_output=True, text=True, timeout=600, check=False)

    @contextmanager
    def running(self, *words: str, log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
        """A program in the image for the length of the block."""
        command = self.command(*words, environment=environment)
        with log.open("wb") as file:
            program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
        try:
            yield program
        finally:
            self.run("python3", "-c", "import os, signal; os.kill(-1, signal.SIGTERM)")  # all of this user's
            program.wait(timeout=60)

    def fetch(self, address: str, **headers: str) -> tuple[int, str]:
        """Status and text of a page, asked for from inside."""
        code = (
            "import json, sys, urllib.error as e, urllib.request as w\n"
            "try: r = w.urlopen(w.Request(sys.argv[1], headers=json.loads(sys.argv[2])), timeout=60)\n"
            "except e.HTTPError as error: r = error\n"
            "print(r.status); print(r.read().decode())"
        )
        done = self.run("python3", "-c", code, address, json.dumps(headers))
        assert done.returncode == 0, done.stderr[-1000:]
        status, text = done.stdout.split("\n", 1)
        return int(status), text


def missing() -> str:
    if os.geteuid() != 0:
        return "needs root: chroot and namespaces"
    programs = ("debootstrap", "unshare", "nsenter", "chroot", "ip", "tar", "runuser")
    absent = [name for name in programs if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """What ``docker build`` makes, as a folder."""
    if why := missing():
        if os.environ.get("CI") and os.geteuid() == 0:
            pytest.fail(why)  # where a change is judged the container must be tried
        pytest.skip(why)
    place = tmp_path_factory.mktemp("container")
    try:
        yield follow(ROOT / "Dockerfile", place)
    finally:
        shutil.rmtree(place)


@pytest.fixture(scope="module")
def machine(image: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The image as compose.yaml runs it: read-only but for /data and /tmp, and the name ``database`` in its network."""
    with (image.root / "etc/hosts").open("a", encoding="utf-8") as hosts:
        hosts.write("127.0.0.1 database\n")
    files = tmp_path_factory.mktemp("files")
    sample_customers(300, seed=1).drop(columns="customer").to_csv(files / "customers.csv", index=False)
    for path in (files, files / "customers.csv"):
        path.chmod(path.stat().st_mode | 0o555)  # whoever bind-mounts a folder lets the container's user read it
    (image.root / "files").mkdir()
    root, kept = shlex.quote(str(image.root)), shlex.quote(str(image.root / "data"))
    steps = [
        "ip link set lo up",
        f"mount --bind {root} {root}",
        f"mount --bind {shlex.quote(str(files))} {root}/files",
        f"mount --bind {kept} {kept}",
        f"mount -t tmpfs tmpfs {root}/tmp",
        f"mount -t tmpfs tmpfs {root}/dev",
        f"mknod -m 666 {root}/dev/null c 1 3 && mknod -m 666 {root}/dev/urandom c 1 9",
        f"mkdir {root}/dev/shm && chmod 1777 {root}/dev/shm",
        f"mount -t proc proc {root}/proc",
        f"mount -o remount,bind,ro {root}",
        "echo ready",
        "exec sleep infinity",
    ]
    holder = subprocess.Popen(
        ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-ec", "\n".join(steps)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text("ascii").split()
        yield Machine(image, int(children[0]))
    finally:
        holder.kill()
        holder.communicate()


def compose() -> dict[str, Any]:
    """The services of compose.yaml with its variables filled in: a password, else the defaults."""
    text = (ROOT / "compose.yaml").read_text("utf-8")
    given = {"POSTGRES_PASSWORD": PASSWORD, "KORZINA_PROXY_SECRET": SECRET}

    def fill(match: re.Match[str]) -> str:
        return given.get(match["name"], match["default"] or "")

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(part) for key, part in value.items()}
        if isinstance(value, list):
            return [filled(part) for part in value]
        return (
            re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*)|:\?[^}]*)\}", fill, value)
            if isinstance(value, str)
            else value
        )

    services: dict[str, Any] = filled(yaml.safe_load(text))["services"]
    return services


def environment_of(service: str) -> dict[str, str]:
    """The service's settings; the proxy in front speaks from inside this machine here, from no network of its own."""
    given = {name: str(value) for name, value in compose()[service]["environment"].items()}
    return given | ({"KORZINA_PROXY_ADDRESSES": "127.0.0.1"} if "KORZINA_PROXY_ADDRESSES" in given else {})


def soon(what: str, check: Callable[[], bool], program: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until ``check`` holds; fail where ``program`` has ended, or it takes too long."""
    deadline = time.monotonic() + SECONDS
    while not check():
        said = log.read_text("utf-8", "replace")[-3000:]
        assert program.poll() is None, f"{what}: ended, code {program.returncode}\n{said}"
        assert time.monotonic() < deadline, f"{what}: not within {SECONDS} s\n{said}"
        time.sleep(1)


@pytest.fixture(scope="module")
def database(machine: Machine) -> Iterator[None]:
    """PostgreSQL of this machine in the container's network, which wants the password of compose.yaml."""
    settings = environment_of("database")
    folder = Path(tempfile.mkdtemp(prefix="korzina-pg-"))  # pytest's own places are closed to other users
    shutil.chown(folder, "postgres")
    (folder / "password").write_text(settings["POSTGRES_PASSWORD"], "utf-8")
    shutil.chown(folder / "password", "postgres")
    initdb, control = program("initdb"), program("pg_ctl")
    assert initdb, "no PostgreSQL on this machine"
    assert control
    as_postgres = ["nsenter", f"--target={machine.init}", "--net", "--pid", "runuser", "-u", "postgres", "--"]

    def run(*words: str) -> None:
        subprocess.run([*as_postgres, *words], check=True, cwd=folder, timeout=120, stdout=subprocess.DEVNULL)

    run(initdb, "-D", f"{folder}/data", "-A", "scram-sha-256", "-U", settings["POSTGRES_USER"],
        "--pwfile", f"{folder}/password", "-E", "UTF8", "--no-sync")  # fmt: skip
    options = f"-p 5432 -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(control, "-D", f"{folder}/data", "-o", options, "-w", "-l", f"{folder}/log", "start")
    try:
        server = "host=database user=korzina dbname=postgres"
        create = f"import psycopg; psycopg.connect({server!r}, autocommit=True).execute('create database korzina')"
        made = machine.run("python3", "-c", create, environment=environment_of("dashboard"))
        assert made.returncode == 0, made.stderr
        yield
    finally:
        run(control, "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def test_the_image_holds_no_build_tool_and_its_user_can_change_nothing_in_it(machine: Machine) -> None:
    for tool in ("gcc", "cc", "make", "pip", "pip3", "git", "curl", "wget"):
        assert machine.run("sh", "-c", f"command -v {tool}").stdout == "", tool
    assert machine.run("python3", "-c", "import pip").returncode != 0
    assert machine.run("id", "-u").stdout.strip() == "10001"
    tried = machine.run("sh", "-c", "touch /opt/korzina/x; touch /etc/x; touch /data/x && rm /data/x && echo data")
    assert tried.stdout == "data\n"
    assert tried.stderr.count("Read-only file system") == 2
    # and where whoever runs it forgets read_only: only its own folder and anybody's places for temporary files
    writable = f"find {machine.stage.root} -xdev ( -uid 10001 -o -gid 10001 -o -perm -0002 ) -not -type l".split()
    found = subprocess.run(writable, capture_output=True, text=True, check=True).stdout.splitlines()
    places = {"/" + str(Path(path).relative_to(machine.stage.root)) for path in found}
    assert {place for place in places if place.split("/")[1] not in ("data", "tmp", "dev")} <= {"/run/lock", "/var/tmp"}


def test_the_services_of_compose_train_serve_and_are_healthy(machine: Machine, database: None, tmp_path: Path) -> None:
    services = compose()
    health = {"dashboard": machine.stage.health, "mlflow": services["mlflow"]["healthcheck"]["test"][1:]}

    def healthy(name: str) -> bool:
        return machine.run(*health[name], environment=environment_of(name)).returncode == 0

    assert not healthy("dashboard")  # nothing runs yet: the check can fail
    assert not healthy("mlflow")

    with ExitStack() as stack:
        # in the order of depends_on, each when the one before is healthy
        assert "mlflow" in services["dashboard"]["depends_on"]
        for name, command in (("mlflow", services["mlflow"]["command"]), ("dashboard", machine.stage.command)):
            log = tmp_path / name
            server = stack.enter_context(machine.running(*command, log=log, environment=environment_of(name)))
            soon(name, partial(healthy, name), server, log)
        train(machine)
        soon("champion", lambda: machine.fetch(f"{DASHBOARD}/readyz")[0] == 200, server, tmp_path / "dashboard")
        for language in ("en", "ru"):
            passed = {"Accept-Language": language, "X-Korzina-Proxy-Secret": SECRET}
            passed |= {"X-Forwarded-User": "anna", "X-Forwarded-Groups": "analyst"}
            status, text = machine.fetch(f"{DASHBOARD}/", **passed)
            assert status == 200
            assert machine.fetch(f"{DASHBOARD}/")[0] == 403  # past the proxy
            assert f'<html lang="{language}">' in text
        status, text = machine.fetch(f"{MLFLOW}/ajax-api/2.0/mlflow/experiments/get-by-name?experiment_name=customers")
        assert status == 200, text
        assert json.loads(text)["experiment"]["name"] == "customers"
    for log in ("mlflow", "dashboard"):
        assert "Traceback" not in (tmp_path / log).read_text("utf-8"), log


def train(machine: Machine) -> None:
    """A draft of a spec and a training from it, as compose.yaml says to run them."""
    for words in (
        ("korzina", "init", "/files/customers.csv", "--output", "/data/customers.toml"),
        ("korzina", "train", "--spec", "/data/customers.toml", "--data", "/files/customers.csv", "--k-max", "4"),
    ):
        done = machine.run(*words, environment=environment_of("dashboard"))
        assert done.returncode == 0, done.stderr[-3000:]
        assert PASSWORD not in done.stdout + done.stderr


def test_every_port_is_published_on_the_loopback_address_only() -> None:
    published = [port for service in compose().values() for port in service.get("ports", [])]

    assert published == ["127.0.0.1:8050:8080", "127.0.0.1:5000:5000"]


def test_no_password_is_written_in_a_file() -> None:
    texts = {name: (ROOT / name).read_text("utf-8") for name in ("compose.yaml", "Dockerfile", ".env.example")}

    for name, text in texts.items():
        text = re.sub(r"^\s*#.*$", "", text, flags=re.M) if name != ".env.example" else text
        values = re.findall(r"(?:PASSWORD|SECRET)\w*\s*[:=](?!\?)[ \t]*(\S.*)", text)
        assert [
            value
            for value in values
            if not value.startswith(("${POSTGRES_PASSWORD:?", "${KORZINA_PROXY_SECRET:?", "..."))
        ] == [], name


@pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml"])
def test_the_files_pass_their_linters(file: str) -> None:
    programs = Path(sys.executable).parent
    schema = [str(programs / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    command = [str(programs / "hadolint")] if file == "Dockerfile" else schema

    done = subprocess.run([*command, file], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout if file == "Dockerfile" else "") == (0, ""), done.stdout + done.stderr
