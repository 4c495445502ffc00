from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.cleaning import clean
from pipeline.contract import LedgerEntry
from pipeline.errors import InputError, SpecError
from pipeline.reading import ROW_ID, RawTable, convert, decimal_hint
from pipeline.reading.raw import Reject
from pipeline.spec import Spec
from pipeline.stages import Cleaned
from tests.pipeline.sources_support import tiny_rows, tiny_spec


def table(frame: pd.DataFrame, rejects: tuple[Reject, ...] = ()) -> RawTable:
    return RawTable(frame.reset_index(drop=True), "tiny.csv", np.arange(2, len(frame) + 2), rejects, unit="line")


def entry(cleaned: Cleaned, rule: str, column: str | None = None) -> LedgerEntry:
    return next(one for one in cleaned.ledger.entries if one.rule == rule and (column is None or one.column == column))


def column(name: str, cleaned: Cleaned) -> list[Any]:
    return [None if pd.isna(value) else value for value in cleaned.customers[name]]


def with_values(name: str, *values: str | None) -> pd.DataFrame:
    rows = tiny_rows()
    rows.loc[range(len(values)), name] = list(values)
    return rows


# ------------------------------------------------------------------ conversion


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["1.5", "2", "-3e2"], [1.5, 2, -300]),
        (["1,5", "2", "1000,25"], [1.5, 2, 1000.25]),
        (["1 234,50", "2\u00a0000,00", "3'000,1"], [1234.5, 2000, 3000.1]),
        (["1,234.50", "12,000", "7"], [1234.5, 12000, 7]),
        (["1.234,50", "12.000,00", "7"], [1234.5, 12000, 7]),
        (["$1,200", "€ 7.50", "12 %"], [1200, 7.5, 12]),
        (["1200 руб.", "35,5 ₽", "−4"], [1200, 35.5, -4]),
        (["0,125", "0,750", "0,5"], [0.125, 0.75, 0.5]),
        (["1e400", "2e15", "1"], [None, None, 1]),
        (["N/A", "нет данных", "-"], [None, None, None]),
    ],
)
def test_numbers_as_people_write_them(written: list[str], read: list[float | None]) -> None:
    made = convert(pd.Series(written, dtype="str"), "number")
    assert [None if np.isnan(value) else value for value in made.values] == read


def test_an_ambiguous_comma_follows_the_file() -> None:
    doubtful = pd.Series(["1,234", "2,500"], dtype="str")
    assert decimal_hint([pd.Series(["1,5", "2,25"], dtype="str"), doubtful]) == ","
    assert convert(doubtful, "number", decimal=",").values.tolist() == [1.234, 2.5]
    alone = convert(doubtful, "number")
    assert alone.values.tolist() == [1234, 2500]
    assert "source.decimal" in alone.note


@pytest.mark.parametrize(
    "written",
    [
        ["2024-03-01", "2024-12-31"],
        ["01-03-2024", "31-12-2024"],
        ["01.03.2024", "31.12.2024"],
        ["01/03/2024", "31/12/2024"],
        ["03/01/2024", "12/31/2024"],
        ["2024-03-01T00:00:00Z", "2024-12-31 00:00"],
        ["20240301", "20241231"],
        ["01.03.24", "31.12.24"],
        ["1 Mar 2024", "31 Dec 2024"],
    ],
)
def test_dates_in_one_format_a_column(written: list[str]) -> None:
    made = convert(pd.Series(written, dtype="str"), "date")
    assert [day.date() for day in made.values] == [date(2024, 3, 1), date(2024, 12, 31)]
    assert made.note == ""


def test_a_day_that_could_be_a_month_is_a_day_and_said_so() -> None:
    made = convert(pd.Series(["03/04/2024", "05/06/2024"], dtype="str"), "date")
    assert made.values[0] == pd.Timestamp("2024-04-03")
    assert "%m/%d/%Y" in made.note
    told = convert(pd.Series(["03/04/2024"], dtype="str"), "date", date_format="%m/%d/%Y")
    assert told.values[0] == pd.Timestamp("2024-03-04")


def test_flags_and_categories() -> None:
    flags = convert(pd.Series(["да", "Нет", "TRUE", "0", "1.0", "", "maybe"], dtype="str"), "flag")
    assert flags.values.tolist()[:5] == [1, 0, 1, 0, 1]
    assert flags.bad.tolist() == [False] * 6 + [True]
    assert convert(pd.Series([1.0, 2.0, None]), "category").values.tolist()[:2] == ["1", "2"]
    assert convert(pd.Series([" a ", "NULL"], dtype="str"), "category").values.isna().tolist() == [False, True]


# ------------------------------------------------------------------ rows


def test_every_row_is_accounted_for() -> None:
    rows = pd.concat([tiny_rows(), tiny_rows().iloc[[3]], tiny_rows().iloc[[4]].assign(spend=None, city="Omsk")])
    rows = pd.concat([rows, tiny_rows().iloc[[5]].assign(id="n/a")])
    cleaned = clean(table(rows, (Reject(30, "c1;2", "2 fields where the header has 4"),)), tiny_spec())
    ledger = cleaned.ledger
    assert (ledger.rows_in, ledger.rows_out, ledger.dropped, ledger.quarantined) == (24, 20, 1, 3)
    assert entry(cleaned, "exact duplicates").examples == ("line 22",)
    assert entry(cleaned, "duplicate ids").examples == ("line 23",)
    assert cleaned.quarantine[["rule", "row"]].values.tolist() == [
        ["unreadable rows", "line 30"],
        ["missing id", "line 24"],
        ["duplicate ids", "line 23"],
    ]
    assert cleaned.quarantine["city"].tolist()[2] == "Omsk"
    assert cleaned.quarantine["text"].tolist()[0] == "c1;2"


def test_lookalikes_are_kept_unless_the_spec_drops_them() -> None:
    rows = pd.concat([tiny_rows(), tiny_rows().iloc[:2].assign(id=["x1", "x2"])])
    kept, dropped = (
        clean(table(rows), tiny_spec()),
        clean(table(rows), tiny_spec(rules=[{"rule": "lookalikes", "action": "drop"}])),
    )
    assert (kept.ledger.rows_out, entry(kept, "lookalikes").flagged) == (22, 2)
    assert (dropped.ledger.rows_out, dropped.ledger.dropped) == (20, 2)
    assert "x1" not in dropped.customers["id"].tolist()


def test_the_most_complete_row_of_an_id_stays_in_any_order() -> None:
    first = tiny_rows().iloc[[0]]
    rows = pd.concat([tiny_rows(), first.assign(city=None), first.assign(city="Aachen")])
    for order in (rows, rows.iloc[::-1], rows.sample(frac=1, random_state=3)):
        assert column("city", clean(table(order), tiny_spec()))[0] == "Aachen"


def test_shuffling_changes_nothing() -> None:
    rows = tiny_rows(50)
    one, other = clean(table(rows), tiny_spec()), clean(table(rows.sample(frac=1, random_state=1)), tiny_spec())
    pd.testing.assert_frame_equal(one.customers, other.customers)
    assert one.ledger.fingerprint == other.ledger.fingerprint


def test_ids_sort_as_numbers_where_they_are_numbers() -> None:
    cleaned = clean(table(tiny_rows().assign(id=[str(number) for number in range(20, 0, -1)])), tiny_spec())
    assert cleaned.customers["id"].tolist() == [str(number) for number in range(1, 21)]
    assert cleaned.customers["customer"].tolist() == list(range(20))


def test_a_table_without_ids_is_known_by_its_lines_and_still_sorted_by_content() -> None:
    spec = tiny_spec(id={"column": ROW_ID})
    rows = tiny_rows().drop(columns="id")
    one, other = clean(table(rows), spec), clean(table(rows.iloc[::-1]), spec)
    assert one.customers[ROW_ID].tolist()[:2] == ["2", "3"]
    pd.testing.assert_frame_equal(one.customers.drop(columns=ROW_ID), other.customers.drop(columns=ROW_ID))
    assert one.ledger.fingerprint == other.ledger.fingerprint


cells = st.one_of(st.none(), st.sampled_from(["", "1", "2,5", "x", "NA", "1e999", "3.5"]))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.one_of(st.none(), st.sampled_from(["a", "b", "c007", " a "])), cells, cells), max_size=25),
    st.integers(0, 3),
    st.randoms(use_true_random=False),
)
def test_rows_in_equal_rows_out_dropped_and_quarantined(
    extra: list[tuple[str | None, ...]], rejects: int, chance: Any
) -> None:
    more = pd.DataFrame(extra, columns=["id", "spend", "orders"], dtype="str").assign(city="Perm")
    rows = pd.concat([tiny_rows(40), more], ignore_index=True)
    spec = tiny_spec(
        rules=[
            {"rule": "range", "column": "spend", "min": 2, "action": "quarantine"},
            {"rule": "where", "name": "many", "sql": "orders > 6", "action": "drop"},
        ]
    )
    torn = tuple(Reject(100 + number, "?", "torn") for number in range(rejects))
    cleaned = clean(table(rows, torn), spec)
    ledger = cleaned.ledger
    assert ledger.rows_in == len(rows) + rejects == ledger.rows_out + ledger.dropped + ledger.quarantined
    assert len(cleaned.quarantine) == ledger.quarantined
    assert len(cleaned.customers) == ledger.rows_out == cleaned.customers["id"].nunique()
    order = list(range(len(rows)))
    chance.shuffle(order)
    pd.testing.assert_frame_equal(clean(table(rows.iloc[order], torn), spec).customers, cleaned.customers)


# ------------------------------------------------------------------ values


def test_values_that_cannot_be_read_are_counted_with_their_line() -> None:
    cleaned = clean(table(with_values("spend", "oops", "7")), tiny_spec())
    assert column("spend", cleaned)[:2] == [None, 7]
    assert entry(cleaned, "unreadable values", "spend").examples == ("'oops' (line 2)",)
    assert entry(cleaned, "imputed", "spend").repaired == 1


def test_a_column_that_is_not_what_the_spec_says_is_refused() -> None:
    with pytest.raises(InputError, match=r"'spend' cannot be read as number: 20 of 20.*'word' \(line 2\).*kind of"):
        clean(table(tiny_rows().assign(spend="word")), tiny_spec())


def test_a_missing_column_names_the_nearest_one() -> None:
    told = r"does not fit tiny\.csv, which has no column 'spend'\. Found: .*spending.*use 'spending'"
    with pytest.raises(SpecError, match=told):
        clean(table(tiny_rows().rename(columns={"spend": "spending"})), tiny_spec())


def test_headers_match_after_trimming_and_others_are_noted() -> None:
    rows = tiny_rows().rename(columns={"spend": " spend ", "id": "\ufeffid"}).assign(extra="1")
    assert clean(table(rows), tiny_spec()).ledger.notes == ("columns that the spec does not name were left out: extra",)


def test_rules_repair_drop_and_set_aside() -> None:
    rows = with_values("spend", "-5", "9000", "11")
    rows.loc[0, "city"] = "Kasan"
    spec = tiny_spec(
        rules=[
            {"rule": "replace", "column": "city", "values": {"Kasan": "Kazan", "Perm": ""}},
            {"rule": "range", "column": "spend", "min": 0, "max": 100, "action": "clip"},
            {"rule": "where", "name": "sevens", "sql": "orders = 7"},
        ]
    )
    cleaned = clean(table(rows), spec)
    assert column("spend", cleaned)[:3] == [0, 100, 11]
    assert column("city", cleaned)[:2] == ["Kazan", None]
    assert entry(cleaned, "replace").examples == ("Kasan -> Kazan: 1", "Perm -> unknown: 10")
    assert entry(cleaned, "sevens").quarantined == 2
    assert entry(cleaned, "range").repaired == 2


def test_derived_columns_in_any_order_and_rules_on_them() -> None:
    spec = tiny_spec(
        as_of="2024-06-30",
        columns={
            "double": {"role": "active", "sql": "2 * cheque"},
            "cheque": {"role": "active", "sql": "spend / nullif(orders, 0)"},
            "spend": {"role": "active"},
            "orders": {"role": "ignored", "kind": "integer"},
            "year": {"role": "passive", "kind": "integer", "sql": "year(as_of) - orders"},
            "size": {"role": "passive", "kind": "category", "sql": "CASE WHEN spend > 20 THEN 'big' ELSE 'small' END"},
        },
        rules=[{"rule": "range", "column": "cheque", "max": 10, "action": "quarantine"}],
    )
    rows = with_values("orders", "0", "1")
    cleaned = clean(table(rows), spec)
    assert column("cheque", cleaned)[0] is None
    assert cleaned.customers["double"].max() <= 20
    assert column("year", cleaned)[0] == 2024
    assert set(column("size", cleaned)) == {"small", "big"}
    assert "orders" not in cleaned.customers
    assert entry(cleaned, "range").quarantined == len(cleaned.quarantine) > 0


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("spend / nosuch", r"column 'made': its SQL is wrong.*nosuch"),
        ("avg(spend)", "its SQL is wrong"),
        ("avg(spend) OVER ()", "window function"),
        ("spend + random()", "chance"),
        ("date_diff('day', today(), as_of)", "clock"),
        ("(SELECT max(spend) FROM customers)", "a query"),
        ("year(as_of)", "which the spec does not set"),
        ("made + 1", "computed from each other"),
        ("CAST('x' || spend AS INTEGER)", "fails on the data"),
        ("spend) FROM read_csv('/etc/passwd') --", "wrong|fails"),
    ],
)
def test_sql_at_fault_is_told_with_its_column(sql: str, message: str) -> None:
    spec = tiny_spec(columns={"spend": {"role": "active"}, "made": {"role": "passive", "sql": sql}})
    with pytest.raises(SpecError, match=message):
        clean(table(tiny_rows()), spec)


def test_shares_add_up_and_a_zero_total_has_none() -> None:
    rows = pd.DataFrame(
        {"id": [f"{number}" for number in range(12)], "a": ["3"] * 9 + ["1", "3", "0"], "b": ["1"] * 10 + ["", "0"]}
    )
    parts = {"label": "Parts", "members": {"a": "A", "b": "B"}, "shares": "active"}
    spec = tiny_spec(columns={}, groups={"parts": parts})
    cleaned = clean(table(rows), spec)
    assert column("a_share", cleaned)[:1] + column("a_share", cleaned)[-2:] == [0.75, None, None]
    assert entry(cleaned, "imputed", "a_share").repaired == 2


def test_a_constant_active_column_is_no_longer_clustered_on() -> None:
    cleaned = clean(table(tiny_rows().assign(orders="3")), tiny_spec())
    assert cleaned.dataset.column("orders").role == "ignored"
    assert "left out of the clustering" in entry(cleaned, "constant columns", "orders").detail
    with pytest.raises(InputError, match="every active column has the same value"):
        clean(table(tiny_rows().assign(orders="3", spend="1")), tiny_spec())


def test_too_few_rows_left_is_an_error_for_training_only() -> None:
    with pytest.raises(InputError, match="9 of 9 rows are left"):
        clean(table(tiny_rows(9)), tiny_spec())
    with pytest.raises(InputError, match=r"1 of 40 rows are left.*the id of a more complete"):
        clean(table(tiny_rows(40).assign(id="same")), tiny_spec())


def test_new_customers_for_a_model_may_be_few_and_lack_what_it_does_not_need() -> None:
    cleaned = clean(table(tiny_rows(1).drop(columns="city")), tiny_spec(), minimum_rows=1)
    assert [one.name for one in cleaned.dataset.with_role("active")] == ["spend", "orders"]
    assert column("city", cleaned) == [None]
    with pytest.raises(SpecError, match="'orders'"):
        clean(table(tiny_rows(1).drop(columns="orders")), tiny_spec(), minimum_rows=1)


def test_nobody_is_named_where_the_spec_does_not_keep_the_id() -> None:
    spec = tiny_spec(
        id={"column": "id", "keep": False},
        columns={
            "spend": {"role": "active"},
            "orders": {"role": "active"},
            "name": {"role": "ignored", "kind": "text"},
        },
    )
    rows = pd.concat([tiny_rows(), tiny_rows().iloc[[2]].assign(spend="x")]).assign(name="Canary Ivanova")
    cleaned = clean(table(rows, (Reject(40, "Canary Ivanova", "torn"),)), spec)
    everything = cleaned.customers.to_csv() + cleaned.quarantine.to_csv() + cleaned.ledger.model_dump_json()
    assert "Canary" not in everything
    assert "c002" not in everything
    assert len(cleaned.quarantine) == 2


def test_types_of_the_customers_table() -> None:
    spec: Spec = tiny_spec(
        columns={
            "spend": {"role": "active"},
            "city": {"role": "passive", "kind": "category"},
            "level": {"role": "passive", "kind": "ordered", "order": ["low", "high"]},
            "since": {"role": "passive", "kind": "date"},
            "flag": {"role": "outcome", "kind": "flag"},
        }
    )
    rows = tiny_rows().assign(level="low", since="01.02.2024", flag="да")
    rows.loc[1, "level"] = "strange"
    cleaned = clean(table(rows), spec)
    assert cleaned.customers.dtypes.astype(str).to_dict() == {
        "customer": "int64",
        "id": "str",
        "spend": "float64",
        "city": "str",
        "level": "str",
        "since": "datetime64[us]",
        "flag": "float64",
    }
    assert entry(cleaned, "unreadable values", "level").examples == ("'strange' (line 3)",)


def test_what_was_returned_is_no_part_of_a_whole() -> None:
    spec = tiny_spec(
        groups={"g": {"label": "Spend", "members": {"food": "Food", "home": "Home"}, "shares": "active"}},
    )
    rows = tiny_rows().assign(food=[str(30 + number) for number in range(20)], home="10")
    rows.loc[0, ["food", "home"]] = ["50", "-49"]

    cleaned = clean(table(rows), spec)

    shares = cleaned.customers[["food_share", "home_share"]]
    assert shares.iloc[0].isna().all()
    assert shares.iloc[1:].stack().between(0, 1).all()
    assert shares.iloc[1:].sum(axis=1).to_numpy() == pytest.approx(np.ones(19))
    told = entry(cleaned, "shares")
    assert (told.flagged, told.detail) == (
        1,
        "1 customer has a part of Spend below zero: the shares of it are unknown",
    )
    assert told.examples == ("line 2",)


def test_one_customer_with_most_of_the_money_is_told() -> None:
    rows = tiny_rows()
    spec = tiny_spec(columns={"spend": {"role": "active", "meaning": "spend"}, "orders": {"role": "active"}})
    assert not [entry for entry in clean(table(rows), spec).ledger.entries if entry.rule == "one large customer"]

    found = entry(
        clean(table(rows.assign(spend=rows["spend"].where(rows["id"] != "c007", "9000"))), spec), "one large customer"
    )

    assert (str(found.detail), found.flagged) == ("one customer, c007, accounts for 96 % of all spend", 1)
    assert list(map(str, found.examples)) == ["line 9"]
