"""The formats that are told apart: what they are called, who reads them, what else to do."""

from __future__ import annotations

from dataclasses import dataclass

from deepsearch.inputs.records import Family

__all__ = ["KINDS", "FileKind", "expected"]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A recognised format.

    Attributes:
        name: Short name, e.g. "xlsx".
        label: What a person calls it, e.g. "an Excel workbook".
        family: Which loader reads it; None: recognised, but not read.
        extensions: Usual endings, the first one preferred.
    """

    name: str
    label: str
    family: Family | None
    extensions: tuple[str, ...] = ()

    @property
    def advice(self) -> str:
        """What to do with a file of this kind; "" where there is nothing to say of the kind."""
        return _ADVICE.get(self.name, "")


def _kinds(*kinds: FileKind) -> dict[str, FileKind]:
    return {kind.name: kind for kind in kinds}


KINDS = _kinds(
    FileKind("jpeg", "a JPEG picture", "picture", (".jpg", ".jpeg", ".jpe", ".jfif")),
    FileKind("png", "a PNG picture", "picture", (".png",)),
    FileKind("webp", "a WebP picture", "picture", (".webp",)),
    FileKind("avif", "an AVIF picture", "picture", (".avif",)),
    FileKind("heic", "a HEIC picture", "picture", (".heic", ".heif")),
    FileKind("tiff", "a TIFF picture", "picture", (".tif", ".tiff")),
    FileKind("gif", "a GIF picture", "picture", (".gif",)),
    FileKind("bmp", "a BMP picture", "picture", (".bmp", ".dib")),
    FileKind("jpeg2000", "a JPEG 2000 picture", "picture", (".jp2", ".j2k", ".jpx")),
    FileKind("svg", "an SVG picture", "picture", (".svg",)),
    FileKind("mp4", "an MP4 video", "video", (".mp4", ".mov", ".m4v", ".3gp", ".qt")),
    FileKind("matroska", "a Matroska or WebM video", "video", (".mkv", ".webm")),
    FileKind("avi", "an AVI video", "video", (".avi",)),
    FileKind("mpegts", "an MPEG transport stream", "video", (".ts", ".mts", ".m2ts")),
    FileKind("mpeg", "an MPEG program stream", "video", (".mpg", ".mpeg", ".vob")),
    FileKind("flv", "an FLV video", "video", (".flv",)),
    FileKind("ogg", "an Ogg file", "video", (".ogv", ".ogg")),
    FileKind("asf", "a Windows Media video", "video", (".wmv", ".asf")),
    FileKind("xlsx", "an Excel workbook", "spreadsheet", (".xlsx", ".xlsm", ".xltx", ".xltm")),
    FileKind("xlsb", "a binary Excel workbook", "spreadsheet", (".xlsb",)),
    FileKind("xls", "an Excel 97-2003 workbook", "spreadsheet", (".xls", ".xlt", ".et")),
    FileKind("ods", "an OpenDocument spreadsheet", "spreadsheet", (".ods", ".ots")),
    FileKind("csv", "a delimited text table", "spreadsheet", (".csv", ".tsv", ".tab", ".psv")),
    FileKind("pdf", "a PDF document", "document", (".pdf",)),
    FileKind("docx", "a Word document", "document", (".docx", ".docm", ".dotx")),
    FileKind("pptx", "a PowerPoint presentation", "document", (".pptx", ".pptm", ".ppsx")),
    FileKind("html", "an HTML page", "document", (".html", ".htm", ".xhtml")),
    FileKind("eml", "an e-mail", "document", (".eml", ".mht", ".mhtml")),
    FileKind("md", "a Markdown text", "document", (".md", ".markdown")),
    FileKind("txt", "a plain text", "document", (".txt", ".text", ".log")),
    FileKind("dxf", "a DXF drawing", "drawing", (".dxf",)),
    FileKind("step", "a STEP model", "drawing", (".step", ".stp", ".p21")),
    FileKind("stl", "an STL mesh", "drawing", (".stl",)),
    FileKind("obj", "an OBJ mesh", "drawing", (".obj",)),
    FileKind("zip", "a ZIP archive", "archive", (".zip",)),
    FileKind("encrypted-office", "a password-protected Office file", None),
    FileKind("doc", "a Word 97-2003 document", None, (".doc",)),
    FileKind("ppt", "a PowerPoint 97-2003 presentation", None, (".ppt",)),
    FileKind("msg", "an Outlook message", None, (".msg",)),
    FileKind("odt", "an OpenDocument text", None, (".odt", ".odp", ".odg")),
    FileKind("rtf", "a Rich Text document", None, (".rtf",)),
    FileKind("exe", "a Windows program", None, (".exe", ".dll", ".com", ".scr")),
    FileKind("elf", "a Linux program", None, (".so",)),
    FileKind("rar", "a RAR archive", None, (".rar",)),
    FileKind("7z", "a 7-Zip archive", None, (".7z",)),
    FileKind("gzip", "a gzip archive", None, (".gz", ".tgz", ".svgz")),
    FileKind("tar", "a tar archive", None, (".tar",)),
    FileKind("dwg", "a DWG drawing", None, (".dwg",)),
    FileKind("iges", "an IGES model", None, (".igs", ".iges")),
    FileKind("psd", "a Photoshop picture", None, (".psd",)),
    FileKind("postscript", "a PostScript file", None, (".ps", ".eps", ".ai")),
    FileKind("audio", "an audio file", None, (".mp3", ".wav", ".m4a", ".flac")),
    FileKind("xml", "an XML file", None, (".xml",)),
    FileKind("json", "a JSON file", None, (".json", ".jsonl")),
    FileKind("sqlite", "an SQLite database", None, (".db", ".sqlite")),
    FileKind("zeros", "only zero bytes", None),
    FileKind("unknown", "of no known kind", None),
)

_ADVICE = {
    "encrypted-office": "Remove the password and save it again.",
    "doc": "Save it as .docx or .pdf.",
    "ppt": "Save it as .pptx or .pdf.",
    "msg": "Save the message as .eml.",
    "odt": "Save it as .docx or .pdf.",
    "rtf": "Save it as .docx or .pdf.",
    "rar": "Unpack it and hand in its files, or pack them as .zip.",
    "7z": "Unpack it and hand in its files, or pack them as .zip.",
    "gzip": "Unpack it and hand in its files, or pack them as .zip.",
    "tar": "Unpack it and hand in its files, or pack them as .zip.",
    "dwg": "Save it as .dxf.",
    "iges": "Save it as .step.",
    "psd": "Export it as .png.",
    "postscript": "Convert it to .pdf.",
    "xml": "Save what it holds as .xlsx or .csv.",
    "json": "Save what it holds as .xlsx or .csv.",
    "zeros": "The download or copy was cut short; fetch it again.",
}


def expected(family: Family) -> str:
    """List the formats of a family, e.g. "JPEG, PNG ..."."""
    names = [kind.name.upper() for kind in KINDS.values() if kind.family == family]
    return ", ".join(names)
