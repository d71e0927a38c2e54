"""The `deepsearch` command."""

from deepsearch.cli.app import app, main

__all__ = ["app", "main"]
