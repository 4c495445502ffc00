"""Whose word a spec is: one that somebody named is theirs; one that a run or an upload holds may be anybody's."""

from __future__ import annotations

from pathlib import Path, PurePath

from pipeline.spec.toml_tables import Spec


class NamedPath(str):
    """The path of a spec that whoever runs this named on the command line or in a script.

    JSON makes plain text of it, so that neither a stored run nor a file can claim to be named.
    """

    __slots__ = ()


def named(spec: Spec) -> Spec:
    """The spec as one whose file was named."""
    return spec.model_copy(update={"path": NamedPath(spec.path)})


def is_named(spec: Spec) -> bool:
    """Whether it may say that its tables lie outside its folder."""
    return isinstance(spec.path, NamedPath)


def leads_out(file: str) -> bool:
    """Whether the file of a table is not below the folder of the spec."""
    path = Path(file)
    return path.is_absolute() or ".." in path.parts or file.startswith("~")


def stored_text(spec: Spec) -> str:
    """The spec as JSON for a run: tables elsewhere by their files' names, for where they lay opens nothing there."""
    tables = {name: PurePath(file).name if leads_out(file) else file for name, file in spec.source.tables.items()}
    return spec.model_copy(update={"source": spec.source.model_copy(update={"tables": tables})}).model_dump_json()
