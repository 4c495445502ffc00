"""The images for the MLflow UI: right size, something on them, no trace of one on the next."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys

import matplotlib.image
import numpy as np
import pytest

from pipeline.contract import SegmentCard
from pipeline.recording.plots import Plotter
from pipeline.stages import Candidate, Tabled, Training


@pytest.fixture(scope="module")
def images(training: Training) -> dict[str, bytes]:
    plotter = Plotter()
    records, candidate = [one.record for one in training.candidates], training.candidates[1]
    return {
        "elbow": plotter.elbow(records, training.decision),
        "silhouette": plotter.silhouette(records, training.decision),
        "blades": plotter.blades(candidate),
        "heat_map": plotter.heat_map(candidate, training.dataset),
    }


@pytest.mark.parametrize("name", ["elbow", "silhouette", "blades", "heat_map"])
def test_image_is_small_and_not_empty(images: dict[str, bytes], name: str) -> None:
    pixels = matplotlib.image.imread(io.BytesIO(images[name]))
    assert pixels.shape[:2] == (440, 700)
    assert len(images[name]) < 60_000
    assert (pixels[:, :, :3] < 0.9).any(axis=2).mean() > 0.01


def test_reused_figure_keeps_nothing(training: Training, images: dict[str, bytes]) -> None:
    assert Plotter().blades(training.candidates[1]) == images["blades"]
    assert Plotter().heat_map(training.candidates[1], training.dataset) == images["heat_map"]


def test_pyplot_is_not_imported() -> None:
    program = "import sys, pipeline.recording.plots; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_each_segment_has_its_own_colour(training: Training) -> None:
    pixels = matplotlib.image.imread(io.BytesIO(Plotter().blades(training.candidates[2])))
    shown = {tuple(colour) for colour in (pixels[:, :, :3].reshape(-1, 3) * 255).round().astype(int)}
    for expected in ((0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167)):
        assert expected in shown


def test_many_segments_and_long_or_odd_names(training: Training) -> None:
    """Names come from data: a formula sign must not be taken for TeX, and Cyrillic must be drawn."""
    first = training.candidates[0]
    cards = tuple(named(first.cards[0], place) for place in range(12))
    segments = np.arange(len(first.assignments)) % 12
    candidate: Candidate = dataclasses.replace(
        first, cards=cards, placed=Tabled(first.assignments.assign(segment=segments))
    )
    assert Plotter().blades(candidate).startswith(b"\x89PNG")


def test_one_candidate_alone(training: Training) -> None:
    record = training.candidates[0].record.model_copy(update={"null_silhouette": 0.2, "silhouette_se": None})
    assert Plotter().elbow([record], training.decision).startswith(b"\x89PNG")
    assert Plotter().silhouette([record], training.decision).startswith(b"\x89PNG")


def named(card: SegmentCard, place: int) -> SegmentCard:
    name = ("$x^{2$ and a very long tail of words", "Любители вина", "50% _off_ $")[place % 3]
    return card.model_copy(update={"segment": place, "colour": place, "name": name})
