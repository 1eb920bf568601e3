"""The fuzz itself: atheris chooses and changes inputs by the edges of the reader that they reach.

    python -m fuzzing.loop TARGET SECONDS CORPUS FINDINGS
    python -m fuzzing.loop TARGET --repeat FILE

A process of its own, since libFuzzer ends it: after SECONDS, or at an input that hangs or fills the memory, which it
leaves in FINDINGS under its own name.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ecozone.intake"]):
    from fuzzing.harness import MEGABYTES, Finding, Harness
    from fuzzing.keep import keep, minimise
from fuzzing.mutations import choose_member, members, mutate, packed
from fuzzing.seeds import seeds

#: Seconds by the clock after which libFuzzer ends a hang; slow answers are measured in the harness, by the processor.
HANG_SECONDS = 40
#: What the libraries take before the first input.
BASE_MEGABYTES = 700
LONGEST = 24_000


class Loop:
    """The target and the mutator that libFuzzer calls."""

    def __init__(self, target: str, harness: Harness, findings: Path) -> None:
        self.target, self.harness, self.findings = target, harness, findings
        self.seeds = seeds(target, real=True)
        self.seen = {path.name.partition(".")[0] for path in findings.glob(f"{target}-*.why")}
        self.count = 0

    def one(self, data: bytes) -> None:
        """Judge an input; keep the first of each cause, made small."""
        self.count += 1
        found = self.harness.judge(data)
        if found is None or f"{self.target}-{found.name}" in self.seen:
            return
        self.seen.add(f"{self.target}-{found.name}")
        small = minimise(self.target, data, found, self.harness.judge)
        final = self.harness.judge(small) or found
        path = keep(self.findings, self.target, small, final)
        print(f"\nFOUND {final.kind}: {final.place} -> {path}", file=sys.stderr, flush=True)

    def change(self, data: bytes, longest: int, seed: int) -> bytes:
        """Return an input changed: by libFuzzer, which knows the edges and the comparisons, or by `mutations`."""
        chance = random.Random(seed)
        if chance.random() < 0.4:
            held = members(data) if self.target == "xlsx" else None
            if held is None:
                return bytes(atheris.Mutate(data, longest))
            name = choose_member(held, chance)
            return packed(held | {name: bytes(atheris.Mutate(held[name], longest))})[:longest]
        return mutate(self.target, data, chance, self.seeds)[:longest]


def main(words: list[str]) -> int:
    """Fuzz, or repeat one input."""
    target = words[0]
    with Harness(target, thorough=words[1] == "--repeat") as harness:
        if words[1] == "--repeat":
            found = harness.judge(Path(words[2]).read_bytes())
            print(_told(found))
            return int(found is not None)
        seconds, corpus, findings = int(words[1]), Path(words[2]), Path(words[3])
        for folder in (corpus, findings):
            folder.mkdir(parents=True, exist_ok=True)
        loop = Loop(target, harness, findings)
        for number, data in enumerate(loop.seeds):
            (corpus / f"seed-{number:03d}").write_bytes(data)
        options = {
            "max_total_time": seconds,
            "timeout": HANG_SECONDS,
            "report_slow_units": 10 * HANG_SECONDS,
            "rss_limit_mb": BASE_MEGABYTES + MEGABYTES,
            "max_len": LONGEST,
            "print_final_stats": 1,
            "artifact_prefix": f"{findings}{os.sep}{target}-",
        }
        flags = [f"-{name}={value}" for name, value in options.items()]
        atheris.Setup([sys.argv[0], *flags, str(corpus)], loop.one, custom_mutator=loop.change)
        atheris.Fuzz()
    return 0


def _told(found: Finding | None) -> str:
    return "nothing found" if found is None else f"{found.kind}: {found.place}\n{found.detail}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
