"""``python -m dashapp.report --log RUN_ID``: the report, put beside a run's files unless it is there already.

``--log -`` reads the run from standard input, so that the process can load its libraries before there is a run.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from dashapp.data import Run
from dashapp.report.html_file import report
from pipeline.contract import Artifacts
from pipeline.errors import KorzinaError, UnpreparedError
from pipeline.settings import Settings
from pipeline.store import Store


def log_report(store: Store, run_id: str) -> None:
    """In English; whoever wants another language takes it from the dashboard. Raises ``StoreError``."""
    if not store.attached(run_id, Artifacts.REPORT):
        run = Run(store.load(run_id))
        made = report(run, "en", store.annotations(run.segmentation.experiment))
        store.attach(run_id, Artifacts.REPORT, made.encode())


def _load() -> None:
    """What the libraries would load with the first run and the first chart, loaded before there is a run."""
    import plotly.graph_objects as go
    import plotly.io

    import_module("pyarrow.parquet")
    plotly.io.to_json(go.Figure([go.Bar(x=[1], y=["a"]), go.Scatter(x=[1], y=[1])]))


def main() -> None:
    """The command; what stands in the way is one line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m dashapp.report", description=__doc__)
    parser.add_argument(
        "--log", metavar="RUN_ID", required=True, help="run to make the report of; - reads it from standard input"
    )
    named = parser.parse_args().log
    run_id = named
    if named == "-":
        _load()
        run_id = sys.stdin.readline().strip()
    try:
        settings = Settings()
        store = Store.open(settings, most=settings.customers_in_memory)
        try:
            log_report(store, run_id)
        except UnpreparedError:
            store.prepare_run(run_id)
            log_report(store, run_id)
    except KorzinaError as error:
        raise SystemExit(" ".join(str(error).split())) from None


if __name__ == "__main__":
    main()
