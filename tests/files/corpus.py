"""The corpus: every file that the makers know, each with its right answer."""

from __future__ import annotations

from functools import cache

from tests.files.answers import File
from tests.files.makers.abroad import abroad
from tests.files.makers.amounts import amounts
from tests.files.makers.countries import countries
from tests.files.makers.customers import customers
from tests.files.makers.days import days_and_numbers
from tests.files.makers.examined import examined
from tests.files.makers.examined_more import examined_more
from tests.files.makers.exports import exports
from tests.files.makers.money import money
from tests.files.makers.old_exports import old_exports
from tests.files.makers.others import others
from tests.files.makers.public_sets import public_sets
from tests.files.makers.purchases import purchases
from tests.files.makers.services import services
from tests.files.makers.shapes import shapes
from tests.files.makers.strangers import strangers
from tests.files.makers.tills import tills


@cache
def corpus() -> tuple[File, ...]:
    """Every file, in the order of the chapters."""
    return tuple(
        file
        for chapter in (
            purchases,
            money,
            days_and_numbers,
            customers,
            others,
            shapes,
            exports,
            old_exports,
            countries,
            tills,
            abroad,
            services,
            public_sets,
            strangers,
            examined,
            examined_more,
            amounts,
        )
        for file in chapter()
    )
