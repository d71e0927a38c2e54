"""Reading the captioned pictures that `fetch_picture_sets.py` leaves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

__all__ = ["CaptionedPicture", "open_on_white", "read_emoji", "read_stamps"]

SKIPPED_GROUPS = (2, 9)  # bare skin tones and hair; flags


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionedPicture:
    """A picture file, its captions by language, and the family it belongs to."""

    path: Path
    captions: dict[str, str]
    family: int = 0

    @property
    def english(self) -> str:
        """The English caption."""
        return self.captions["en"]


def read_emoji(folder: Path, *, languages: Sequence[str] = ("en",)) -> list[CaptionedPicture]:
    """Read emoji with their names; the family is Unicode's subgroup."""
    listed = json.loads((folder / "emoji/package/emoji.json").read_text(encoding="utf-8"))
    files = {
        entry["unified"].lower(): folder / "emoji/package/img/google/64" / entry["image"]
        for entry in listed
        if entry.get("has_img_google")
    }
    names: dict[str, dict[str, str]] = {}
    families = {}
    for language in languages:
        data = folder / "emojibase/package" / language / "data.json"
        for entry in json.loads(data.read_text(encoding="utf-8")):
            if "subgroup" in entry and entry.get("group") not in SKIPPED_GROUPS:
                code = entry["hexcode"].lower()
                names.setdefault(code, {})[language] = entry["label"]
                families[code] = entry["subgroup"]
    found = []
    for code, captions in names.items():
        path = files.get(code) or files.get(f"{code}-fe0f")
        if path is not None and len(captions) == len(languages):
            found.append(CaptionedPicture(path=path, captions=captions, family=families[code]))
    return found


def read_stamps(folder: Path, *, languages: Sequence[str] = ("en",)) -> list[CaptionedPicture]:
    """Read Tux Paint's stamps with their captions: English first, then `xx.utf8=` lines."""
    found = []
    for path in sorted((folder / "tuxpaint").glob("usr/share/tuxpaint/stamps/**/*.png")):
        text = path.with_suffix(".txt")
        if path.stem.endswith("_mirror") or not text.is_file():
            continue
        lines = text.read_text(encoding="utf-8", errors="replace").splitlines()
        captions = {"en": lines[0].strip()} if lines else {}
        for line in lines[1:]:
            code, equals, caption = line.partition(".utf8=")
            if equals:
                captions[code.replace("zh_CN", "zh").split("_")[0]] = caption.strip()
        if all(captions.get(language) for language in languages):
            found.append(CaptionedPicture(path=path, captions=captions))
    return found


def open_on_white(path: Path) -> Image.Image:
    """Open a picture as RGB, transparent parts white."""
    with Image.open(path) as picture:
        rgba = picture.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(white, rgba).convert("RGB")
