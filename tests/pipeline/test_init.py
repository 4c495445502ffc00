"""What korzina init says of a file: what was taken for what, the account of its lines, questions, the next command."""

from __future__ import annotations

import json
import os
import pty
import select
import shlex
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.drafting import draft
from pipeline.drafting.draft import spec_name
from pipeline.errors import KorzinaError, SpecError, UsageError
from pipeline.spec import load_spec

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT.parent / "shared" / "cases"


def purchases(n: int = 600, **columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    base = {
        "order_id": range(5000, 5000 + n),
        "customer_id": rng.integers(1, 60, n) + 1000,
        "order_date": pd.date_range("2023-01-02", periods=n, freq="11h").strftime("%Y-%m-%d"),
        "amount": np.round(rng.lognormal(3, 0.6, n), 2),
    }
    return pd.DataFrame(base | columns)


def shop(folder: Path, name: str = "shop.csv", **columns: Any) -> Path:
    file = folder / name
    purchases(**columns).to_csv(file, index=False)
    return file


def init(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["init", *map(str, arguments)])


def run_printed(line: str, folder: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """A command as it was printed, in a shell."""
    binaries = Path(sys.executable).parent
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "KORZINA_HOME": str(folder / "mlruns"),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_a_file_that_is_understood_trains_by_the_command_that_is_printed(tmp_path: Path) -> None:
    folder = tmp_path / "my data"
    folder.mkdir()
    file = shop(folder, "shop & co.csv")

    done = init(file)

    *told, verdict, command = done.stdout.splitlines()
    assert done.exit_code == 0, done.stdout
    assert any(line.startswith("600 lines read with ") for line in told)
    assert any(" to cluster: " in line for line in told)
    assert verdict == f"Wrote {file.with_suffix('.toml')}. It trains as it is; look through it, then:"
    trained = run_printed(f"{command} --k-max 3", tmp_path)
    assert "600 lines read with " in trained.stdout


def test_the_account_stands_in_the_draft_as_comments(tmp_path: Path) -> None:
    rows = purchases()
    rows.loc[[3, 4, 5], "customer_id"] = None
    rows.to_csv(tmp_path / "shop.csv", index=False)

    done = init(tmp_path / "shop.csv")

    comments = [
        line.removeprefix("# ")
        for line in (tmp_path / "shop.toml").read_text("utf-8").splitlines()
        if line.startswith("# ")
    ]
    assert done.exit_code == 0
    account = [line for line in done.stdout.splitlines() if "lines read" in line or "lines set aside" in line]
    assert len(account) == 2
    assert set(account) <= set(comments)
    assert "no customer" in account[1]
    assert "line 5, line 6, line 7" in account[1]


def test_an_open_question_is_printed_with_answers_that_work_as_printed(tmp_path: Path) -> None:
    file = shop(tmp_path, currency=np.where(np.arange(600) % 4, "USD", "JPY"))

    done = init(file)

    spec = tmp_path / "shop.toml"
    assert done.exit_code == 1
    assert "It trains as it is" not in done.stdout
    assert [question["key"] for question in tomllib.loads(spec.read_text("utf-8"))["questions"]] == ["currency"]
    command = next(line.strip() for line in done.stdout.splitlines() if "--answer currency=USD" in line)
    answered = run_printed(command, tmp_path)
    assert "It trains as it is" in answered.stdout
    assert load_spec(str(spec)).questions == ()


def test_nothing_is_trained_while_a_question_is_open(tmp_path: Path) -> None:
    file = shop(tmp_path, currency=np.where(np.arange(600) % 4, "USD", "JPY"))
    init(file)

    done = run_printed(shlex.join(["korzina", "train", "--spec", "shop.toml", "--data", file.name]), tmp_path, code=1)

    assert "question 'currency' is open" in done.stderr
    command = done.stderr.split("What to do: ")[1].split(" (or write")[0]
    assert command == "korzina init shop.csv --answer currency=USD --output shop.toml --force"
    assert not (tmp_path / "mlruns").exists()
    run_printed(command, tmp_path)


def test_segment_refuses_an_open_question_too(tmp_path: Path) -> None:
    import korzina

    file = shop(tmp_path, currency=np.where(np.arange(600) % 4, "USD", "JPY"))

    with pytest.raises(SpecError, match=r"question 'currency' is open.*answers=\{'currency': 'USD'\}"):
        korzina.segment(file, k=range(2, 4))


def test_what_cannot_train_is_written_and_said(tmp_path: Path) -> None:
    rows = purchases(n=60, customer_id=np.arange(60) // 12)  # five customers
    rows.to_csv(tmp_path / "few.csv", index=False)

    done = init(tmp_path / "few.csv", "--answer", "customer=customer_id")

    assert done.exit_code == 1, done.stdout
    assert "It trains as it is" not in done.stdout
    assert "does not train as it is" in done.stdout
    assert "at least 10 customers" in done.stdout
    assert (tmp_path / "few.toml").is_file()


def test_a_script_reads_one_json_object(tmp_path: Path) -> None:
    done = init(shop(tmp_path), "--json")

    document = json.loads(done.stdout)
    assert document["trains"] is True
    assert document["lines"]["lines"] == 600
    assert document["customers"] == document["lines"]["used"]["customers"]
    assert document["as_of"] == purchases()["order_date"].max()
    assert shlex.split(document["next"])[:2] == ["korzina", "train"]


def test_account_and_verdict_are_told_in_russian(tmp_path: Path) -> None:
    done = init(shop(tmp_path), "--language", "ru")

    assert done.exit_code == 0
    assert "прочитано 600 строк на " in done.stdout
    assert "Обучение с ним проходит" in done.stdout
    assert "# прочитано 600 строк на " in (tmp_path / "shop.toml").read_text("utf-8")


def test_errors_are_told_in_russian(tmp_path: Path) -> None:
    done = init(tmp_path / "nothing.csv", "--language", "ru")

    assert isinstance(done.exception, KorzinaError)
    assert "Что делать" in str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--language", "tlh"], "--language 'tlh' is not known. Expected: one of en, ru"),
        (["--answer", "Email"], "--answer 'Email' is no answer. Expected: KEY=VALUE"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = init(shop(tmp_path), *arguments)

    assert isinstance(done.exception, UsageError)
    assert message in str(done.exception)


@pytest.mark.long
def test_several_files_of_one_folder_are_one_table(tmp_path: Path) -> None:
    rows = purchases()
    files = [tmp_path / f"sales-{half}.csv" for half in ("2022", "2023")]
    for file, part in zip(files, (rows[:300], rows[300:]), strict=True):
        part.to_csv(file, index=False)

    done = init(*files)

    assert done.exit_code == 0, done.stdout
    assert "600 lines read" in done.stdout
    run_printed(f"{done.stdout.splitlines()[-1]} --k-max 3", tmp_path)


def test_files_that_lie_among_others_are_not_guessed_at(tmp_path: Path) -> None:
    files = [shop(tmp_path, name) for name in ("a.csv", "b.csv", "c.csv")]

    done = init(files[0], files[2])

    assert isinstance(done.exception, UsageError)
    assert "korzina init FOLDER" in str(done.exception)


def test_a_terminal_is_asked_by_number(tmp_path: Path) -> None:
    file = shop(tmp_path, currency=np.where(np.arange(600) % 4, "USD", "JPY"))

    said, code = at_terminal(["init", str(file)], {"Which one counts?": "2\n"})

    assert code == 0, said
    assert "150 lines" in said  # the evidence of the second answer
    assert "450 of 600 lines" in said
    assert "It trains as it is" in said


def at_terminal(arguments: list[str], answers: dict[str, str]) -> tuple[str, int]:
    """What a command says at a terminal where each prompt that holds a text is answered."""
    parent, child = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb"}
    command = [sys.executable, "-m", "pipeline", *arguments]
    with subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=environment, cwd=ROOT) as process:
        os.close(child)
        said, waiting = "", dict(answers)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if select.select([parent], [], [], 0.2)[0]:
                try:
                    said += os.read(parent, 65536).decode(errors="replace")
                except OSError:  # the other end is closed
                    break
            for text in [text for text in waiting if text in said and said.rstrip().endswith(("]:", "]"))]:
                os.write(parent, waiting.pop(text).encode())
            if process.poll() is not None and not select.select([parent], [], [], 0)[0]:
                break
        process.kill() if process.poll() is None else None
    os.close(parent)
    return said, process.returncode


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the project")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("no_customer_on_a_quarter", "92 of 340 lines set aside: no customer (2,593.70 of 10,031.96"),
        ("order_status", "251 lines used with 7,563.58"),
        ("cancelled_invoices", "14 lines of returns with -375.37"),
        ("date_in_2099", "1 of 341 lines set aside: impossible day (10.00 of 10,041.96; line 342)"),
        ("order_total_on_each_line", "60 customers, 340 orders, from 2023-01-02 to 2023-11-28"),
    ],
)
def test_the_cases_are_accounted_for(tmp_path: Path, name: str, told: str) -> None:
    done = init(CASES / f"{name}.csv", "--output", tmp_path / "spec.toml")

    assert done.exit_code == 0, done.stdout
    assert told in done.stdout


def test_an_answer_to_no_question_is_refused_with_the_keys_that_there_are(tmp_path: Path) -> None:
    result = init(shop(tmp_path), "--answer", "custmer=customer_id")

    assert isinstance(result.exception, SpecError)
    assert "unknown name 'custmer'" in str(result.exception)
    assert "use 'customer' if that was meant" in str(result.exception)
    assert not (tmp_path / "shop.toml").exists()


def test_a_recency_of_a_lifetime_model_is_no_days_since_the_last_purchase(tmp_path: Path) -> None:
    """Beside ``T`` it is the time from the first purchase to the last: the larger, the better."""
    rng = np.random.default_rng(4)
    age, repeats = rng.integers(20, 40, 120).astype(float), rng.integers(0, 6, 120)
    table = pd.DataFrame(
        {"ID": range(120), "frequency": repeats, "recency": np.where(repeats > 0, age * rng.random(120), 0), "T": age}
    ).round(2)
    table.to_csv(tmp_path / "summary.csv", index=False)
    table.drop(columns="T").to_csv(tmp_path / "plain.csv", index=False)

    lifetime, plain = (draft(str(tmp_path / f"{name}.csv")).text for name in ("summary", "plain"))

    assert 'meaning = "recency"' in plain
    assert 'meaning = "recency"' not in lifetime
    assert "recency is the time from the first purchase to the last" in " ".join(lifetime.replace("#", " ").split())


@pytest.mark.parametrize(
    ("header", "high", "low"),
    [
        ("Days since last order", "bought long ago", "bought recently"),
        ("Recency", "bought long ago", "bought recently"),
        ("days_since_last_login", "active long ago", "recently active"),
        ("Days since the last transaction", "active long ago", "recently active"),
        ("Дней с последней операции", "давно не активны", "недавно активны"),
        ("Дней с последнего визита", "давно не активны", "недавно активны"),
        ("Дней с последней покупки", "давно не покупали", "покупали недавно"),
        ("visits", "frequent visitors", "occasional visitors"),
        ("orders", "frequent buyers", "occasional buyers"),
        ("Number of transactions", "often active", "seldom active"),
        ("Donated amount", "give much", "give little"),
        ("Сумма пожертвований", "жертвуют много", "жертвуют мало"),
    ],
)
def test_nobody_is_said_to_buy_where_the_header_names_something_else(
    tmp_path: Path, header: str, high: str, low: str
) -> None:
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"customer_id": range(300), header: rng.integers(1, 90, 300), "score": rng.random(300)})
    table.to_csv(tmp_path / "people.csv", index=False)

    drafted = tomllib.loads(draft(str(tmp_path / "people.csv")).text)["columns"][header]

    assert (drafted["high"], drafted["low"]) == (high, low)


def test_one_correction_below_nothing_takes_no_column_out_of_what_customers_spend(tmp_path: Path) -> None:
    """A pharmacy's prescriptions were half of the money, and its best payers were called light spenders."""
    rng = np.random.default_rng(7)
    table = pd.DataFrame({"card no": range(7000, 7400)})
    for part in ("rx", "otc", "beauty", "baby"):
        table[f"{part} spend 12m"] = np.round(rng.lognormal(4, 1, 400), 2)
    table.loc[3, "rx spend 12m"] = -40.0
    table["logins"] = rng.integers(1, 90, 400)
    table.to_csv(tmp_path / "few.csv", index=False)
    table.loc[:40, "rx spend 12m"] = -40.0
    table.to_csv(tmp_path / "many.csv", index=False)

    few, many = (
        tomllib.loads(draft(str(tmp_path / f"{name}.csv")).text)["columns"]["spend"] for name in ("few", "many")
    )

    assert few["sql"] == '"rx spend 12m" + "otc spend 12m" + "beauty spend 12m" + "baby spend 12m"'
    assert "rx" not in many["sql"]


def test_init_says_which_columns_stand_for_spend_orders_and_the_cheque(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    table = pd.DataFrame({"client_no": range(7000, 7300), "card turnover": np.round(rng.lognormal(4, 1, 300), 2)})
    table["transactions per month"] = rng.integers(1, 30, 300)
    table["logins"] = rng.integers(1, 90, 300)
    table.to_csv(tmp_path / "bank.csv", index=False)
    table.drop(columns=["card turnover", "transactions per month"]).to_csv(tmp_path / "plain.csv", index=False)

    bank, plain = (init(tmp_path / f"{name}.csv").stdout for name in ("bank", "plain"))

    assert "taken for what a customer spends: card turnover" in bank
    assert "taken for how often a customer orders: transactions per month" in bank
    assert "taken for the average cheque: average_cheque" in bank
    assert "# taken for what a customer spends: card turnover" in (tmp_path / "bank.toml").read_text()
    assert "taken for" not in plain


def test_an_amount_whose_header_ends_with_the_currency_is_shown_with_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    table = pd.DataFrame({"Номер клиента": range(300), "Сумма проживания, руб": rng.lognormal(9, 1, 300).round()})
    table["Ночей"] = rng.integers(1, 30, 300)
    table["Ночей (руб.)"] = rng.lognormal(6, 1, 300).round(2)
    table.to_csv(tmp_path / "hotel.csv", index=False)

    columns = tomllib.loads(draft(str(tmp_path / "hotel.csv")).text)["columns"]
    told = {name: (column["label"], column.get("unit", "")) for name, column in columns.items()}

    assert told == {
        "Сумма проживания, руб": ("Сумма проживания", "₽"),
        "Ночей": ("Ночей", ""),
        "Ночей (руб.)": ("Ночей (руб.)", "₽"),  # what stands before it is another column's name
    }


def test_the_command_ends_without_a_word_on_the_screen_for_errors(tmp_path: Path) -> None:
    """Libraries that count what is left of them when Python ends have nothing to tell a reader."""
    file = shop(tmp_path)

    done = run_printed(shlex.join(["korzina", "init", str(file)]), tmp_path)

    assert done.stderr == ""


@pytest.mark.parametrize(
    ("data", "name"),
    [("a/sales.csv.gz", "sales"), ("a/sales.2023.csv", "sales_2023"), ("a/book.xlsx", "book"), ("a/shop", "shop")],
)
def test_a_spec_is_called_after_its_file_without_what_the_file_is(data: str, name: str) -> None:
    assert spec_name(data) == name
