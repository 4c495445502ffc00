"""What stands beside the customers: the baskets of each, and what was known of each before a campaign."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.campaigns import checked_history, moments
from pipeline.contract import Message
from pipeline.describing import Baskets
from pipeline.errors import InputError, SpecError
from pipeline.reading import as_text
from pipeline.spark.asking import Asker
from pipeline.spark.source_tables import quoted
from pipeline.spark.spark_session import answering
from pipeline.spark.typed_columns import text_of, written


def baskets_on_spark(asker: Asker) -> Baskets | None:
    """What is in each basket, gathered on Spark; None where the spec has no query for it.

    Raises
    ------
    SpecError, InputError
        The query fails, gives other than three columns, or no rows.
    """
    spec = asker.spec
    if spec.baskets is None or not (spec.baskets.query or spec.baskets.spark.query):
        return None
    key = f"{spec.path or spec.name}: baskets.query"
    with answering():
        answer = asker.answer("baskets", spec.baskets.query, spec.baskets.spark.query)
        if len(answer.columns) != 3:
            raise SpecError.because(
                key, expected=Message.of("three columns: customer, basket, category"), found=", ".join(answer.columns)
            )
        lines = answer.toDF("customer", "basket", "category")
        kinds = dict(lines.dtypes)
        known = " AND ".join(_is_known(name, kinds[name]) for name in lines.columns)
        lines = lines.where(known).selectExpr(
            f"{text_of(written('customer', kinds['customer']))} AS customer", "basket", "category"
        )
        names = sorted(row["category"] for row in lines.select("category").distinct().toArrow().to_pylist())
        owners = lines.groupBy("customer", "basket").agg({"category": "collect_set"}).toDF("owner", "basket", "held")
        held = owners.selectExpr("owner", "held").toArrow()
    if not len(held):
        raise InputError.because(
            Message.of("{source}: no rows", source=key),
            expected=Message.of("three columns: customer, basket, category"),
            remedy=Message.of("look into the data; where the spec has source.query, check what it leaves out"),
        )
    return _as_baskets(held, names)


def _is_known(name: str, kind: str) -> str:
    return f"{name} IS NOT NULL" + (f" AND NOT isnan({name})" if kind in ("double", "float") else "")


def _as_baskets(held: object, names: list[object]) -> Baskets:
    """An Arrow table of (owner, list of categories) as compressed rows, each in rising order."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    from scipy.sparse import csr_array

    table: pa.Table = held
    lists = table.column("held").combine_chunks()
    values = pd.Series(lists.flatten().to_pandas())
    codes = pd.Index(names).get_indexer(pd.Index(values)).astype(np.int32)
    starts = lists.offsets.to_numpy().astype(np.int64)
    rows = csr_array((np.ones(len(codes), dtype=np.int8), codes, starts - starts[0]), (len(lists), len(names)))
    rows.sort_indices()
    owner, owners = pd.factorize(table.column("owner").to_pandas())
    kept = np.uint16 if len(names) <= np.iinfo(np.uint16).max else np.int32
    return Baskets(
        rows.indptr.astype(np.int64),
        rows.indices.astype(kept),
        tuple(map(str, names)),
        owner.astype(np.int32),
        tuple(as_text(pd.Series(owners)).astype("str")),
    )


def history_on_spark(asker: Asker) -> pd.DataFrame | None:
    """What was known of each customer when each campaign began; see ``read_history``.

    Raises
    ------
    SpecError
        Where the query fails or does not yield what ``[history]`` says.
    """
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    spec = asker.spec
    if spec.history is None or not (spec.history.query or spec.history.spark.query):
        return None
    when = pa.Table.from_pandas(moments(spec), preserve_index=False)
    with answering():
        answer = asker.answer("history", spec.history.query, spec.history.spark.query, moments=when)
        table = answer.selectExpr(*(_plain(name, kind) for name, kind in answer.dtypes)).toArrow()
    # as the local engine answers: whole numbers stay such beside nulls
    frame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return checked_history(frame, spec)


def _plain(name: str, kind: str) -> str:
    column = quoted(name)
    if kind.startswith("decimal"):
        return f"CAST({column} AS DOUBLE) AS {column}"
    return f"CAST({column} AS BIGINT) AS {column}" if kind in ("tinyint", "smallint", "int") else column
