"""Fuzz one target: ``python -m tests.fuzz.run TARGET`` and libFuzzer's own options."""

from __future__ import annotations

import sys

import atheris

# only what reads bytes is followed branch by branch: to prepare all takes longer than a short run
FOLLOWED = {
    "text": ["pipeline.reading"],
    "spec": ["pipeline.spec", "tomllib"],
    "upload": ["pipeline.reading", "pipeline.cleaning", "pipeline.scoring"],
}


def main() -> None:
    """Until the time that ``-max_total_time`` gives has passed, or something is found."""
    name = sys.argv[1]
    with atheris.instrument_imports(include=FOLLOWED[name]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]
    target(b"id,spend,orders,city\n1,2,3,x\n")  # what is imported late is imported by now
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
