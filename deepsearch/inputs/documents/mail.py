"""E-mails: subject, body and attachments."""

from __future__ import annotations

import email
import email.errors
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.archives import read_members
from deepsearch.inputs.documents.collect import Collector
from deepsearch.inputs.documents.web import read_markup
from deepsearch.inputs.reading import Reading
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.source import Source

__all__ = ["read_mail"]


def read_mail(source: Source, reading: Reading) -> LoadedFile:
    """Read an e-mail.

    The plain body is preferred to the HTML one. Attachments and pictures shown in the
    body are read as files of their own; those that cannot be read are named in the notes.

    Args:
        source: The file.
        reading: Bounds, the reader of the attachments, and how deep the mail lies in others.

    Returns:
        Subject and body as text, the attachments' parts and rows.

    Raises:
        UnreadableFileError: If it is damaged, nested too deep, or holds nothing.
    """
    limits = reading.limits
    if reading.depth > limits.archive.max_depth:
        raise UnreadableFileError(
            f"{source.name}: is a mail inside {reading.depth} others; at most "
            f"{limits.archive.max_depth} are opened. Save the inner one as a file."
        )
    data = source.read(limits.document.max_bytes)
    found = Collector(source, "eml", limits)
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        if isinstance(message["subject"], str):
            found.text(f"# {message['subject']}", "")
        _body(found, message)
        attachments = list(_attachments(source, message))
    # Headers and encodings of damaged mails fail in many ways inside the parser.
    except (
        email.errors.MessageError, ValueError, LookupError, AttributeError, TypeError,
        RecursionError, AssertionError,
    ) as error:  # fmt: skip
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError(
            f"{source.name}: is an e-mail but damaged ({error}). Save it again as .eml."
        ) from error
    inner = _read_attachments(found, attachments, source.name, reading.deeper())
    if inner is None:
        return found.finish(empty="holds neither text nor attachments that can be read.")
    try:
        own = found.finish(empty="")
    except UnreadableFileError:
        return replace(inner, name=source.name, family="document", kind="eml")
    return replace(
        own,
        parts=(*own.parts, *inner.parts),
        rows=(*own.rows, *inner.rows),
        tables=(*own.tables, *inner.tables),
        notes=(*own.notes, *inner.notes),
    )


def _read_attachments(
    found: Collector, attachments: list[Source], name: str, reading: Reading
) -> LoadedFile | None:
    if not attachments:
        return None
    try:
        return read_members(iter(attachments), name, "eml", reading)
    except UnreadableFileError as error:
        found.note(f"no attachment can be read: {error}")
        return None


def _body(found: Collector, message: EmailMessage) -> None:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return
    content = part.get_content()
    if not isinstance(content, str):
        return
    if part.get_content_subtype() == "html":
        read_markup(found, content)
    else:
        found.text(content, "")


def _attachments(source: Source, message: EmailMessage) -> Iterator[Source]:
    body = message.get_body(preferencelist=("plain", "html"))
    for number, part in enumerate(message.walk(), start=1):
        if part is body or (part.is_multipart() and part.get_content_type() != "message/rfc822"):
            continue
        name = part.get_filename()
        if name is None and part.get_content_maintype() == "text":
            continue
        if part.get_content_type() == "message/rfc822":
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            content = inner.as_bytes() if isinstance(inner, EmailMessage) else b""
            name = name or f"message {number}.eml"
        else:
            decoded = part.get_payload(decode=True)
            content = decoded if isinstance(decoded, bytes) else b""
        if content:
            label = f"{source.name}/{(name or f'attachment {number}').replace('/', '_')}"
            yield Source(label, len(content), None, content)
