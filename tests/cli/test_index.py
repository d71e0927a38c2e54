"""`deepsearch index`: what is no table is named, and a failure leaves nothing behind."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deepsearch.cli import app, main
from deepsearch.engine import SearchEngine
from deepsearch.errors import DeepSearchError, UnreadableFileError
from tests.cli.command import run
from tests.inputs.files import page, pdf, picture, video, workbook, zipped

DXF = b"0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n"


def index(*args: object) -> BaseException | None:
    """Run `index` in this process; return what it raised."""
    return CliRunner().invoke(app, ["index", *map(str, args)]).exception


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("bikes.mp4", lambda: video(0.4), ["an MP4 video", "`videos`", "search by it"]),
        ("bolts.csv", picture, ["a PNG picture", "`images`"]),
        ("offer.pdf", lambda: pdf([page(["text"])]), ["a PDF document", "into a table"]),
        ("part.dxf", lambda: DXF, ["a DXF drawing", "into a table|in a table"]),
        ("all.zip", lambda: zipped({"a.csv": b"title\nx\n"}), ["a ZIP archive", "Unpack"]),
        ("page.xls", lambda: b"<html><body><table><tr><td>x", ["an HTML page", "table"]),
        ("locked.xlsx", encrypted, ["password", "Remove the password"]),
        ("zeros.parquet", lambda: bytes(100), ["zero bytes", "fetch it again"]),
    ],
)
def test_what_is_no_table_is_named(
    tmp_path: Path, name: str, make: Callable[[], bytes], says: list[str]
) -> None:
    (tmp_path / name).write_bytes(make())
    error = index(tmp_path / name, "--to", tmp_path / "new" / "catalogue")
    assert isinstance(error, UnreadableFileError)
    for words in [name, "parquet", *says]:
        assert any(word in str(error) for word in words.split("|")), (words, error)
    assert not (tmp_path / "new").exists()


def damaged_workbook() -> bytes:
    whole = workbook([["title", "price"], ["Bolt", 1]])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(buffer, "w") as new:
        for member in old.namelist():
            new.writestr(member, old.read(member)[:40])
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("empty.csv", b"", []),
        ("header.csv", b"title,price\n", []),
        ("cut.xlsx", workbook([["title"], ["Bolt"]])[:900], []),
        ("damaged.xlsx", damaged_workbook(), []),
        ("good.csv", b"title\nBolt\n", ["--mapping", "no-such.toml"]),
        ("good.csv", b"title\nBolt\n", ["--images", "no-such-folder"]),
        ("good.csv", b"title\nBolt\n", ["--save-mapping", "no-such-folder/m.toml"]),
        ("good.csv", b"title\nBolt\n", ["--encoder", "no-such-suite"]),
    ],
)
@pytest.mark.parametrize("there", [True, False], ids=["empty folder", "no folder"])
def test_a_failed_first_index_leaves_nothing(
    tmp_path: Path, name: str, content: bytes, options: list[str], there: bool
) -> None:
    (tmp_path / name).write_bytes(content)
    folder = tmp_path / "a" / "catalogue"
    if there:
        folder.mkdir(parents=True)
    error = index(tmp_path / name, "--to", folder, *options)
    assert isinstance(error, DeepSearchError)
    assert name in str(error) or any(option in str(error) for option in options)
    if there:
        assert list(folder.iterdir()) == []
    else:
        assert {item.name for item in tmp_path.iterdir()} == {name}


def test_an_interrupted_first_index_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("deepsearch.engine.indexing.ingest", interrupt)
    (tmp_path / "good.csv").write_bytes(b"title\nBolt\n")
    folder = tmp_path / "catalogue"
    monkeypatch.setattr(
        "sys.argv", ["deepsearch", "index", str(tmp_path / "good.csv"), "--to", str(folder)]
    )
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 130
    assert "interrupted" in capsys.readouterr().err
    assert not folder.exists()


def test_a_folder_of_other_files_is_no_place_for_a_catalogue(tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_bytes(b"title\nBolt\n")
    assert "holds other files and no catalogue" in str(index(good, "--to", tmp_path))
    assert [item.name for item in tmp_path.iterdir()] == ["good.csv"]


def test_what_was_committed_before_a_failure_is_kept(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_bytes(b"title\nBolt\n")
    (tmp_path / "damaged.xlsx").write_bytes(damaged_workbook())
    folder = tmp_path / "catalogue"
    sources = [tmp_path / "good.csv", tmp_path / "damaged.xlsx"]
    assert isinstance(index(*sources, "--to", folder), UnreadableFileError)
    assert len(SearchEngine.open(folder).catalogue) == 1
    # A catalogue that was there before is never taken away, were it empty.
    SearchEngine.create(tmp_path / "empty")
    assert isinstance(index(sources[1], "--to", tmp_path / "empty"), UnreadableFileError)
    assert len(SearchEngine.open(tmp_path / "empty").catalogue) == 0


def test_a_wrong_source_is_told_before_any_is_read(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_bytes(b"title\nBolt\n")
    (tmp_path / "bikes.mp4").write_bytes(video(0.4))
    done = run("index", "good.csv", "bikes.mp4", "--to", "catalogue", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "bikes.mp4 is an MP4 video" in done.stderr
    assert not (tmp_path / "catalogue").exists()


def test_a_file_is_no_folder_and_a_mapping_is_of_one_source(tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_bytes(b"title\nBolt\n")
    assert "name a folder" in str(index(good, "--to", good))
    error = index(good, good, "--to", tmp_path / "c", "--save-mapping", tmp_path / "m.toml")
    assert "one by one" in str(error)
    assert not (tmp_path / "c").exists()
