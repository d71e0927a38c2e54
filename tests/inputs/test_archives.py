"""Archives and folders, and one call for everything."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import ArchiveLimits, InputLimits, read_file
from tests.inputs.files import picture, workbook, zipped

ROWS = [["Item", "Qty", "Unit"], ["Bolt M8", 100, "pcs"], ["Nut M8", 200, "pcs"]]


class TestArchives:
    def test_each_file_in_turn(self) -> None:
        data = zipped(
            {
                "b/list.xlsx": workbook(ROWS),
                "a/photo.png": picture(),
                "a/note.txt": b"galvanised",
                "__MACOSX/a/._photo.png": b"\x00\x05",
                "c/virus.jpg": b"MZ" + bytes(99),
            }
        )
        loaded = read_file(data, name="rfq.zip")
        assert [part.source for part in loaded.parts] == [
            "rfq.zip/a/note.txt",
            "rfq.zip/a/photo.png",
        ]
        assert [row.source for row in loaded.rows] == [
            "rfq.zip/b/list.xlsx Sheet1!2", "rfq.zip/b/list.xlsx Sheet1!3"
        ]  # fmt: skip
        assert any("virus.jpg" in note for note in loaded.notes)

    @pytest.mark.parametrize(
        "name", ["../../evil.txt", "/etc/evil.txt", "C:\\evil.txt", "a\\..\\b"]
    )
    def test_names_that_climb_out(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFileError, match="points outside the archive"):
            read_file(zipped({name: b"x", "ok.txt": b"fine"}), name="evil.zip")
        assert list(tmp_path.iterdir()) == []

    def test_a_nameless_member_is_left_out(self) -> None:
        # A name that begins with a zero byte is read as none at all.
        data = zipped({"Zlost": b"lost", "ok.txt": b"fine"}).replace(b"Zlost", b"\0lost")
        loaded = read_file(data, name="odd.zip")
        assert [part.text for part in loaded.parts] == ["fine"]

    def test_bombs(self) -> None:
        flat = zipped({"zeros.txt": bytes(600 * 1024 * 1024)})
        with pytest.raises(UnreadableFileError, match=r"bomb\.zip: unpacks to 600\.0 MB.*zip bomb"):
            read_file(flat, name="bomb.zip")
        many = zipped({f"{i}.txt": b"x" for i in range(1200)})
        with pytest.raises(UnreadableFileError, match="more than 1,000 files"):
            read_file(many, name="bomb.zip")

    def test_a_bomb_that_lies(self) -> None:
        size = 30 * 1024 * 1024
        bomb = zipped({"zeros.txt": bytes(size)}).replace(
            size.to_bytes(4, "little"), (999).to_bytes(4, "little")
        )
        limits = InputLimits(archive=ArchiveLimits(max_unpacked_bytes=10 * 1024 * 1024))
        with pytest.raises(UnreadableFileError):
            read_file(bomb, name="bomb.zip", limits=limits)

    def test_archives_inside_archives_end(self) -> None:
        data = zipped({"note.txt": b"found"})
        for _ in range(8):
            data = zipped({"inner.zip": data})
        with pytest.raises(UnreadableFileError, match="archive inside 2 others"):
            read_file(data, name="nested.zip")
        once = zipped({"inner.zip": zipped({"note.txt": b"found"})})
        assert read_file(once, name="a.zip").parts[0].text == "found"

    def test_damaged_empty_and_encrypted(self) -> None:
        data = zipped({"note.txt": b"found" * 100})
        with pytest.raises(UnreadableFileError, match="damaged or cut short"):
            read_file(data[:-30], name="a.zip")
        with pytest.raises(UnreadableFileError, match="no file that can be read"):
            read_file(zipped({"empty.txt": b""}), name="a.zip")
        locked = bytearray(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.infolist()[0].header_offset == 0
        locked[6] |= 1
        locked[data.rfind(b"PK\x01\x02") + 8] |= 1
        with pytest.raises(UnreadableFileError, match="protected by a password"):
            read_file(bytes(locked), name="a.zip")

    def test_folders(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "photo.png").write_bytes(picture())
        (tmp_path / ".hidden.txt").write_text("no")
        outside = tmp_path.parent / f"{tmp_path.name}-outside.txt"
        outside.write_text("secret")
        (tmp_path / "link.txt").symlink_to(outside)
        loaded = read_file(tmp_path)
        assert [part.source for part in loaded.parts] == ["sub/photo.png"]


def test_importing_is_light() -> None:
    code = (
        "import sys, deepsearch.inputs\n"
        "heavy = {'numpy', 'PIL', 'av', 'openpyxl', 'ezdxf', 'pypdfium2', 'lxml', 'docx', 'torch',"
        " 'python_calamine', 'onnxruntime', 'OCP', 'pandas'} & set(sys.modules)\n"
        "print(sorted(heavy - {'numpy'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
