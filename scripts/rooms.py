"""Draws ``docs/rooms.svg``: the rooms of each package, floor by floor, and who imports whom. Run by ``make rooms``.

A room is what stands directly in a package: a folder or a single module. Its floor is the longest way down from it, so that every
arrow goes down; arrows that follow from two others are left out. Prints how many rooms, floors, arrows and circles there are.
"""  # noqa: E501

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).resolve().parents[1]
HOUSES = ("korzina", "dashapp", "pipeline")
WIDTH, BOX_HEIGHT, GAP, FLOOR, MARGIN, LETTER = 880, 28, 14, 66, 16, 7.8
STYLE = """
  text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1f2328 }
  .title { font-weight: 600 }
  .note { font-size: 12px; fill: #59636e }
  .room { fill: #eef4fb; stroke: #7c9cc0 }
  .room.one { fill: #ffffff }
  .floor { fill: none; stroke: #d1d9e0; stroke-dasharray: 2 4 }
  .arrow { fill: none; stroke: #59636e; stroke-opacity: .55 }
  .head { fill: #59636e }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #e6edf3 } .note { fill: #9198a1 }
    .room { fill: #16263a; stroke: #4a6a8f } .room.one { fill: #0d1117 }
    .floor { stroke: #3d444d } .arrow { stroke: #9198a1 } .head { fill: #9198a1 }
  }
"""


@dataclass
class House:
    """One package: its rooms, what each imports, and on which floor it stands (0 is the lowest)."""

    name: str
    arrows: dict[str, set[str]]
    folders: set[str] = field(default_factory=set)

    @property
    def circles(self) -> list[tuple[str, str]]:
        """Pairs of rooms that reach each other."""
        reached = {room: self.below(room) for room in self.arrows}
        return [(a, b) for a in self.arrows for b in sorted(reached[a]) if a < b and a in reached[b]]

    def below(self, room: str) -> set[str]:
        """Every room that ``room`` imports, directly or through others."""
        found: set[str] = set()
        waiting = list(self.arrows[room])
        while waiting:
            if (other := waiting.pop()) not in found:
                found.add(other)
                waiting += self.arrows[other]
        return found

    def floors(self) -> list[list[str]]:
        """Rooms by floor, the lowest first; raises ``SystemExit`` where a circle leaves a room without one."""
        if self.circles:
            raise SystemExit(f"{self.name}: no floors, for rooms import each other: {self.circles}")
        height: dict[str, int] = {}
        for room in sorted(self.arrows, key=lambda room: len(self.below(room))):
            height[room] = max((height[other] + 1 for other in self.arrows[room]), default=0)
        return [sorted(room for room in height if height[room] == floor) for floor in range(max(height.values()) + 1)]

    def reduced(self) -> list[tuple[str, str]]:
        """The arrows that do not follow from others."""
        return [
            (room, other)
            for room, others in self.arrows.items()
            for other in sorted(others)
            if not any(other in self.below(between) for between in others - {other})
        ]


def read(package: str) -> House:
    """The rooms of ``package`` and what they import when they run, read without running any of it."""
    graph = grimp.build_graph(package, cache_dir=None, exclude_type_checking_imports=True)
    rooms = sorted(graph.find_children(package))
    arrows: dict[str, set[str]] = {room.split(".")[1]: set() for room in rooms}
    for module in graph.modules - {package}:
        for imported in graph.find_modules_directly_imported_by(module) - {package}:
            room, other = module.split(".")[1], imported.split(".")[1]
            if room != other:
                arrows[room].add(other)
    return House(package, arrows, {room.split(".")[1] for room in rooms if graph.find_children(room)})


def places(house: House) -> dict[str, tuple[float, int, float]]:
    """Of each room the left edge, the row (0 is the highest) and the width, in pixels; rows too wide are broken in two.

    Within a row rooms stand near the middle of what they are joined with, so that few arrows cross.
    """
    rows = [part for floor in reversed(house.floors()) for part in _broken(floor)]
    joined: dict[str, list[str]] = {room: [] for room in house.arrows}
    for room, other in house.reduced():
        joined[room].append(other)
        joined[other].append(room)
    found = _laid(rows)
    for _round in range(12):
        middle = {room: left + width / 2 for room, (left, _row, width) in found.items()}
        wanted = {
            r: sum(middle[o] for o in others) / len(others) if others else middle[r] for r, others in joined.items()
        }
        rows = [sorted(row, key=lambda room: (wanted[room], room)) for row in rows]
        found = _laid(rows)
    return found


def _wide(room: str) -> float:
    return len(room) * LETTER + 22


def _broken(floor: list[str]) -> list[list[str]]:
    if sum(_wide(room) + GAP for room in floor) <= WIDTH - 2 * MARGIN:
        return [floor]
    half = len(floor) // 2
    return [*_broken(floor[:half]), *_broken(floor[half:])]


def _laid(rows: list[list[str]]) -> dict[str, tuple[float, int, float]]:
    found = {}
    for number, row in enumerate(rows):
        widths = [_wide(room) for room in row]
        free = (WIDTH - 2 * MARGIN - sum(widths)) / (len(row) + 1)
        left = MARGIN + free
        for room, width in zip(row, widths, strict=True):
            found[room] = (left, number, width)
            left += width + free
    return found


def drawn(houses: list[House]) -> str:
    """All houses, one under the other, as an SVG that is light or dark with its reader."""
    parts: list[str] = []
    top = 0.0
    for house in houses:
        part, height = _house(house, top)
        parts += part
        top += height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top:.0f}" role="img" aria-labelledby="t d">\n'
        f'<title id="t">Rooms of Korzina</title>\n<desc id="d">{escape(" ".join(map(_told, houses)))}</desc>\n'
        f"<style>{STYLE}</style>\n"
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">'
        '<path class="head" d="M0 0 8 4 0 8z"/></marker></defs>\n'
        f'<rect class="ground" width="{WIDTH}" height="{top:.0f}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _house(house: House, top: float) -> tuple[list[str], float]:
    spots = places(house)
    rows = max(row for _left, row, _width in spots.values()) + 1
    first = top + 58

    def y(room: str) -> float:
        return first + spots[room][1] * FLOOR

    def x(room: str) -> float:
        return spots[room][0] + spots[room][2] / 2

    parts = [
        f'<text class="title" x="{MARGIN}" y="{top + 26:.0f}">{house.name}/</text>',
        f'<text class="note" x="{MARGIN + 90}" y="{top + 26:.0f}">{escape(summary(house))}</text>',
    ]
    for room, other in house.reduced():
        start, end = y(room) + BOX_HEIGHT, y(other) - 1
        bend = min(40, (end - start) / 2)
        parts.append(
            f'<path class="arrow" marker-end="url(#head)" d="M{x(room):.1f} {start:.1f}'
            f'C{x(room):.1f} {start + bend:.1f} {x(other):.1f} {end - bend:.1f} {x(other):.1f} {end:.1f}"/>'
        )
    for room in sorted(spots, key=lambda room: (spots[room][1], spots[room][0])):
        left, _row, width = spots[room]
        kind, name = ("room", f"{room}/") if room in house.folders else ("room one", room)
        parts.append(
            f'<rect class="{kind}" x="{left:.1f}" y="{y(room):.1f}" width="{width:.1f}" height="{BOX_HEIGHT}" rx="4"/>'
            f'<text x="{x(room):.1f}" y="{y(room) + 18:.1f}" text-anchor="middle">{name}</text>'
        )
    return parts, 58 + rows * FLOOR - (FLOOR - BOX_HEIGHT) + 24


def _told(house: House) -> str:
    ways = "; ".join(f"{room} imports {', '.join(sorted(others))}" for room, others in house.arrows.items() if others)
    return f"{house.name}: {ways}."


def summary(house: House) -> str:
    """Its size in one line."""
    arrows, circles = sum(map(len, house.arrows.values())), len(house.circles)
    return f"{len(house.arrows)} rooms, {len(house.floors())} floors, {arrows} arrows, {circles or 'no'} circles"


def main() -> None:
    """Write the picture to ``--output``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "rooms.svg")
    sys.path.insert(0, str(ROOT))  # these packages, wherever another copy may be installed
    houses = [read(name) for name in HOUSES]
    parser.parse_args().output.write_text(drawn(houses), "utf-8")
    for house in houses:
        print(f"{house.name}: {summary(house)}")


if __name__ == "__main__":
    main()
