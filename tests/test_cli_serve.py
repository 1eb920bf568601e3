"""``ecozone serve`` as a command: what it says, where it listens, and what it refuses."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from ecozone.cli import run

pytest.importorskip("fastapi", reason="the extra web is not installed")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Servers that would have been run: the socket is bound, and nothing is served."""
    ran: list[Any] = []
    monkeypatch.setattr("ecozone.web.serve._run", lambda server, listening: ran.append(listening.getsockname()))
    return ran


def test_it_says_where_and_how_to_end(server: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """The address stands on standard output, the rest beside it; the server listens on loopback alone."""
    assert run(["serve", "-w", "demo", "--no-browser", "--port", "0"]) == 0
    out, err = capsys.readouterr()
    ((host, port),) = server
    assert host == "127.0.0.1"
    assert out.strip().endswith(f"http://127.0.0.1:{port}/")
    assert "Ctrl-C" in err


def test_a_busy_port_is_said(server: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Where the port is busy the next free one is taken, and both are named."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        busy = other.getsockname()[1]
        assert run(["serve", "-w", "demo", "--no-browser", "--port", str(busy), "--lang", "en"]) == 0
    out, err = capsys.readouterr()
    ((_, port),) = server
    assert port != busy
    assert str(busy) in err
    assert str(port) in err
    assert f":{port}/" in out


def test_elsewhere_needs_a_token(server: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Bound to more than this machine, the address carries a token of its own, and the danger is said."""
    tokens = set()
    for _ in range(2):
        assert run(["serve", "-w", "demo", "--no-browser", "--host", "0.0.0.0", "--port", "0", "--json"]) == 0
        out, err = capsys.readouterr()
        told = json.loads(out)
        assert told["schema"] == "ecozone.serve/1"
        assert told["address"].endswith(f"/#token={told['token']}")
        assert len(told["token"]) >= 32
        assert "口令" in err
        tokens.add(told["token"])
    assert len(tokens) == 2
    assert run(["serve", "-w", "demo", "--no-browser", "--port", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["token"] is None


def test_what_cannot_be_is_refused(
    server: list[Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A workspace that is none, a host of another machine, and an extra that is missing: status 2 and what to do."""
    assert run(["serve", "-w", str(tmp_path), "--no-browser"]) == 2
    assert run(["serve", "-w", "demo", "--no-browser", "--host", "192.0.2.7", "--port", "0"]) == 2
    assert "--host" in capsys.readouterr().err
    monkeypatch.setattr("ecozone.cli.serve.find_spec", lambda name: None)
    assert run(["serve", "-w", "demo"]) == 2
    assert 'pip install "ecozone[web]"' in capsys.readouterr().err
    assert server == []


def test_quiet_still_gives_the_address(server: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """With -q nothing is said but the address."""
    assert run(["serve", "-w", "demo", "--no-browser", "--port", "0", "-q"]) == 0
    out, err = capsys.readouterr()
    assert "http://127.0.0.1:" in out
    assert err == ""
