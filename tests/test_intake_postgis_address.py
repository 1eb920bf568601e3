"""The address of a database: read, shown, and refused where it holds a password, of which no word is repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecozone.errors import EcozoneError, UsageError
from ecozone.intake import Database, read_features, read_sites


def refusal(call: Callable[[], Any]) -> EcozoneError:
    """Return the error of a call."""
    with pytest.raises(UsageError) as caught:
        call()
    return caught.value


@given(
    database=st.text(min_size=1).filter(lambda text: text.strip() == text and text.isprintable()),
    user=st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))),
    host=st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}|", fullmatch=True) | st.just("::1"),
    port=st.none() | st.integers(1, 65535),
)
def test_an_address_reads_back_as_itself(database: str, user: str, host: str, port: int | None) -> None:
    """Whatever the names hold, the address that is shown leads to the same database."""
    place = Database(database, host, port, user)
    assert Database.parse(str(place)) == place
    assert os.fspath(place) == str(place)


@pytest.mark.parametrize("scheme", ["postgis", "postgresql", "postgres", "POSTGIS", "postgresql+psycopg"])
@pytest.mark.parametrize(
    "form",
    [
        *("{}://gis:{}@h:5432/db", "{}://gis:{}@h", "{}://:{}@/db", "{}://h/db?user=gis&password={}"),
        *("{}://gis:{}/x@h/db", "{}://gis:{}#x@h/db", "{}://gis:a@{}@h/db", "{}://h/db?sslpassword={}"),
    ],
)
def test_a_password_in_an_address_is_refused_and_never_repeated(scheme: str, form: str) -> None:
    """However it is written into the address, the answer names the remedy and nothing of the secret."""
    error = refusal(lambda: read_features(form.format(scheme, "Zk9secret"), layer="t"))
    assert error.key == "postgis.password"
    assert "Zk9secret" not in str(error) + repr(error.place) + repr(error.fields)
    assert "PGPASSWORD" in error.remedy("zh")
    assert ".pgpass" in error.remedy("en")


@pytest.mark.parametrize(
    "text",
    [
        *("postgis://h", "postgis://h/", "postgis:/h/db", "postgis://h:99999/db", "postgis://gis:Zk9secret/db"),
        *("postgis://h/db/x", "postgis://h/db?sslmode=require", "postgis://a,b/db", "PG:dbname=db password=Zk9secret"),
        *("postgis://h /db", "postgresql+psycopg://h/db"),
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(text: str) -> None:
    """A half-written address may hold a secret as well: the message shows the right form instead of it."""
    error = refusal(lambda: read_sites(text, layer="t"))
    assert error.key == "postgis.address"
    assert "Zk9secret" not in str(error)
    assert "postgis://" in error.remedy("en")


@pytest.mark.parametrize("absent", ["psycopg", "sqlalchemy"])
def test_a_missing_extra_says_how_to_install_it(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra all else works, and a database is answered with the command that installs it."""
    monkeypatch.setitem(sys.modules, absent, None)
    error = refusal(lambda: read_features("postgis://h/db", layer="t"))
    assert error.key == "postgis.extra"
    assert 'pip install "ecozone[postgis]"' in error.remedy("zh")


def test_importing_ecozone_loads_no_driver() -> None:
    """Who reads files alone never loads what reads databases."""
    code = "import sys, ecozone.runs; print({'psycopg', 'sqlalchemy'} & set(sys.modules))"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "set()"
