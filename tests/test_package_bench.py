"""The benchmark of the intake compares what comes out with what it wrote; a small one runs here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "_bench_intake.py"


@pytest.mark.skipif(sys.platform != "linux", reason="it looks at memory as Linux shows it")
def test_it_verifies_its_answers_and_holds_its_limits() -> None:
    """Rows, refusals, repairs, areas and notices are those of the parcels it made; above a limit it fails."""
    words = ["--parcels", "1000", "--seconds", "600", "--megabytes", "1"]
    ran = subprocess.run([sys.executable, SCRIPT, *words], capture_output=True, encoding="utf-8", check=False)
    assert "the answers are what was written" in ran.stdout, ran.stderr
    assert ran.returncode == 1
    assert "above 600 s or 1 MB: ecozone inspect --fix" in ran.stderr
