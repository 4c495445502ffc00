"""The parts of a spec about engines: which one computes, and what Spark reads otherwise than the embedded one."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

EngineName = Literal["local", "spark"]


class Part(BaseModel):
    """A part of a spec. Texts below its keys go into the JSON Schema, where an editor shows them."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class EngineSpec(Part):
    """Who reads, cleans and computes; the command line and the environment go before it."""

    use: EngineName = "local"
    """local: this machine; spark: Apache Spark."""
    master: str | None = None
    """Of Spark: spark://HOST:PORT, sc://HOST:PORT (Spark Connect), local[*]; left out: Spark's own configuration."""


class SparkQuery(Part):
    """The same query for Spark; left out: it is translated where that is safe, and refused by name elsewhere."""

    query: str | None = None
    """In the SQL of Spark."""
    query_file: str | None = None
    """The same, in a file beside the spec."""


class SparkSource(BaseModel):
    """What Spark reads otherwise than the embedded engine."""

    model_config = Part.model_config

    query: str | None = None
    """In the SQL of Spark."""
    query_file: str | None = None
    """The same, in a file beside the spec."""
    tables: dict[str, str] = {}
    """Table name -> name in Spark's catalog, or an address such as s3://bucket/lines; left out: those of [source]."""
