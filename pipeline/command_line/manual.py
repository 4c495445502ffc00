"""Documents that come with the code: in a checkout beside it, from a wheel where that put them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.settings import PACKAGES

DOCUMENTS = {"spec": "docs/spec.md", "settings": ".env.example", "procfile": "Procfile"}  # as the wheel ships them, too


def document(name: str) -> Path:
    """The file behind a name of ``DOCUMENTS``; raises ``UsageError`` where there is none."""
    if name not in DOCUMENTS:
        raise UsageError.because(
            f"no document is called {name!r}",
            expected=f"one of {', '.join(DOCUMENTS)}",
            remedy="leave the name out to see where each of them lies",
        )
    beside = PACKAGES / DOCUMENTS[name]
    if (PACKAGES / "pyproject.toml").is_file() and beside.is_file():
        return beside
    return _shipped(DOCUMENTS[name])


def _shipped(path: str) -> Path:
    try:
        installed = files("korzina") or ()
    except PackageNotFoundError:
        installed = ()
    place = next(
        (Path(str(file.locate())) for file in installed if file.match(f"share/korzina/{Path(path).name}")), None
    )
    if place is None or not place.is_file():
        raise UsageError.because(
            f"{path} did not come with this installation",
            expected="it in share/korzina of the Python environment",
            remedy="install Korzina's wheel anew",
        )
    return place.resolve()


def schema_into(output: Path | None) -> str:
    """Write the JSON Schema of a spec to ``output``, else return it to be printed; raises ``UsageError``."""
    from pipeline.spec import schema_text

    if output is None:
        return schema_text()
    try:
        output.write_text(schema_text(), encoding="utf-8")
    except OSError as error:
        raise UsageError.because(
            f"{output} cannot be written ({error.strerror})", remedy="give another --output"
        ) from None
    return ""
