"""Addresses of databases and servers as they are told: without what lets somebody in, wherever it stands in them."""

from __future__ import annotations

import pytest

from pipeline.accounts import AccountDatabase
from pipeline.errors import KorzinaError, masked, without_password
from pipeline.reading import read_source
from pipeline.settings import Settings
from pipeline.store import Store
from tests.pipeline.sources_support import tiny_spec

SECRET = "hunter2"
ADDRESSES = (
    "postgresql+psycopg://u:hunter2@127.0.0.1:1/x",
    "postgresql+psycopg://u:hunter2@@127.0.0.1:1/x",
    "postgresql+psycopg://u:hunter2/3@127.0.0.1:1/x",
    "postgresql+psycopg://127.0.0.1:1/x?password=hunter2&user=u",
    "postgresql+psycopg:///x?host=127.0.0.1&port=1&sslpassword=hunter2",
    "postgresql+psycopg://u:hunter2@h:notaport/x",
    "postgresql+psycopg://u@127.0.0.1:1/x?Passwd=hunter2;api_key=hunter2",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_error_tells_a_password(address: str) -> None:
    def accounts() -> object:
        with AccountDatabase(address).reading() as connection:
            return connection

    for ask in (
        lambda: Store.open(Settings(tracking_uri=address)),
        lambda: read_source(tiny_spec(), address),
        accounts,
    ):
        with pytest.raises(KorzinaError) as caught:
            ask()
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cannot reach http://anna:secret@host/a or mysql://b@h.", "cannot reach http://host/a or mysql://h."),
        ("postgresql://u:a/b@h/x?password=p&user=u", "postgresql://h/x?password=***&user=u"),
        ("sqlite:///a?mode=ro&cache=shared", "sqlite:///a?mode=ro&cache=shared"),
        ("abfss://box@shop.example/a?sig=4%2Fa&se=1", "abfss://shop.example/a?sig=***&se=1"),
        ("s3://bucket/a@b/c.parquet", "s3://bucket/a@b/c.parquet"),
        ("see https://host/x, or write to anna@shop.example", "see https://host/x, or write to anna@shop.example"),
        ("jdbc:sqlserver://h;user=u;password=p", "jdbc:sqlserver://h;user=u;password=***"),
    ],
)
def test_what_is_told_of_an_address(text: str, told: str) -> None:
    assert without_password(text) == told
    assert masked(told) == told
