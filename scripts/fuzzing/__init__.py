"""The parts of `scripts/fuzz`: what is fuzzed, with what, and what counts as a finding."""
