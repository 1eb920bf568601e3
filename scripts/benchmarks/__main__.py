"""Run the benchmarks of some subjects, print their tables, and write them into files of Markdown."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from benchmarks import table

SUBJECTS = ("tally", "screening", "streaming", "intake")
REPOSITORY = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """Run; the status is 1 where answers differ by more than is allowed."""
    asked = argparse.ArgumentParser(prog="scripts/benchmark", description=__doc__)
    asked.add_argument("subject", nargs="?", choices=[*SUBJECTS, "all"], default="all")
    asked.add_argument("--small", action="store_true", help="tiny data: whether it works, and no figures")
    asked.add_argument("--only", default="", metavar="PATTERN", help="only cases whose name matches")
    asked.add_argument("--markdown", type=Path, metavar="FILE", help="put the tables into this file")
    asked.add_argument("--short", type=Path, metavar="FILE", help="put the short table into its place in this file")
    asked.add_argument("--folder", type=Path, default=REPOSITORY / "build" / "bench", help="where data is kept")
    words = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="ecozone-bench-") as aside:
        folder = Path(aside) if words.small else words.folder
        folder.mkdir(parents=True, exist_ok=True)
        parts = []
        for subject in SUBJECTS if words.subject == "all" else [words.subject]:
            print(f"== {subject}", flush=True)
            part = importlib.import_module(f"benchmarks.{subject}").run(folder, small=words.small, only=words.only)
            print(f"\n{part.markdown()}\n", flush=True)
            parts.append(part)
            if words.markdown:
                table.write(words.markdown, parts[-1:])
    if words.short:
        table.write(words.short, parts)
    wrong = sum(part.wrong for part in parts)
    print(f"{wrong} answers differ by more than is allowed")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
