"""What `scripts/benchmark` runs: ecozone beside its peers, each side in turn, in a process of its own."""
