"""Documents that come with the code: in a checkout beside it, from a wheel where that put them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.settings import PACKAGES

DOCUMENTS = {"spec": "docs/spec.md", "settings": ".env.example", "procfile": "Procfile"}  # as the wheel ships them, too


def document_text(name: str) -> str:
    """What the file behind a name of ``DOCUMENTS`` says; raises ``UsageError`` where there is none."""
    return document(name).read_text("utf-8")


def documents_in_lines() -> str:
    """Where each of them lies, a line each."""
    return "".join(f"{name:<9} {document(name)}\n" for name in DOCUMENTS)


def document(name: str) -> Path:
    """The file behind a name of ``DOCUMENTS``; raises ``UsageError`` where there is none."""
    from pipeline.contract import Message

    if name not in DOCUMENTS:
        raise UsageError.because(
            Message.of("no document is called {name}", name=repr(name)),
            expected=Message.of("one of {values}", values=", ".join(DOCUMENTS)),
            remedy=Message.of("leave the name out to see where each of them lies"),
        )
    beside = PACKAGES / DOCUMENTS[name]
    if (PACKAGES / "pyproject.toml").is_file() and beside.is_file():
        return beside
    return _shipped(DOCUMENTS[name])


def _shipped(path: str) -> Path:
    from pipeline.contract import Message

    try:
        installed = files("korzina") or ()
    except PackageNotFoundError:
        installed = ()
    place = next(
        (Path(str(file.locate())) for file in installed if file.match(f"share/korzina/{Path(path).name}")), None
    )
    if place is None or not place.is_file():
        raise UsageError.because(
            Message.of("{file} did not come with this installation", file=path),
            expected=Message.of("it in share/korzina of the Python environment"),
            remedy=Message.of("install Korzina's wheel anew"),
        )
    return place.resolve()


def schema_into(output: Path | None) -> str:
    """Write the JSON Schema of a spec to ``output``, else return it to be printed; raises ``UsageError``."""
    from pipeline.contract import Message
    from pipeline.spec import schema_text

    if output is None:
        return schema_text()
    try:
        output.write_text(schema_text(), encoding="utf-8")
    except OSError as error:
        raise UsageError.because(
            Message.of("{file} cannot be written ({why})", file=str(output), why=str(error.strerror)),
            remedy=Message.of("give another --output"),
        ) from None
    return ""
