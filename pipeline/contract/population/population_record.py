"""``population.json`` of a sweep: how many customers there are, where their rows are, and what stands for them."""

from __future__ import annotations

from pydantic import Field, model_validator

from pipeline.contract.population.binning import Spread
from pipeline.contract.record_types import Record
from pipeline.errors import ContractError

SAMPLE_ROWS = 200_000  # of the sample that charts under a filter are counted from


class Stratum(Record):
    """One segment of the recommended k: its customers, and how many of them are in the sample."""

    rows: int
    sampled: int


class PopulationRecord(Record):
    """All customers of a sweep that may be too many for a page's memory.

    Either the run's own tables hold everybody (``address`` is None) and the sample lies beside them below ``sample/``,
    or the tables at their usual names are the sample itself, and everybody's rows are Parquet at ``address``.
    """

    rows: int
    address: str | None = None  # URI of a folder of Parquet files, one row a customer with her segment
    written: dict[str, str] = Field(default_factory=dict)  # file below the address -> sha256
    salt: str = ""  # of the hashes by which the sample was drawn
    strata: tuple[Stratum, ...]
    spreads: dict[str, Spread] = Field(default_factory=dict)  # by column of numbers
    missing: dict[str, int] = Field(default_factory=dict)  # by column: customers without a value

    @property
    def sampled(self) -> int:
        """Rows of the sample that stand for others."""
        return sum(stratum.sampled for stratum in self.strata)

    @model_validator(mode="after")
    def _adds_up(self) -> PopulationRecord:
        if sum(stratum.rows for stratum in self.strata) != self.rows:
            raise ContractError.because(
                "population: its strata do not add up",
                expected=f"{self.rows:,} customers",
                found=f"{sum(stratum.rows for stratum in self.strata):,}",
            )
        return self
