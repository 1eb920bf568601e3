"""Word: a report that is handed in unchanged, or a user's own template filled."""

from ecozone.outputs.word.writing import write_change_docx, write_docx

__all__ = ["write_change_docx", "write_docx"]
