"""A standalone cluster of two workers on this machine: customers read, cleaned and gathered, beside the local engine.

    python benchmarks/spark_cluster.py [CUSTOMERS] [COLUMNS] [--passes | --train]

Starts a master and two workers of one core and one gigabyte, writes the customers as 8 Parquet files, and prints the
seconds of each step and those of the processors (of all processes), the most memory of this one in GB, and whether both
engines found the same. Also passes of Lloyd with k = 2 to 12 at once over the executors, whose Python has NumPy and
pyarrow. With ``--passes`` these alone: customers stay on the cluster, as those that are too many for this machine do.
With ``--train`` a whole training of such customers, stage by stage, and MLlib's KMeans for its k on the same features.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from memory import processor_seconds

from pipeline.cleaning import clean
from pipeline.folding import Space, column_values, lloyd
from pipeline.reading import read_source
from pipeline.segmenting import as_kernel, fit_transform
from pipeline.spark import Asker, Cluster, clean_on_spark, cluster, open_sources
from pipeline.spark.folds.spark_population import SparkPopulation
from pipeline.spec import load_spec
from pipeline.stages import Cleaned

FILES = 8
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.memory": "1g",
    "spark.driver.host": "127.0.0.1",
    "spark.executor.memory": "700m",
    "spark.sql.shuffle.partitions": "8",
}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def await_port(port: int) -> None:
    """Until the master listens; workers that come meanwhile are waited for by the first job."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.5)


@contextmanager
def standalone(folder: Path) -> Iterator[str]:
    """A master and two workers of one core and one gigabyte."""
    import pyspark

    home, port = Path(pyspark.__file__).parent, free_port()
    env = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    master = f"spark://127.0.0.1:{port}"
    deploy = [str(home / "bin" / "spark-class")]
    parts = [["org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]]
    parts += [
        [
            "org.apache.spark.deploy.worker.Worker",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--webui-port",
            "0",
            "--work-dir",
            str(folder / name),
            master,
        ]
        for name in ("one", "two")
    ]
    running: list[subprocess.Popen[bytes]] = []
    with (folder / "cluster.log").open("wb") as log:
        try:
            for part in parts:
                running.append(subprocess.Popen([*deploy, *part], env=env, stdout=log, stderr=log))
                await_port(port)
            yield master
        finally:
            for process in reversed(running):
                process.terminate()
            for process in running:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(20)


def write(folder: Path, n: int, columns: int) -> Path:
    """Customers in four groups, a file at a time, so that this process never holds them all."""
    names = [f"x{place:02d}" for place in range(columns)]
    (folder / "data").mkdir()
    size = -(-n // FILES)
    for place in range(FILES):
        rng, rows = np.random.default_rng([3, place]), min(size, n - place * size)
        group = rng.integers(0, 4, rows)
        values = {name: np.round(rng.normal(group * (at % 3), 1.0), 3) for at, name in enumerate(names)}
        part = pa.table({"id": place * size + rng.permutation(rows), **values})
        pq.write_table(part, folder / "data" / f"part-{place}.parquet")
    spec = folder / "wide.toml"
    active = "\n".join(f'[columns.{name}]\nrole = "active"' for name in names)
    spec.write_text(f'name = "wide"\n[id]\ncolumn = "id"\n{active}\n', "utf-8")
    return spec


def gathered(asker: Asker, told: Callable[[str], None]) -> Cleaned:
    cleaned, work = clean_on_spark(asker)
    told(f"read, cleaned and gathered on Spark, {work.partitions} partitions")
    return cleaned


def passes_over(opened: Cluster, data: str, few: Cleaned, n: int, told: Callable[[str], None]) -> None:
    """What an analysis asks of all customers where they are; ``few`` are some of them, cleaned."""
    rows = opened.session.read.parquet(data).selectExpr("CAST(id AS STRING) AS id", "* EXCEPT (id)").persist()
    rows.count()
    told("kept by the executors")
    everybody = SparkPopulation(rows, few.dataset, n, "id")
    everybody.sample()
    told("sample")
    transform = fit_transform(everybody)
    told("transform of everybody")
    kernel = as_kernel(transform)
    first = few.customers.iloc[:12]
    start = kernel.matrix({one: column_values(first[one]) for one in kernel.columns})
    space = Space.of(everybody.fold, kernel, start.mean(axis=0))
    told("scales (2 passes)")
    passes: list[int] = []
    lloyd(space, {k: start[:k] for k in range(2, 13)}, gain=1.0, tick=passes.append)
    told(f"Lloyd, k = 2 to 12 at once ({len(passes)} passes)")


COMMAND = """
import sys
from pathlib import Path
from pipeline.spark import staying
staying.MOST_FETCHED = 0  # with as few as a million they would come here
from pipeline.__main__ import main
try:
    main()
finally:
    # of this program alone: ru_maxrss remembers what the one that started it held
    (peak,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    print(int(peak) / 1e6, file=sys.stderr)
"""


def trained(folder: Path, spec: Path, data: str, master: str) -> int:
    """The command that trains, for customers who stay on the cluster; the k that it recommends."""
    places = {"KORZINA_HOME": str(folder / "home"), "KORZINA_SPARK_ADDRESS": str(folder / "segments")}
    arguments = ["train", "--spec", str(spec), "--data", data, "--engine", "spark", "--master", master, "--json"]
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments], env={**os.environ, **places}, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stderr[-3_000:])
    answer = json.loads(done.stdout)
    for stage, seconds in answer["seconds"].items():
        print(f"| - {stage} | {seconds:.1f} | | |")
    k = int(answer["recommended_k"])
    (inertia,) = (run["inertia"] for run in answer["runs"] if run["k"] == k)
    print(f"k = {k}, inertia {inertia:,.1f}; the command's own process held {done.stderr.split()[-1]} GB at most")
    return k


def beside_mllib(opened: Cluster, data: str, n: int, k: int, told: Callable[[str], None]) -> None:
    """MLlib's KMeans for one k over the same transformed features, kept by the executors; its inertia."""
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.feature import StandardScaler, VectorAssembler
    from pyspark.storagelevel import StorageLevel

    rows = opened.session.read.parquet(data).drop("id")
    vectors = VectorAssembler(inputCols=rows.columns, outputCol="raw").transform(rows).select("raw")
    scaled = StandardScaler(inputCol="raw", outputCol="features", withMean=True).fit(vectors).transform(vectors)
    kept = scaled.select("features").persist(StorageLevel.DISK_ONLY)  # executors of this size end where memory is tried
    try:
        kept.count()
        told("kept for MLlib")
        model = KMeans(k=k, seed=1).fit(kept)
    except Exception as error:  # an executor that ends, as Java tells it
        print(f"MLlib did not come to an end: {str(error).splitlines()[0][:200]}")
        return
    told(f"MLlib's KMeans, k = {k} alone")
    print(f"MLlib: inertia {model.summary.trainingCost * n / (n - 1):,.1f} in {model.summary.numIter} passes")


def main(n: int, columns: int, how: str = "") -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever stops it stops the cluster too
    settings = " ".join(f"--conf {name}={value}" for name, value in SETTINGS.items())
    os.environ.setdefault("PYSPARK_SUBMIT_ARGS", f"{settings} pyspark-shell")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as name:
        folder, watch, used = Path(name), time.perf_counter(), processor_seconds(os.getpid())
        file, data = write(folder, n, columns), str(folder / "data")
        spec = load_spec(str(file))

        def told(step: str) -> None:
            nonlocal watch, used
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            seconds, processor = time.perf_counter() - watch, processor_seconds(os.getpid())
            print(f"| {step} | {seconds:.1f} | {processor - used:.1f} | {peak:.2f} |", flush=True)
            watch, used = time.perf_counter(), processor

        told("data written")
        with standalone(folder) as master:
            told("cluster started")
            if how == "--train":
                k = trained(folder, file, data, master)
                told("command to prompt, a training")
            with cluster(master, folder / "driver.log") as opened:
                told("session")
                if how == "--train":
                    beside_mllib(opened, data, n, k, told)
                    return
                if how == "--passes":
                    part = read_source(spec, f"{data}/part-0.parquet")
                    passes_over(opened, data, clean(part, spec), n, told)
                    return
                cleaned = gathered(Asker(opened, spec, open_sources(opened, spec, data)), told)
                passes_over(opened, data, cleaned, n, told)
        raw = read_source(spec, data)
        local = clean(raw, spec)
        told("read and cleaned by the local engine")
        print("same fingerprint:", cleaned.ledger.fingerprint == local.ledger.fingerprint)
        print("same customers:", cleaned.customers.equals(local.customers))


if __name__ == "__main__":
    numbers = [part for part in sys.argv[1:] if not part.startswith("--")]
    ways = [part for part in sys.argv[1:] if part in ("--passes", "--train")]
    main(*(int(part) for part in [*numbers, "1000000", "20"][:2]), *ways[:1])
