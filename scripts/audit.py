"""Known vulnerabilities of the locked packages, by pip-audit; where its database cannot be reached, a word of that.

Without its database pip-audit says "No known vulnerabilities found" as well. So an old package with a known one is
asked for first: where that one has none, the answer about ours would be worth nothing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KNOWN = "jinja2==2.4.1"  # sandbox escapes of 2014 to 2024


def ask(requirements: Path) -> subprocess.CompletedProcess[str]:
    """pip-audit's answer about exact versions, none of which is installed or resolved."""
    options = ["--strict", "--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=15"]
    command = [sys.executable, "-m", "pip_audit", *options, "--requirement", str(requirements)]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 2, "", "no answer within ten minutes")


def main() -> int:
    """Exit code 1 where a locked package has a known vulnerability."""
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder, "probe.txt")
        probe.write_text(f"{KNOWN}\n", "utf-8")
        if "GHSA-" not in (answer := ask(probe)).stdout and "CVE-" not in answer.stdout:
            print(f"skipped: the database of vulnerabilities cannot be reached ({_last(answer.stderr)})")
            return 0
    answer = ask(ROOT / "requirements.lock")
    print(answer.stdout or answer.stderr)
    return int(answer.returncode != 0)


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["no answer"])[-1][:200]


if __name__ == "__main__":
    sys.exit(main())
