"""What people did: moves of the champion, names and notes of segments; append-only tags of the registered model.

One tag an entry, under a key made of the moment and a random part: two people at once lose nothing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import ValidationError

from pipeline.contract import Annotation, Promotion, Record
from pipeline.errors import StoreError
from pipeline.store.tracking.index import ModelRow

R = TypeVar("R", bound=Record)


def history(model: ModelRow) -> tuple[Promotion, ...]:
    """Every move of the champion, oldest first."""
    return _entries(model.name, model.history, Promotion)


def written(model: ModelRow) -> tuple[Annotation, ...]:
    """Every name and note of its segments, oldest first."""
    return _entries(model.name, model.annotations, Annotation)


def entry_key(prefix: str, when: float) -> str:
    """A key that sorts by time and that no other entry has."""
    moment = datetime.fromtimestamp(when, UTC).strftime("%Y%m%dT%H%M%S.%f")
    return f"{prefix}{moment}.{secrets.token_hex(4)}"


def previous(moves: tuple[Promotion, ...]) -> str | None:
    """The run to go back to: promotions pile up, a rollback takes the uppermost away."""
    pile: list[str] = []
    for move in moves:
        if move.action == "rollback" and len(pile) > 1 and pile[-2] == move.to_run:
            pile.pop()
        else:
            pile.append(move.to_run)
    return pile[-2] if len(pile) > 1 else None


def _entries(name: str, tags: Mapping[str, str], kind: type[R]) -> tuple[R, ...]:
    rows = []
    for key in sorted(tags):
        try:
            rows.append(kind.model_validate(json.loads(tags[key])))
        except (ValueError, ValidationError) as error:
            raise StoreError.because(
                f"the history of {name!r} is damaged at {key}",
                remedy="mend or remove this tag of the registered model in the MLflow UI",
            ) from error
    return tuple(rows)
