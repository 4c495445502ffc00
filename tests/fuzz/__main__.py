"""All targets in turn: ``python -m tests.fuzz SECONDS``, the time of which each takes a part."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.seeds import seeds

CORPUS = Path(__file__).parent / "corpus"
NAMES = ("text", "spec", "upload")


def main(seconds: int, names: tuple[str, ...] = NAMES) -> int:
    """Exit code 1 where something was found; the input that does it lies in the corpus then, to be kept as a test."""
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            grown = Path(folder, name)
            grown.mkdir()
            for number, data in enumerate(seeds(name)):
                Path(grown, f"seed-{number}").write_bytes(data)
            kept = CORPUS / name
            kept.mkdir(exist_ok=True)  # where nothing was found yet, git keeps no folder
            options = [
                f"-max_total_time={seconds // len(names)}",
                "-timeout=60",
                "-rss_limit_mb=2500",
                "-max_len=8000",
                "-detect_leaks=0",
            ]
            options += [f"-artifact_prefix={kept}/", "-verbosity=1", str(grown), str(kept)]
            sys.stderr.write(f"--- {name}\n")
            found |= subprocess.run([sys.executable, "-m", "tests.fuzz.run", name, *options], check=False).returncode
    return int(found != 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3600, tuple(sys.argv[2:]) or NAMES))
