"""One session of Spark (``local[2]``) for all tests that need one, and a shop's customers cleaned on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cleaning import clean
from pipeline.reading import read_source
from pipeline.spark import Cluster, cluster
from pipeline.spec import Spec, load_spec
from pipeline.stages import Cleaned
from tests.spark.shop import QUIET, write

N = 20_000


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    pytest.importorskip("pyspark", reason="PySpark is not installed (the extra 'spark')")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("no Java: .ci/prepare installs it where it may (Debian: default-jre-headless)")
    options = " ".join(f"--conf '{name}={value}'" for name, value in QUIET.items())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_SUBMIT_ARGS", f"{options} pyspark-shell")
        patch.setenv("PYSPARK_PYTHON", "/no/python/there")
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        with cluster("local[2]", tmp_path_factory.mktemp("spark") / "spark.log") as made:
            yield made


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Spec, str, Cleaned]:
    folder = tmp_path_factory.mktemp("shop")
    spec, data = load_spec(str(write(folder, N, 7))), str(folder / "data")
    return spec, data, clean(read_source(spec, data), spec)


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python for executors that has NumPy and pyarrow and nothing else, least of all Korzina or pandas."""
    import numpy
    import pyarrow

    folder = tmp_path_factory.mktemp("executors")
    for package in (numpy, pyarrow):
        place = Path(package.__file__).parent
        for part in (place, place.with_name(f"{place.name}.libs")):
            if part.exists():
                (folder / part.name).symlink_to(part)
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}:$PYTHONPATH" exec "{sys.executable}" -S "$@"\n', "utf-8")
    script.chmod(0o755)
    return str(script)
