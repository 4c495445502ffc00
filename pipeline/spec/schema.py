"""The JSON Schema of a spec, by which editors complete keys, explain them and mark misspelt ones."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pipeline.spec.toml_tables import Spec

SCHEMA_FILE = "korzina.schema.json"  # beside a drafted spec, which names it in its first line
_LOADERS = ("path", "hash")  # filled in when a spec is read, and no keys of the file


def spec_schema() -> dict[str, Any]:
    """What a spec's TOML may hold, as JSON Schema (draft 2020-12); dates are texts of the form 2026-01-31."""
    made = Spec.model_json_schema()
    made["properties"] = {name: part for name, part in made["properties"].items() if name not in _LOADERS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_tidy(made),
        "title": "Korzina spec: what a data set's columns mean",
    }


@cache
def schema_text() -> str:
    """The schema as the file that stands beside a spec."""
    return json.dumps(spec_schema(), indent=1, ensure_ascii=False) + "\n"


def _tidy(part: Any, *, names: bool = False) -> Any:
    """Without titles that repeat a key, and without null, which TOML does not have; ``names``: keys are a user's."""
    if isinstance(part, list):
        return [_tidy(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    kept = {
        key: _tidy(value, names=key in ("properties", "$defs"))
        for key, value in part.items()
        if names or key not in ("title", "discriminator")
    }
    if not names and "anyOf" in kept:
        known = [option for option in kept["anyOf"] if option != {"type": "null"}]
        kept = {**kept, "anyOf": known} if len(known) > 1 else {**known[0], **_rest(kept)}
    return {key: value for key, value in kept.items() if names or not (key == "default" and value is None)}


def _rest(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "anyOf"}
