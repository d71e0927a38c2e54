"""Damages files at random and reads them; run as a program it does so for a given time.

    python -m tests.inputs.fuzz KIND SECONDS [SEED]

prints one line of JSON: reads, how many were refused, the slowest read, the peak memory of
the process and of the largest that it started. The seed being read stands on standard error,
so that a crash of native code names it; a read of more than 30 s ends the run.
"""

from __future__ import annotations

import faulthandler
import io
import json
import random
import resource
import sys
import time
import zipfile
from collections.abc import Callable

from PIL import Image

from deepsearch.errors import DeepSearchError
from deepsearch.inputs import read_file
from tests.inputs.files import encoded, page, pdf, picture, ruled_table, video, workbook, zipped

ROWS = [
    ["Price list"],
    ["No", "Item", "Dimensions mm", "Qty", "Unit"],
    ["A", "Fasteners"],
    *[[i, f"Bolt M{i}", i * 10, i * 100, "pcs"] for i in range(1, 9)],
    ["", "Total", "", 99],
]


def _stl() -> bytes:
    from tests.inputs.test_drawings import CUBE, stl

    return stl(CUBE, scale=20)


def _xlsx() -> bytes:
    import openpyxl
    from openpyxl.drawing.image import Image as SheetImage

    book = openpyxl.load_workbook(io.BytesIO(workbook(ROWS)))
    sheet = book["Sheet1"]
    sheet.merge_cells("A1:E1")
    sheet.row_dimensions[5].hidden = True
    sheet.add_image(SheetImage(io.BytesIO(picture())), "F4")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _other(module: str, name: str) -> Callable[[], bytes]:
    def make() -> bytes:
        found = getattr(__import__(f"tests.inputs.{module}", fromlist=[name]), name)
        made = found()
        return made if isinstance(made, bytes) else made.as_bytes()

    return make


def _mail() -> bytes:
    from tests.inputs.test_documents import TestMail

    message = TestMail().message()
    message.add_attachment(picture(90, 90), maintype="image", subtype="png", filename="p.png")
    message.add_attachment(b"Item,Qty\nBolt,5\n", maintype="text", subtype="csv", filename="a.csv")
    return bytes(message)


def _xls() -> bytes:
    from tests.inputs.files import xls

    return xls([list(row) for row in ROWS])


def _ods() -> bytes:
    from tests.inputs.files import ods, ods_row

    return ods("".join(ods_row(*map(str, row)) for row in ROWS))


CSV = "\n".join(";".join(map(str, row)) for row in ROWS)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><g id="a"><rect width="9" '
    'height="9" fill="url(#p)"/></g><use href="#a" x="10"/><text x="2" y="9">Hi</text>'
    '<style>rect { stroke: red }</style><path d="M0 0 C 1 2 3 4 5 6 z"/></svg>'
)
MARKUP = (
    "<!DOCTYPE html><html><body><h1>T</h1><p>x &amp; y<table><tr><th>Item<th>Qty<tr><td>Bolt"
    "<td>5</table><img src='data:image/png;base64,AAAA'></body></html>"
)
STEP = "ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\n#1=PRODUCT('a','b','',(#2));\nENDSEC;\n"

CORPUS: dict[str, Callable[[], bytes]] = {
    "xlsx": _xlsx,
    "xls": _xls,
    "ods": _ods,
    "csv": CSV.encode,
    "gbk.csv": lambda: "序号;品名;数量\n1;螺栓;5\n2;螺母;6\n".encode("gb18030"),
    "utf16.csv": lambda: CSV.encode("utf-16"),
    "docx": _other("test_documents", "word"),
    "pptx": _other("test_documents", "slides"),
    "pdf": lambda: pdf([page(["# Title", "text"]) + ruled_table([["Item", "Qty"], ["a", "5"]])]),
    "html": MARKUP.encode,
    "eml": _mail,
    "md": lambda: b"# T\n\n| Item | Qty |\n|---|---|\n| Bolt | 5 |\n\ntext",
    "dxf": _other("test_drawings", "dxf"),
    "stl": _stl,
    "obj": lambda: b"v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 4\nf -1 -2 -3\n",
    "zip": lambda: zipped({"a.png": picture(), "b.csv": CSV.encode(), "c/d.txt": b"words"}),
    "svg": SVG.encode,
    "jpg": lambda: picture(90, 60, kind="JPEG"),
    "png": picture,
    "gif": lambda: picture(90, 60, kind="GIF"),
    "webp": lambda: picture(90, 60, kind="WEBP"),
    "tiff": lambda: encoded(Image.open(io.BytesIO(picture())), "TIFF", compression="tiff_lzw"),
    "bmp": lambda: picture(90, 60, kind="BMP"),
    "avif": lambda: picture(90, 60, kind="AVIF"),
    "jp2": lambda: picture(90, 60, kind="JPEG2000"),
    "mp4": lambda: video(1.0),
    "mov": lambda: video(1.0, container="mov"),
    "mkv": lambda: video(1.0, container="matroska"),
    "webm": lambda: video(0.5, container="webm", codec="libvpx"),
    "avi": lambda: video(1.0, container="avi"),
    "mpg": lambda: video(0.4, fps=25, container="mpegts", codec="mpeg2video"),
    "step": STEP.encode,
}  # fmt: skip

NASTY = (
    b"\x00", b"\xff", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"-1", b"0", b"99999999999",
    b"1e999", b"NaN", b"<", b"&", b'"', b"'", b"\r\n", b";", b"%", b"../", b"A1",
    b"XFD1048576", b"(", b"<<",
)  # fmt: skip


def damage(data: bytes, chance: random.Random) -> bytes:
    """Change a few places of some bytes."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        place = chance.randrange(len(out) + 1)
        kind = chance.randrange(7)
        length = chance.choice((1, 2, 4, 16, 64, 400))
        if kind == 0 and place < len(out):
            out[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            out[place : place + length] = bytes(chance.randrange(256) for _ in range(length))
        elif kind == 2:
            del out[place : place + length]
        elif kind == 3:
            out[place:place] = chance.choice(NASTY) * chance.choice((1, 1, 50))
        elif kind == 4:
            out[place:place] = out[place : place + length] * chance.choice((1, 3, 40))
        elif kind == 5:
            word = chance.choice(NASTY)
            out[place : place + len(word)] = word
        elif chance.random() < 0.3:
            del out[place:]
    return bytes(out)


def mutate(kind: str, data: bytes, chance: random.Random) -> bytes:
    """Damage a file; of a zipped package rather a member than the zip itself."""
    if data[:2] != b"PK" or chance.random() < 0.3:
        return damage(data, chance)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        names = old.namelist()
        hit = set(chance.sample(names, min(len(names), chance.choice((1, 1, 2)))))
        for name in names:
            content = old.read(name)
            new.writestr(name, damage(content, chance) if name in hit else content)
    return buffer.getvalue()


def read_damaged(kind: str, data: bytes) -> bool:
    """Read a file; True if it was refused. Anything but a DeepSearchError is a failure."""
    try:
        read_file(data, name=f"fuzz.{kind}")
    except DeepSearchError:
        return True
    return False


def main() -> None:
    """Fuzz one kind for some seconds."""
    kind, seconds = sys.argv[1], float(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    original = CORPUS[kind]()
    end = time.monotonic() + seconds
    reads = refused = 0
    slowest, slowest_seed = 0.0, 0
    while time.monotonic() < end:
        seed = first + reads
        data = mutate(kind, original, random.Random(seed))
        sys.stderr.write(f"\rseed {seed} ")
        sys.stderr.flush()
        faulthandler.dump_traceback_later(30, exit=True)
        started = time.monotonic()
        refused += read_damaged(kind, data)
        took = time.monotonic() - started
        if took > slowest:
            slowest, slowest_seed = took, seed
        reads += 1
    faulthandler.cancel_dump_traceback_later()
    peak = sum(
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    report = (
        json.dumps(
            {
                "kind": kind, "reads": reads, "refused": refused, "slowest_s": round(slowest, 2),
                "slowest_seed": slowest_seed, "peak_mb": round(peak),
            }
        )
    )  # fmt: skip
    sys.stdout.write(report + "\n")


if __name__ == "__main__":
    main()
