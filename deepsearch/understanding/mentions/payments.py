"""Payment terms."""

from __future__ import annotations

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.mentions.lists import list_draft, runs
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["payments"]

_DOUBTFUL_PAYMENT = word_set("mention", "doubtful_payment")


def payments(reading: Reading) -> None:
    """Read payment terms."""
    for group in runs(
        reading,
        "payment",
        lambda m, _: (
            (
                reading.word(m.first) not in _DOUBTFUL_PAYMENT
                or m.last > m.first + 2
                or reading.word(m.first) == "lc"
            )
            and not reading.scan.coded(m.last)
        ),
    ):
        draft = list_draft(reading, "payment_terms", group, "any_of")
        first, last = draft.first, draft.last
        while (
            last < len(reading.tokens)
            and (reading.tokens.kinds[last] == "n" or reading.word(last) in ("/", "%", "-"))
            and reading.scan.clause_of[last] == reading.scan.clause_of[first]
        ):
            last += 1
        while (
            first > 0
            and reading.tokens.kinds[first - 1] in "ns"
            and reading.word(first - 1) in ("%", "/", "-")
        ) or (first > 0 and reading.word(first) in ("%",)):
            first -= 1
        if first > 0 and reading.word(first) == "%" and reading.tokens.kinds[first - 1] == "n":
            first -= 1
        draft.last = last
        reading.add(draft)
