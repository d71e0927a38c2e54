"""Workbooks written without sight of the reader, with the item rows a person would list."""
