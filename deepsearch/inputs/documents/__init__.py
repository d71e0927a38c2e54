"""Documents: their texts with headings and tables kept, and the pictures in them."""

from __future__ import annotations

from deepsearch.inputs.kinds import FileKind
from deepsearch.inputs.reading import Reading
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.source import Source

__all__ = ["read_document"]


def read_document(source: Source, kind: FileKind, reading: Reading) -> LoadedFile:
    """Read a document of any kind.

    Args:
        source: The file.
        kind: What it is, by its contents.
        reading: Bounds, the reader of what is attached to a mail, and how deep it lies.

    Returns:
        Texts with headings ("# Heading") and tables ("Header: value"), each with its
        page, slide or section; the larger pictures; tables with item rows of their own.

    Raises:
        UnreadableFileError: If it is damaged, hostile, protected or beyond the limits.
        MissingExtraError: If a scanned page needs the extra `ocr` and nothing else in
            the document can be read.
    """
    limits = reading.limits
    match kind.name:
        case "pdf":
            from deepsearch.inputs.documents.pdf import read_pdf

            return read_pdf(source, limits=limits)
        case "docx":
            from deepsearch.inputs.documents.word import read_word

            return read_word(source, limits=limits)
        case "pptx":
            from deepsearch.inputs.documents.slides import read_slides

            return read_slides(source, limits=limits)
        case "html":
            from deepsearch.inputs.documents.web import read_web

            return read_web(source, limits=limits)
        case "eml":
            from deepsearch.inputs.documents.mail import read_mail

            return read_mail(source, reading)
    from deepsearch.inputs.documents.plain import read_plain

    return read_plain(source, kind, limits=limits)
