"""Spreadsheets and delimited files: which of their rows are items, and what each says."""

from deepsearch.inputs.tables.reader import read_table

__all__ = ["read_table"]
