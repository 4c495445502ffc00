"""Customers who only gave goods back: no order, no last purchase, so nothing to cluster them by."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.cleaning import clean
from pipeline.command_line.trial import DraftRequest, Outcome, account_lines, try_draft
from pipeline.reading import read_source
from pipeline.spec import load_spec

BUYERS = 60


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    random = np.random.default_rng(5)
    customer = np.repeat(np.arange(BUYERS), 4)
    bought = pd.DataFrame(
        {
            "order": [f"A{number}" for number in range(len(customer))],
            "date": pd.Timestamp("2025-03-01") + pd.to_timedelta(random.integers(0, 200, len(customer)), "D"),
            "customer": [f"K{number:03}" for number in customer],
            "item": random.choice(["tea", "mug", "pot"], len(customer)),
            "quantity": random.integers(1, 5, len(customer)),
            "price": random.integers(3, 40, len(customer)) + 0.5,
        }
    )
    back = bought.head(3).assign(
        order=["C1", "C2", "C3"], customer=["K900", "K901", "K000"], quantity=-1, date=pd.Timestamp("2025-08-01")
    )
    file = tmp_path_factory.mktemp("returns") / "shop.csv"
    pd.concat([bought, back]).to_csv(file, index=False)
    return try_draft(DraftRequest(str(file), file.with_suffix(".toml"), language="ru"))


def test_who_never_bought_is_named_where_the_account_counts_fewer(outcome: Outcome) -> None:
    assert outcome.cleaned is not None
    ledger = outcome.cleaned.ledger
    told = list(account_lines(outcome))

    assert ledger.lines
    assert (ledger.lines.used.customers, ledger.rows_out) == (BUYERS, BUYERS + 2)
    assert [(str(entry.rule), entry.flagged) for entry in ledger.entries if entry.flagged] == [
        ("only returned goods", 2)
    ]
    assert told[-1].startswith("только вернули товары: 2 строки, где orders = 0")


def test_one_word_leaves_them_out(outcome: Outcome) -> None:
    text = outcome.wanted.target.read_text("utf-8")
    without = outcome.wanted.target.with_name("without.toml")
    without.write_text(text.replace('action = "flag"', 'action = "quarantine"'), "utf-8")
    spec = load_spec(str(without))
    ledger = clean(read_source(spec, outcome.wanted.data), spec).ledger

    assert (ledger.rows_out, ledger.quarantined) == (BUYERS, 2)
