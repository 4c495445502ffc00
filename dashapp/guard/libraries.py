"""Which files of Dash's component libraries are served; Dash answers others with an error of its own."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from dash.fingerprint import check_fingerprint


def is_served(registered: Mapping[str, Collection[str]], asked: Mapping[str, str]) -> bool:
    """Whether a library that is in use has the file that an address names, with or without its fingerprint."""
    library, path = asked.get("package_name", ""), asked.get("fingerprinted_path", "")
    name, _has_fingerprint = check_fingerprint(path)  # type: ignore[no-untyped-call]
    if name not in registered.get(library, ()):
        return False
    home = getattr(sys.modules.get(library), "__file__", None)
    return home is not None and (Path(home).parent / name).is_file()
