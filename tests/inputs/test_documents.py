"""Documents: texts with their places, tables, pictures; damaged and hostile ones."""

from __future__ import annotations

import io
from email.message import EmailMessage
from pathlib import Path

import docx
import pptx
import pytest
from docx.oxml import OxmlElement
from PIL import Image, ImageDraw, ImageFont

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import DocumentLimits, InputLimits, LoadedFile, read_file
from deepsearch.schema import Modality
from tests.inputs.files import encoded, page, pdf, picture, repacked, ruled_table, workbook

CELLS = [["Item", "Size", "Qty"], ["Ball valve", "DN50", "12"], ["Gate valve", "DN80", "4"]]


def texts(loaded: LoadedFile) -> str:
    return "\n".join(part.text or "" for part in loaded.parts if part.kind is Modality.TEXT)


def pictures(loaded: LoadedFile) -> list[bytes]:
    return [part.picture or b"" for part in loaded.parts if part.kind is Modality.PICTURE]


def word() -> bytes:
    document = docx.Document()
    document.add_heading("Requirements", level=1)
    document.add_paragraph("Valves for drinking water.")
    document.add_heading("Quantities", level=2)
    table = document.add_table(rows=3, cols=3)
    for row, cells in zip(table.rows, CELLS, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_picture(io.BytesIO(picture(200, 150)))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def slides(*, items: bool = True) -> bytes:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Our enquiry"
    slide.shapes.add_textbox(0, 0, 999, 999).text_frame.text = "Stainless steel only"
    if items:
        grid = slide.shapes.add_table(3, 3, 0, 0, 9999, 9999).table
        for r, cells in enumerate(CELLS):
            for c, text in enumerate(cells):
                grid.cell(r, c).text = text
    slide.shapes.add_picture(io.BytesIO(picture(200, 150)), 0, 0)
    buffer = io.BytesIO()
    show.save(buffer)
    return buffer.getvalue()


class TestWord:
    def test_structure_is_kept(self) -> None:
        loaded = read_file(word(), name="rfq.docx")
        assert loaded.family == "document"
        parts = {part.source: part.text for part in loaded.parts if part.text}
        assert parts["rfq.docx Requirements"] == "# Requirements\nValves for drinking water."
        assert parts["rfq.docx Quantities"] == "## Quantities"
        assert [row.quantity for row in loaded.rows] == [12, 4]
        assert loaded.rows == loaded.tables[0].rows
        # Nothing says which of the two the picture shows.
        assert pictures(loaded) == []
        assert any("its pictures were left out" in note for note in loaded.notes)

    def test_a_long_text_is_one_request_whatever_it_lists(self) -> None:
        document = docx.Document(io.BytesIO(word()))
        document.add_paragraph("The valve shall withstand 16 bar. " * 100)
        buffer = io.BytesIO()
        document.save(buffer)
        loaded = read_file(buffer.getvalue(), name="rfq.docx")
        assert loaded.rows == ()
        assert "Ball valve; Size: DN50; Quantity: 12" in texts(loaded)
        assert len(pictures(loaded)) == 1

    def test_headers_merged_over_two_lines(self) -> None:
        document = docx.Document()
        table = document.add_table(rows=4, cols=4)
        for column, name in enumerate(("Pos.", "Bezeichnung")):
            table.cell(0, column).merge(table.cell(1, column)).text = name
        table.cell(0, 2).merge(table.cell(0, 3)).text = "Menge"
        rows = [
            ("", "", "Anzahl", "Einheit"),
            ("1", "Welle", "5", "m"),
            ("2", "Rad", "6", "Stk"),
        ]
        for row, cells in enumerate(rows, start=1):
            for column, text in enumerate(cells):
                if text:
                    table.cell(row, column).text = text
        buffer = io.BytesIO()
        document.save(buffer)
        loaded = read_file(buffer.getvalue(), name="a.docx")
        assert [(row.description, row.quantity, row.unit) for row in loaded.rows] == [
            ("Welle", 5, "m"), ("Rad", 6, "Stk"),
        ]  # fmt: skip

    def test_changes_are_read_as_accepted(self) -> None:
        document = docx.Document()
        changed = document.add_paragraph("At least ")
        for kind, text in (("del", "40"), ("ins", "60")):
            run = changed.add_run(text)
            mark = OxmlElement(f"w:{kind}")
            run._r.addprevious(mark)
            mark.append(run._r)
        changed.add_run(" l/min")
        control = OxmlElement("w:sdt")
        inside = OxmlElement("w:sdtContent")
        filled_in = document.add_paragraph("Chosen:\t316L")
        filled_in._p.addprevious(control)
        control.append(inside)
        inside.append(filled_in._p)
        buffer = io.BytesIO()
        document.save(buffer)
        assert texts(read_file(buffer.getvalue(), name="a.docx")) == (
            "At least 60 l/min\nChosen:\t316L"
        )

    def test_damaged(self) -> None:
        data = repacked(word(), {"word/document.xml": b"<w:document"})
        with pytest.raises(UnreadableFileError, match=r"a.docx: is a Word document but damaged"):
            read_file(data, name="a.docx")

    def test_entities(self) -> None:
        body = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x/>'
        with pytest.raises(UnreadableFileError, match="XML entities"):
            read_file(repacked(word(), {"word/document.xml": body}), name="a.docx")

    def test_bomb(self) -> None:
        data = repacked(word(), {"word/media/x.png": bytes(600 * 1024 * 1024)})
        with pytest.raises(UnreadableFileError, match="zip bomb"):
            read_file(data, name="a.docx")

    def test_empty(self) -> None:
        buffer = io.BytesIO()
        docx.Document().save(buffer)
        with pytest.raises(UnreadableFileError, match="neither text nor pictures"):
            read_file(buffer.getvalue(), name="a.docx")


def test_slides() -> None:
    loaded = read_file(slides(), name="a.pptx")
    assert texts(loaded) == "# Our enquiry\nStainless steel only"
    assert [row.text.replace("\n", "; ") for row in loaded.rows] == [
        "Ball valve; Size: DN50; Quantity: 12", "Gate valve; Size: DN80; Quantity: 4",
    ]  # fmt: skip
    assert {part.source for part in loaded.parts} == {"a.pptx slide 1"}
    alone = slides(items=False)
    assert len(pictures(read_file(alone, name="a.pptx"))) == 1
    with pytest.raises(UnreadableFileError, match="presentation but damaged"):
        read_file(repacked(slides(), {"ppt/presentation.xml": b"<p"}), name="a.pptx")


class TestPdf:
    def test_text_with_headings_and_pages(self) -> None:
        first = page(["# Enquiry", "We need 200 ball valves DN50.", "Delivery within 6 weeks."])
        second = page(["Packing in wooden crates."])
        loaded = read_file(pdf([first, second]), name="rfq.pdf")
        parts = {part.source: part.text for part in loaded.parts}
        assert parts["rfq.pdf p. 1"].splitlines()[0] == "# Enquiry"
        assert "200 ball valves DN50" in parts["rfq.pdf p. 1"]
        assert parts["rfq.pdf p. 2"] == "Packing in wooden crates."
        assert loaded.facts["pages"] == 2

    def test_ruled_tables(self) -> None:
        content = page(["Items wanted:"]) + "\n" + ruled_table(CELLS)
        loaded = read_file(pdf([content]), name="rfq.pdf")
        (table,) = loaded.tables
        assert [(row.description, row.quantity) for row in table.rows] == [
            ("Ball valve", 12),
            ("Gate valve", 4),
        ]
        # Each item is a query of its own; what stands around them goes with all.
        assert loaded.rows == table.rows
        assert texts(loaded) == "Items wanted:"

    def test_tables_without_lines(self) -> None:
        columns = (50, 90, 300, 360)
        rows = [
            ("Pos", "Description", "Qty", "Unit"),
            ("1", "Ball valve DN50 PN16 with a long name", "12", "pcs"),
            ("", "and flanges", "", ""),
            ("2", "Gate valve DN80", "4", "pcs"),
        ]
        cells = [
            f"BT /F1 10 Tf {x} {700 - 14 * line} Td ({cell}) Tj ET"
            for line, row in enumerate(rows)
            for x, cell in zip(columns, row, strict=True)
            if cell
        ]
        prose = [
            f"BT /F1 10 Tf 50 {y} Td ({words}) Tj ET"
            for y, words in (
                (760, "Please quote:"),
                (640, "Prices in EUR, delivered to Riverside."),
            )
        ]
        loaded = read_file(pdf(["\n".join([*cells, *prose])]), name="rfq.pdf")
        assert [(row.description, row.quantity, row.unit) for row in loaded.rows] == [
            ("Ball valve DN50 PN16 with a long name and flanges", 12, "pcs"),
            ("Gate valve DN80", 4, "pcs"),
        ]
        assert texts(loaded) == "Please quote:\nPrices in EUR, delivered to Riverside."

    def test_a_scan_is_read_by_ocr_or_said_to_be_unread(self) -> None:
        image = Image.new("RGB", (1240, 600), "white")
        ImageDraw.Draw(image).text(
            (80, 200), "BALL VALVE DN50", fill="black", font=ImageFont.load_default(90)
        )
        loaded = read_file(encoded(image, "PDF"), name="scan.pdf")
        assert len(pictures(loaded)) == 1
        try:
            import rapidocr_onnxruntime  # noqa: F401
        except ImportError:
            assert any('"deepsearch[ocr]"' in note for note in loaded.notes)
        else:
            assert "VALVE" in texts(loaded)

    def test_a_very_narrow_scan_is_read_in_bounded_time(self) -> None:
        pytest.importorskip("rapidocr_onnxruntime", reason="needs the ocr extra")
        from deepsearch.inputs.documents.ocr import read_text

        # The engine would enlarge three pixels until they can be read, and the height with them.
        assert read_text(Image.new("RGB", (3, 700), "white")) == ""

    def test_a_password(self) -> None:
        secret = (
            b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32
            + b"> /P -4 >> /ID [<00> <00>]"
        )  # fmt: skip
        with pytest.raises(UnreadableFileError, match=r"a.pdf: is protected by a password"):
            read_file(pdf([page(["secret"])], trailer=secret), name="a.pdf")

    def test_pages_that_contain_themselves(self) -> None:
        data = pdf([page(["text"])]).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")
        with pytest.raises(UnreadableFileError, match=r"a.pdf"):
            read_file(data, name="a.pdf")

    def test_damaged_and_truncated(self) -> None:
        with pytest.raises(UnreadableFileError, match="is a PDF but damaged"):
            read_file(b"%PDF-1.7\nnothing of use", name="a.pdf")

    def test_page_and_text_limits(self) -> None:
        data = pdf([page([f"page {i}"]) for i in range(1, 6)])
        loaded = read_file(
            data, name="a.pdf", limits=InputLimits(document=DocumentLimits(max_pages=2))
        )
        assert "page 2" in texts(loaded)
        assert "page 3" not in texts(loaded)
        assert any("pages 3-5 were left out" in note for note in loaded.notes)
        loaded = read_file(
            data, name="a.pdf", limits=InputLimits(document=DocumentLimits(max_chars=8))
        )
        assert len(texts(loaded).replace("\n", "")) <= 8
        assert any("more than 8 characters" in note for note in loaded.notes)


class TestWeb:
    def test_structure_is_kept_and_nothing_is_fetched(self) -> None:
        import base64

        shown = base64.b64encode(picture(120, 90)).decode()
        rows = "".join(
            "<tr>" + "".join(f"<td><p>{cell}</p></td>" for cell in row) + "</tr>" for row in CELLS
        )
        markup = f"""<!DOCTYPE html><html><head><title>x</title><style>p {{}}</style></head><body>
            <h1>Enquiry</h1><p>Valves &amp; fittings</p><script>alert(1)</script>
            <table>{rows}</table><img src="http://localhost:9/x.png" alt="sketch">
            <img src="data:image/png;base64,{shown}"></body></html>"""
        loaded = read_file(markup.encode(), name="a.html")
        text = texts(loaded)
        assert text.startswith("# Enquiry\nValves & fittings")
        assert "alert" not in text
        assert [row.quantity for row in loaded.rows] == [12, 4]

    def test_cells_over_several_rows_and_columns(self) -> None:
        rows = [
            "<th rowspan=2>Pos<th rowspan=2>Item<th colspan=2>Quantity",
            "<th>Number<th>Unit",
            "<td>1<td>Shaft<td>5<td>pcs",
            "<td>2<td>Wheel<td>6<td>pcs",
        ]
        markup = "<html><table>" + "".join(f"<tr>{row}" for row in rows) + "</table>"
        loaded = read_file(markup.encode(), name="a.html")
        assert [(row.description, row.quantity, row.unit) for row in loaded.rows] == [
            ("Shaft", 5, "pcs"), ("Wheel", 6, "pcs"),
        ]  # fmt: skip
        wide = "<html><table>" + "<tr><td colspan=99999999>a<td rowspan=9x>b" * 20_000
        assert "a" in texts(read_file(wide.encode(), name="a.html"))

    def test_the_page_without_its_site(self) -> None:
        specified = "<tr><th>Capacity<td>750 ml</tr><tr><th>Lid<td>Bamboo</tr>"
        main = f"<h1>Bottle</h1><p>Double wall, keeps cold for a day.</p><table>{specified}</table>"
        site = "<header>Sign in</header><aside>Also bought</aside>"
        for opened in (main, f"<main>{main * 2}</main>"):
            markup = f"<html><body>{site}{opened}<footer>Cookies</footer></body></html>"
            text = texts(read_file(markup.encode(), name="a.html"))
            assert "Capacity: 750 ml\nLid: Bamboo" in text
            assert "Cookies" not in text
            assert "Also bought" not in text
            assert ("Sign in" in text) == ("<main>" not in markup)
        shell = "<html><body><main></main><p>Read me</p></body></html>"
        assert texts(read_file(shell.encode(), name="a.html")) == "Read me"

    def test_declared_encoding(self) -> None:
        markup = '<html><head><meta charset="gbk"></head><body><p>不锈钢球阀</p></body></html>'
        assert "不锈钢球阀" in texts(read_file(markup.encode("gbk"), name="a.html"))

    @pytest.mark.parametrize("mark", ["<![PE stray]>", "<![ >", "<!['x'[ y]]>", "<![if !vml]>"])
    def test_marked_sections_of_no_known_keyword(self, mark: str) -> None:
        loaded = read_file(f"<html><p>before</p>{mark}<p>after".encode(), name="a.html")
        assert texts(loaded).split() == ["before", "after"]

    def test_deep_nesting(self) -> None:
        loaded = read_file(b"<html>" + b"<div><table><tr><td>" * 20_000 + b"deep", name="a.html")
        assert "deep" in texts(loaded)


def test_plain_and_markdown() -> None:
    loaded = read_file("Нужны шаровые краны DN50".encode("cp1251"), name="a.txt")
    assert texts(loaded) == "Нужны шаровые краны DN50"
    table = "\n".join("| " + " | ".join(row) + " |" for row in [CELLS[0], ["---"] * 3, *CELLS[1:]])
    loaded = read_file(f"# Enquiry\n\nPlease quote:\n\n{table}\n\nThanks".encode(), name="a.md")
    assert [row.quantity for row in loaded.rows] == [12, 4]
    assert "Please quote:" in texts(loaded)
    loaded = read_file(b"- **Product**: bolt\n\n```\nM8 x `40`\n```\n5 ** 3", name="a.md")
    assert texts(loaded) == "- Product: bolt\n\nM8 x 40\n5 ** 3"
    with pytest.raises(UnreadableFileError, match="only blanks"):
        read_file(b" \n\n ", name="a.txt")


class TestMail:
    def message(self) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = "a@example.com", "b@example.com"
        message["Subject"] = "RFQ Ventile Größe DN50"
        message.set_content("Please quote the attached list.")
        return message

    def test_body_and_attachments(self) -> None:
        message = self.message()
        message.add_attachment(
            workbook(CELLS), maintype="application", subtype="octet-stream", filename="list.xlsx"
        )
        message.add_attachment(picture(90, 90), maintype="image", subtype="png", filename="p.png")
        loaded = read_file(message.as_bytes(), name="mail.eml")
        assert texts(loaded) == "# RFQ Ventile Größe DN50\nPlease quote the attached list."
        assert [row.quantity for row in loaded.rows] == [12, 4]
        assert loaded.rows[0].source == "mail.eml/list.xlsx Sheet1!2"
        assert len(pictures(loaded)) == 1

    def test_html_only(self) -> None:
        message = self.message()
        message.set_content("<p>Quote <b>100</b> valves</p>", subtype="html")
        assert "Quote 100 valves" in texts(read_file(message.as_bytes(), name="m.eml"))

    def test_an_attachment_that_cannot_be_read_is_named(self) -> None:
        message = self.message()
        message.add_attachment(b"MZ" + bytes(99), maintype="a", subtype="b", filename="virus.xlsx")
        loaded = read_file(message.as_bytes(), name="m.eml")
        assert any("virus.xlsx" in note and "Windows program" in note for note in loaded.notes)

    def test_mails_inside_mails_end(self) -> None:
        inner = self.message()
        for _ in range(12):
            outer = self.message()
            outer.add_attachment(inner)
            inner = outer
        loaded = read_file(inner.as_bytes(), name="m.eml")
        assert any("mail inside" in note for note in loaded.notes)


def test_other_kinds_are_named(tmp_path: Path) -> None:
    for content, words in (
        (b"Rar!\x1a\x07\x00" + bytes(50), "RAR archive"),
        (b"AC1027" + bytes(50), "DWG drawing. .* Save it as .dxf"),
        (bytes(5000), "only zero bytes"),
        (b"\x7fELF" + bytes(60), "Linux program"),
    ):
        with pytest.raises(UnreadableFileError, match=words):
            read_file(content, name="a.pdf")
