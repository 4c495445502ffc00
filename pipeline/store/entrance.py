"""Where a person enters MLflow's pages: what experiments, models and runs say of themselves, and the view of a sweep.

MLflow keeps the views that its pages offer under "Views" as tags of the experiment, and opens one that the address
names. Ours lists the runs of the newest sweep by k, unfolded, with the columns that matter, and draws them over k. The
pages open on an overview for language models unless the address says otherwise; that choice is the browser's.
Tried on MLflow 3.17.2; a page that knows no such view shows the plain list.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from pipeline.contract import MODEL_FILE, TRUSTED_TYPES, Metrics
from pipeline.store.tracking.tag_names import PARENT, VIEW, VIEW_KEY

LONGEST_NOTE = 8000  # characters that MLflow takes as the value of a tag
_COLUMNS = (*(f"metrics.`{name}`" for name in (Metrics.K, Metrics.INERTIA, Metrics.SILHOUETTE, Metrics.STABILITY)),)
_TAGS = ("tags.`verdict`", "tags.`recommended`", "tags.`champion`")
_SECTION = "sweep"
_NAMED = 8  # raw columns that a description lists


def sweep_view(sweep_run_id: str, now: float) -> tuple[str, str]:
    """The experiment's tag that holds the view of one sweep: key and value. ``now``: seconds since the epoch."""
    state = {
        "searchFilter": f"tags.`{PARENT}` = '{sweep_run_id}'",
        "orderByKey": f"metrics.`{Metrics.K}`",
        "orderByAsc": True,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "modelVersionFilter": "All Runs",
        "datasetsFilter": [],
        "selectedColumns": [*_COLUMNS, *_TAGS],
        "runsHiddenMode": "SHOW_ALL",
        "isAccordionReordered": True,  # else our section would be sorted behind those of all groups
        "compareRunSections": [
            {
                "uuid": _SECTION,
                "name": "Sweep over k",
                "display": True,
                "isReordered": True,
                "deleted": False,
                "isGenerated": False,
            }
        ],
        "compareRunCharts": [_over_k(name) for name in (Metrics.INERTIA, Metrics.SILHOUETTE, Metrics.STABILITY)],
    }
    packed = base64.b64encode(zlib.compress(json.dumps(state).encode())).decode()
    moment = int(now * 1000)
    view = {"name": "Sweep over k", "createdAt": moment, "updatedAt": moment, "state": f"deflate;{packed}"}
    return VIEW, json.dumps(view)


def runs_path(experiment_id: str, tags: Mapping[str, str]) -> str:
    """What follows the address of MLflow's pages to open an experiment's runs, drawn over k where it has our view."""
    start = f"/#/experiments/{quote(experiment_id)}/runs?workflowType=machine_learning"
    if VIEW in tags:
        return f"{start}&viewStateShareKey={VIEW_KEY}&compareRunsMode=CHART"
    return f"{start}&orderByKey={quote(f'metrics.`{Metrics.K}`')}&orderByAsc=true"  # ordered by a metric: unfolded


# ------------------------------------------------------------------ in words


def experiment_note(dataset: str, rows: int, tags: Mapping[str, str], k: int) -> str:
    """What an experiment is, and what its newest sweep found."""
    return "\n".join(
        [
            f"**{dataset}**: segmentations of {rows:,} customers.",
            "",
            f"The newest sweep recommends k = {k}, {_verdict(tags)}",
            "",
            "A training is one parent run with one run for each number of segments k; the view *Sweep over k* shows "
            "the newest. The run that a sweep recommends has the tag `recommended`, the one in use the tag `champion`.",
        ]
    )


def model_note(name: str) -> str:
    """What a registered model is, and how its champion is loaded."""
    return "\n".join(
        [
            f"Segmentations of the experiment *{name}* that were in use. The alias `champion` is the present one; who "
            "moved it, when and why stands in the tags.",
            "",
            *_program(f"models:/{name}@champion"),
        ]
    )


def version_note(k: int, tags: Mapping[str, str], action: str, who: str, reason: str) -> str:
    """Why this version: k, verdict, the sweep's reason, and who promoted it."""
    done = "Promoted" if action == "promote" else "Rolled back to"
    return "\n".join(
        [
            f"k = {k}, {_verdict(tags)}",
            "",
            f"{done} by {who}: {reason}",
        ]
    )


def with_usage(description: str, model_id: str, columns: Sequence[str]) -> str:
    """A run's description and how to load its model, where both fit into a tag."""
    listed = ", ".join(columns[:_NAMED]) + (", ..." if len(columns) > _NAMED else "")
    trusted = ", ".join(f'"{name}"' for name in TRUSTED_TYPES)
    whole = "\n".join(
        [
            description,
            "",
            "### The model",
            "",
            "Needs the packages of its `requirements.txt` and no Korzina. Raw columns, one row a customer: "
            f"{listed}. MLflow reads from the model which types it may trust; skops alone is told by "
            f'`skops.io.load("{MODEL_FILE}", trusted=[{trusted}])`.',
            "",
            *_program(f"models:/{model_id}"),
        ]
    )
    return whole if len(whole) <= LONGEST_NOTE else description


def _verdict(tags: Mapping[str, str]) -> str:
    return f"structure {tags.get('verdict', 'unknown')}. {tags.get('reason', '')}".rstrip()


def _program(address: str) -> list[str]:
    return [
        "```python",
        "import mlflow",
        "",
        f'model = mlflow.pyfunc.load_model("{address}")',
        "model.predict(customers)  # raw columns in, segment and name out",
        "features = model.get_raw_model().features(customers)  # raw columns to what is clustered",
        f'mlflow.sklearn.load_model("{address}").predict(features)  # 0 is segment 1',
        "```",
    ]


def _over_k(metric: str) -> dict[str, Any]:
    return {
        "uuid": f"{metric}-over-k",
        "type": "SCATTER",
        "metricSectionId": _SECTION,
        "runsCountToCompare": 20,
        "deleted": False,
        "isGenerated": False,
        "xaxis": {"key": Metrics.K, "type": "METRIC"},
        "yaxis": {"key": metric, "type": "METRIC"},
    }
