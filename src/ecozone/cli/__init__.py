"""How people reach ecozone from a terminal: words in, tables and files out. No arithmetic and no rules."""

from ecozone.cli.app import run

__all__ = ["run"]
