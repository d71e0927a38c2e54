"""Fetch the captioned pictures that the shared space is fitted on and measured with.

    python -m tools.fetch_picture_sets FOLDER

Needs `npm`, `apt-get` and `dpkg-deb`. Leaves in FOLDER

- `emoji/`     npm `emoji-datasource-google`: pictures of 64 pixels (Noto, Apache-2.0)
- `emojibase/` npm `emojibase-data`: their names in 28 languages (MIT)
- `tuxpaint/`  Debian `tuxpaint-stamps-default`: pictures with captions (GPL-2), only for
  measuring: nothing the package ships comes from them.
"""

from __future__ import annotations

import argparse
import subprocess
import tarfile
import tempfile
from pathlib import Path

NPM = {"emoji": "emoji-datasource-google@16.0.0", "emojibase": "emojibase-data@17.0.0"}
LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh")
DEBIAN = "tuxpaint-stamps-default"


def wanted(name: str) -> bool:
    languages = tuple(f"package/{language}/data.json" for language in LANGUAGES)
    return name.startswith(("package/img/google/64/", *languages)) or name == "package/emoji.json"


def fetch_npm(package: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["npm", "pack", "--silent", package], cwd=scratch, check=True)
        (archive,) = Path(scratch).glob("*.tgz")
        with tarfile.open(archive) as packed:
            members = [member for member in packed.getmembers() if wanted(member.name)]
            packed.extractall(folder, members=members, filter="data")


def fetch_debian(package: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["apt-get", "download", "-qq", package], cwd=scratch, check=True)
        (archive,) = Path(scratch).glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", str(archive), str(folder)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    for name, package in NPM.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        fetch_npm(package, folder / name)
    fetch_debian(DEBIAN, folder / "tuxpaint")


if __name__ == "__main__":
    main()
