"""Follows a Dockerfile step by step in plain folders, a Debian root a stage, where there is no container engine.

Knows what this project's Dockerfile uses and raises on anything else, so that no step is passed over in silence.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# how this machine reaches the package index: an engine would hand it over as build arguments
NETWORK = re.compile(r"(PIP_(INDEX_URL|TRUSTED_HOST|DEFAULT_TIMEOUT)|(HTTPS?|NO)_PROXY)$", re.IGNORECASE)
PLACE_OF_CERTIFICATES = "/tmp/certificates-of-this-machine.crt"


@dataclass
class Stage:
    """One stage while it is built, and its settings as an engine would keep them with the image."""

    base: str
    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def run(self, *command: str, extra: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command in the stage as root, with the stage's environment."""
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        values = {"PATH": path, **self.environment, "DEBIAN_FRONTEND": "noninteractive", **(extra or {})}
        settings = [f"{name}={value}" for name, value in values.items()]
        inside = [
            "chroot",
            str(self.root),
            "env",
            "--ignore-environment",
            f"--chdir={self.folder}",
            *settings,
            *command,
        ]
        mounted = (
            f"mount -t proc proc {self.root}/proc && mount --rbind /dev {self.root}/dev && exec {shlex.join(inside)}"
        )
        done = subprocess.run(["unshare", "--mount", "sh", "-c", mounted], capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(
                f"{shlex.join(command)}: code {done.returncode}\n{(done.stdout + done.stderr)[-3000:]}"
            )
        return done


def follow(file: Path, place: Path) -> Stage:
    """Every stage of ``file`` in a folder under ``place``; returns the last, which is the image."""
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for word, rest in instructions(file):
        if word == "FROM":
            base, name = re.fullmatch(r"(\S+?)(?: AS (\S+))?", rest).groups()  # type: ignore[union-attr]
            stage = stages[name or "result"] = Stage(base, place / (name or "result"))
            _unpack(stage)
        else:
            assert stage is not None, f"{word} before FROM"
            _step(stage, word, rest, file.parent, stages)
    assert stage is not None, "no FROM"
    return stage


def instructions(file: Path) -> Iterator[tuple[str, str]]:
    """Each instruction and its argument, continued lines joined, comments left out."""
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line.strip():
            word, rest = line.split(maxsplit=1)
            yield word, rest


def _step(stage: Stage, word: str, rest: str, context: Path, stages: Mapping[str, Stage]) -> None:
    if word == "RUN":
        stage.run("/bin/sh", "-c", rest, extra=_network(stage.root))
    elif word == "COPY":
        _copy(stage, rest, context, stages)
    elif word == "ENV":
        for setting in shlex.split(rest):
            name, value = setting.split("=", 1)
            stage.environment[name] = value.replace(
                "$PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            )
    elif word == "WORKDIR":
        stage.folder = rest
        (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
    elif word == "USER":
        stage.user = rest
    elif word == "CMD":
        stage.command = json.loads(rest)
    elif word == "HEALTHCHECK":
        stage.health = json.loads(rest.split(" CMD ", 1)[1])
    elif word not in ("EXPOSE", "VOLUME"):  # these two change nothing in the image's files
        raise AssertionError(f"this follower does not know {word}")


def _copy(stage: Stage, rest: str, context: Path, stages: Mapping[str, Stage]) -> None:
    *sources, target = rest.split()
    if sources[0].startswith("--from="):
        context = stages[sources.pop(0).removeprefix("--from=")].root
    folder = stage.root / (target if target.startswith("/") else f"{stage.folder}/{target}").lstrip("/")
    for name in sources:
        source = context / name.lstrip("/")
        if source.is_dir():
            shutil.copytree(source, folder, symlinks=True, ignore=_ignored(context), dirs_exist_ok=True)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            assert not _ignored(context)(str(context), [name]), f"{name} is in .dockerignore"
            shutil.copy2(source, folder)


def _ignored(context: Path):  # type: ignore[no-untyped-def]  # as shutil wants it
    """What ``.dockerignore`` keeps away: all at the top but what it lets in, and caches anywhere."""
    file = context / ".dockerignore"
    if not file.is_file():
        return lambda _folder, _names: set()
    lines = [line for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*", ".dockerignore starts by keeping everything away"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    anywhere = {line.removeprefix("**/") for line in lines if line.startswith("**/")}

    def away(folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(context).parts
        first = {name: inside[0] if inside else name for name in names}
        return {name for name in names if first[name] not in let_in or name in anywhere}

    return away


def _network(root: Path) -> dict[str, str]:
    found = {name: value for name, value in os.environ.items() if NETWORK.match(name)}
    if CERTIFICATES.is_file():  # a proxy of this machine may sign with a certificate of its own
        shutil.copy(CERTIFICATES, root / PLACE_OF_CERTIFICATES.lstrip("/"))
        found["PIP_CERT"] = PLACE_OF_CERTIFICATES
    return found


def _unpack(stage: Stage) -> None:
    """An empty Debian as ``stage.base`` names it, made by debootstrap once and kept in the user's cache."""
    suite = re.fullmatch(r"debian:(\w+)-slim", stage.base)
    assert suite, f"this follower can make Debian only, not {stage.base}"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "korzina-container"
    archive = cache / f"{suite[1]}.tar"
    stage.root.mkdir(parents=True)
    if not archive.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        _debootstrap(suite[1], archive)
    subprocess.run(["tar", "-C", str(stage.root), "-xf", str(archive)], check=True)
    for name in ("resolv.conf", "hosts"):
        if Path("/etc", name).is_file():
            shutil.copy(Path("/etc", name), stage.root / "etc" / name)


def _debootstrap(suite: str, archive: Path) -> None:
    folder = archive.with_suffix(f".{os.getpid()}")
    try:
        command = ["debootstrap", "--variant=minbase", suite, str(folder), *_mirror()]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout[-2000:]}{done.stderr[-1000:]}"
        unfinished = folder.with_suffix(".tar.part")
        subprocess.run(["tar", "-C", str(folder), "-cf", str(unfinished), "."], check=True)
        unfinished.rename(archive)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _mirror() -> list[str]:
    """The mirror that this machine's own apt asks, where it is a Debian; else debootstrap's."""
    files = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    lines = [line for file in files if file.is_file() for line in file.read_text("utf-8", "replace").splitlines()]
    asked = [line for line in lines if not line.lstrip().startswith("#") and "security" not in line]
    return [match[0] for line in asked if (match := re.search(r"https?://\S+", line))][:1]
