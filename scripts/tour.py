"""The tour: the notebook executed, and told again as a page of the documentation.

``python scripts/tour.py run`` executes docs/tour.ipynb in a temporary folder, writes it with its outputs, and from it
docs/tour.md; ``python scripts/tour.py text`` writes the page alone.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK, PAGE = ROOT / "docs" / "tour.ipynb", ROOT / "docs" / "tour.md"
HEAD = "<!-- written by scripts/tour.py from tour.ipynb: change that and run 'make tour' -->\n"


def run(notebook: Path = NOTEBOOK, seconds: int = 300) -> Any:
    """The notebook executed from top to bottom in an empty folder, as nbformat has it; nothing is written beside it."""
    import nbformat
    from nbclient import NotebookClient

    made = nbformat.read(notebook, as_version=4)
    own = {name: value for name, value in os.environ.items() if not name.startswith("KORZINA_")}
    charts = {"PLOTLY_RENDERER": "plotly_mimetype"}  # a chart is stored without the script that draws it, which is 5 MB
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(made, timeout=seconds, resources={"metadata": {"path": folder}})
        client.execute(env={**own, **charts, "PYTHONPATH": str(ROOT)})
    for cell in made.cells:
        cell.metadata.clear()  # when a cell ran is nobody's business
    made.metadata = {"kernelspec": made.metadata.kernelspec, "language_info": {"name": "python"}}
    return made


def text(notebook: Any) -> str:
    """The page: text as it stands, code in fences, and under it what it showed, as text."""
    parts = [HEAD]
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        shown = [told for output in cell["outputs"] if (told := _told(output))]
        if shown:
            parts.append("```text\n" + "\n".join(shown) + "\n```")
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _told(output: Any) -> str:
    if output["output_type"] == "stream":
        return "".join(output["text"]).rstrip()
    data = output.get("data", {})
    if "application/vnd.plotly.v1+json" in data:
        return ""  # a chart is looked at in the notebook
    return "".join(data.get("text/plain", "")).rstrip()


def main(what: str) -> None:
    """Run the notebook, or write the page."""
    import nbformat

    if what == "run":
        nbformat.write(run(), NOTEBOOK)
    PAGE.write_text(text(nbformat.read(NOTEBOOK, as_version=4)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "text")
