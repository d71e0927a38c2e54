"""One module a question; run as `python -m benchmarks.QUESTION [--small]` from the repository.

Each module's docstring states the question, the method and the threats to it. Results land
in `benchmarks/results/QUESTION.json`; `python -m benchmarks.common docs/*.md` writes the
tables of the docs from them, so that no figure there is typed by hand.
"""
