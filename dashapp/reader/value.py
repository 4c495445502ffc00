"""The reader of the present request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask import g, has_request_context

from dashapp.i18n import _
from pipeline.errors import StoreError
from pipeline.settings import READER_ROLES, ReaderRole

Right = Literal["look", "rows", "change", "score", "audit"]

# the lowest role that has each right: single customers leave with ``rows``, the store changes with ``change``
RIGHTS: dict[Right, ReaderRole] = {
    "look": "viewer",
    "rows": "marketer",
    "change": "analyst",
    "score": "analyst",
    "audit": "analyst",
}


@dataclass(frozen=True)
class Reader:
    """Somebody in front of a browser.

    ``role`` is None for whoever has not signed in. ``signed_in`` says whether the name is one that was proven; in
    ``local`` mode nobody is told apart, and a name under a change is what somebody typed.
    """

    name: str
    role: ReaderRole | None
    signed_in: bool = True

    def may(self, right: Right) -> bool:
        """Whether the reader has a right."""
        return self.has(RIGHTS[right])

    def has(self, least: ReaderRole) -> bool:
        """Whether the reader's role is ``least`` or one above it."""
        return self.role is not None and READER_ROLES.index(self.role) >= READER_ROLES.index(least)


NOBODY = Reader("", None, signed_in=False)
LOCAL = Reader("", "analyst", signed_in=False)  # whoever sits at this machine, and the program itself outside requests


def reader() -> Reader:
    """Who reads: in a request whom the door let in, nobody where it has not; elsewhere the program itself."""
    if not has_request_context():
        return LOCAL
    present: Reader = g.get("korzina_reader", NOBODY)
    return present


def let_in(who: Reader) -> None:
    """Make ``who`` the reader of the present request."""
    g.korzina_reader = who


def require(right: Right) -> None:
    """Raise ``StoreError`` where the present reader does not have a right."""
    if not reader().may(right):
        raise StoreError(_("Your role does not include this."))
