"""Native readers that a hostile file can crash, each run in a process of its own."""

from deepsearch.isolation.process import WorkerMissingError, run_isolated
from deepsearch.isolation.workbooks import IsolatedSheet, read_sheets

__all__ = ["IsolatedSheet", "WorkerMissingError", "read_sheets", "run_isolated"]
