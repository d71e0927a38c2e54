"""What is installed is what stands in the tree."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_SHIPPED = {"__pycache__"}


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    skip = shutil.ignore_patterns(*NOT_SHIPPED)
    shutil.copytree(ROOT / "deepsearch", source / "deepsearch", ignore=skip)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", tmp_path, source],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    files = {
        str(path.relative_to(source))
        for path in (source / "deepsearch").rglob("*")
        if path.is_file()
    }
    assert files <= held, sorted(files - held)
    size = sum(path.stat().st_size for path in (source / "deepsearch/encoders/weights").iterdir())
    assert size <= 45e6
