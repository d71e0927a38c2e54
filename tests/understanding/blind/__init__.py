"""Texts and answers written without sight of the parser, and their scorer."""
