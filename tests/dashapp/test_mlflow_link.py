"""The foot links to the run in MLflow's pages, for readers whose browser can open them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashapp.data import SegmentationData
from dashapp.pages.overview import PAGE
from pipeline.contract import Segmentation
from pipeline.settings import Settings
from tests.dashapp.conftest import RUN, MemoryStore, champion

NEAR, FAR = "http://127.0.0.1:5000", "https://mlflow.example/base"


def foot(segmentation: Segmentation, settings: Settings, **request: object) -> str:
    """What a reader gets whose request is as given."""
    from flask import Flask

    data = SegmentationData(lambda: MemoryStore({RUN: segmentation}, (champion(),)), settings)
    with Flask(__name__).test_request_context(**request):  # type: ignore[arg-type]
        return str(PAGE.drawn(data))


@pytest.fixture
def stored(segmentation: Segmentation) -> Segmentation:
    return replace(segmentation, experiment_id="7")


def test_a_reader_on_this_machine_is_led_to_the_run(stored: Segmentation) -> None:
    near = {"base_url": "http://127.0.0.1:8050", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}

    assert f"{NEAR}/#/experiments/7/runs/{RUN}?workflowType=machine_learning" in foot(
        stored, Settings(mlflow_url=NEAR), **near
    )


@pytest.mark.parametrize(
    "request_from_elsewhere",
    [
        {"base_url": "http://shop.example", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}},
        {"base_url": "http://127.0.0.1:8050", "environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
    ],
)
def test_a_reader_elsewhere_is_not_led_to_his_own_machine(
    stored: Segmentation, request_from_elsewhere: dict[str, object]
) -> None:
    assert "/#/experiments/" not in foot(stored, Settings(mlflow_url=NEAR), **request_from_elsewhere)
    assert f"{FAR}/#/experiments/7/" in foot(stored, Settings(mlflow_url=FAR), **request_from_elsewhere)


def test_without_an_address_or_an_id_there_is_no_link(stored: Segmentation, segmentation: Segmentation) -> None:
    assert "/#/experiments/" not in foot(stored, Settings())
    assert "/#/experiments/" not in foot(segmentation, Settings(mlflow_url=FAR))
