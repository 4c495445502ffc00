"""The history of champions: an append-only list of moves, read from the tags of the registered model."""

from __future__ import annotations

import json

from pydantic import ValidationError

from pipeline.contract import Promotion
from pipeline.errors import StoreError
from pipeline.store.index import ModelRow


def history(model: ModelRow) -> tuple[Promotion, ...]:
    """Every move of the champion, oldest first."""
    rows = []
    for key in sorted(model.history):
        try:
            rows.append(Promotion.model_validate(json.loads(model.history[key])))
        except (ValueError, ValidationError) as error:
            raise StoreError.because(
                f"the history of {model.name!r} is damaged at {key}",
                remedy="mend or remove this tag of the registered model in the MLflow UI") from error
    return tuple(rows)


def previous(moves: tuple[Promotion, ...]) -> str | None:
    """The run to go back to: promotions pile up, a rollback takes the uppermost away."""
    pile: list[str] = []
    for move in moves:
        if move.action == "rollback" and len(pile) > 1 and pile[-2] == move.to_run:
            pile.pop()
        else:
            pile.append(move.to_run)
    return pile[-2] if len(pile) > 1 else None
