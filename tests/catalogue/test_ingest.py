"""Records as sources, good and bad: what goes in, what is rejected, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deepsearch.catalogue import Catalogue, ingest
from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.schema import (
    Claim,
    EmbeddingSpace,
    Listing,
    Modality,
    PriceTier,
    Quantity,
)
from tests.catalogue.sources import write_csv, write_jsonl

SPACE = EmbeddingSpace(name="toy", revision="1", dim=4)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue.create(tmp_path / "catalogue")


def test_records_of_the_catalogue_s_own_form(catalogue: Catalogue, tmp_path: Path) -> None:
    source = write_jsonl(
        tmp_path / "shop.jsonl",
        [
            {
                "id": "a",
                "title": "Gear pump",
                "price": {"min": 2, "max": 1.5, "currency": "USD", "unit": "Pieces"},
                "min_order_quantity": {"value": 100, "unit": "pcs"},
                "attributes": {"Voltage": "220 V", "Phase": 3, "empty": None},
                "dispatch_days": 3,
                "price_tiers": [{"low": 2, "high": 2, "min_quantity": 10}],
                "claims": [{"dimension": "certification", "text": "CE"}],
                "supplier": {"id": "s", "verified": False, "years": 4, "reorder_rate": 0.2},
                "image_urls": ["https://x.example/a.jpg"],
                "colour": "red",
            },
            {"id": "b", "title": "Bare", "source": "elsewhere"},
        ],
    )
    report = ingest(catalogue, source)
    assert (report.source, report.rows, report.added, report.rejected) == ("shop", 2, 2, 0)
    assert report.unmapped == {"colour": "no field of that name"}
    first, second = catalogue.listings([0, 1])
    assert first.offer.price_tiers == (PriceTier(low=2, high=2, min_quantity=10),)
    assert first.offer.price_unit == "piece"
    assert first.offer.min_order_quantity == Quantity(value=100, unit="piece")
    assert first.attributes == {"Voltage": "220 V", "Phase": "3"}
    assert first.supplier is not None
    assert first.supplier.verified is False
    assert first.claims == (Claim(dimension="certification", value="CE"),)
    assert second == Listing(id="b", title="Bare", source="elsewhere")


def test_wrong_lines_are_rejected_with_line_and_reason(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    lines = [
        '{"id": "a", "title": "fine"}',
        '{"id": "b", "title": ',
        "[1, 2]",
        '{"id": "c", "title": "x", "price": {"min": "cheap"}}',
        '{"id": "d"}',
        '{"id": "e", "title": "x", "price": {"min": -1}}',
        '{"id": "a", "title": "again"}',
        '{"id": "f", "title": "x", "price": {"min": NaN, "max": NaN}}',
        '{"id": "g", "title": "x", "price": "12 USD"}',
        '{"id": "h", "title": "x", "dispatch_days": 1e999}',
        '{"id": "i", "title": "lone \\ud800 surrogate"}',
        '{"id": "j", "title": "x", "claims": [{"text": "CE"}]}',
        "",
        "\x00\x01",
    ]
    source = tmp_path / "s.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")
    source.write_bytes(source.read_bytes() + b"\n\xff\xfe broken bytes\n")
    # zero bytes make it no text file at all
    with pytest.raises(UnreadableFileError, match="zero bytes"):
        ingest(catalogue, source)
    source.write_bytes(source.read_bytes().replace(b"\x00", b""))
    report = ingest(catalogue, source)
    assert sorted(catalogue.listing_ids) == ["a", "f", "i"]
    assert catalogue.listings(catalogue.rows(["f"]))[0].offer.price_min is None
    reasons = {reject.line: reject.reason for reject in report.rejects}
    assert "no valid JSON" in reasons[2]
    assert reasons[3] == "no JSON object"
    assert 'price.min is "cheap"; a number is expected' in reasons[4]
    assert reasons[5] == "no title"
    assert "negative" in reasons[6]
    assert reasons[7] == "id 'a' stands on line 1 already"
    assert "an object is expected" in reasons[9]
    assert "not finite" in reasons[10]
    assert "dimension" in reasons[12]
    assert {14, 15} <= set(reasons)
    kept = catalogue.rejects().to_pylist()
    assert {row["line"] for row in kept} == set(reasons)
    assert kept[0]["original"] == '{"id": "b", "title": \n'
    assert catalogue.info().rejects == report.rejected == len(reasons)


def test_a_supplier_without_an_id_is_kept(catalogue: Catalogue, tmp_path: Path) -> None:
    source = write_jsonl(
        tmp_path / "s.jsonl",
        [
            {"id": "a", "title": "t", "supplier": {"name": "Acme  Ltd", "years": 3}},
            {"id": "b", "title": "t", "supplier": {"url": "https://acme.shop.example/"}},
            {"id": "c", "title": "t", "supplier": {"id": "own", "name": "B"}},
            {"id": "d", "title": "t"},
        ],
    )
    ingest(catalogue, source)
    suppliers = [listing.supplier for listing in catalogue.listings(range(4))]
    assert [None if s is None else s.id for s in suppliers] == ["acme ltd", "acme", "own", None]
    assert suppliers[0] is not None
    assert suppliers[0].years == 3


def test_rejects_are_those_of_the_newest_ingest(catalogue: Catalogue, tmp_path: Path) -> None:
    source = write_jsonl(
        tmp_path / "s.jsonl", [{"id": "a", "title": "t"}, {"id": "b", "title": ""}]
    )
    other = write_jsonl(tmp_path / "o.jsonl", [{"id": "c", "title": "t"}, {"id": "d", "title": ""}])
    ingest(catalogue, source)
    ingest(catalogue, other)
    assert catalogue.rejects()["source"].to_pylist() == ["s", "o"]
    write_jsonl(source, [{"id": "a", "title": "t"}, {"id": "b", "title": "now titled"}])
    report = ingest(catalogue, source)
    assert (report.added, report.unchanged, report.rejected) == (1, 1, 0)
    assert catalogue.rejects()["source"].to_pylist() == ["o"]


def test_an_id_of_another_source_is_not_taken_over(catalogue: Catalogue, tmp_path: Path) -> None:
    ingest(catalogue, write_jsonl(tmp_path / "one.jsonl", [{"id": "1", "title": "mine"}]))
    second = write_jsonl(tmp_path / "two.jsonl", [{"id": "1", "title": "theirs"}])
    report = ingest(catalogue, second)
    assert report.rejected == 1
    assert "belongs to source 'one'" in report.rejects[0].reason
    assert catalogue.listings([0])[0].title == "mine"
    assert ingest(catalogue, second, source="one").changed == 1


def test_ten_megabytes_in_one_cell(catalogue: Catalogue, tmp_path: Path) -> None:
    huge = "x" * 10_000_000
    source = write_jsonl(
        tmp_path / "s.jsonl",
        [{"id": "a", "title": "t"}, {"id": "b", "title": "t", "description": huge}],
    )
    report = ingest(catalogue, source)
    assert (report.added, report.rejected) == (1, 1)
    assert "10,000,000 characters" in report.rejects[0].reason
    assert len(report.rejects[0].original) < 5000
    table = write_csv(
        tmp_path / "s.csv",
        [["sku", "name", "notes"], ["1", "cup", "x"], ["2", "mug", huge], ["3", "jar", "y"]],
    )
    report = ingest(catalogue, table)
    assert (report.added, report.rejected) == (2, 1)
    assert report.rejects[0].line == 3
    assert "10,000,000 characters" in report.rejects[0].reason


def test_pictures_are_found_hashed_and_kept_inside(catalogue: Catalogue, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "pics").mkdir(parents=True)
    (folder / "pics" / "a.jpg").write_bytes(b"picture a")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "pics" / "out.jpg").symlink_to(tmp_path / "secret.txt")
    source = write_jsonl(
        folder / "s.jsonl",
        [
            {"id": "a", "title": "t", "images": ["pics/a.jpg", "https://x.example/b.jpg"]},
            {"id": "b", "title": "t", "images": ["../secret.txt", "pics/out.jpg", "/etc/passwd"]},
            {"id": "c", "title": "t", "images": ["pics/absent.jpg", "pics/a.jpg"]},
        ],
    )
    report = ingest(catalogue, source)
    a, b, c = catalogue.listings([0, 1, 2])
    assert [m.content_hash is not None for m in a.media] == [True, False]
    assert b.media == ()
    assert [m.content_hash is not None for m in c.media] == [False, True]
    assert catalogue.media_path(a.media[0], source="s") == folder / "pics" / "a.jpg"
    assert catalogue.media_path(a.media[1]) is None
    assert catalogue.media_path(c.media[0]) is None
    assert [(i.row, i.part) for i in catalogue.pending(SPACE, Modality.PICTURE)] == [(0, 0)]
    assert any("3 picture paths lead out" in warning for warning in report.warnings)
    assert any("1 pictures are not below" in warning for warning in report.warnings)
    # the picture changed: its listings did
    (folder / "pics" / "a.jpg").write_bytes(b"another picture")
    report = ingest(catalogue, source)
    assert (report.changed, report.unchanged) == (2, 1)


def test_enrich_adds_claims_and_may_not_break_ids(catalogue: Catalogue, tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "s.jsonl", [{"id": "a", "title": "CE pump"}])

    def claim(listing: Listing) -> Listing:
        return replace(listing, claims=(Claim(dimension="certification", value="CE"),))

    ingest(catalogue, source, enrich=claim)
    assert catalogue.facts["certifications"].to_pylist() == [["CE"]]
    assert ingest(catalogue, source, enrich=claim).unchanged == 1
    with pytest.raises(InvalidInputError, match="id"):
        ingest(catalogue, source, enrich=lambda listing: replace(listing, id="other"))
    assert catalogue.listing_ids == ["a"]


def test_progress_ends_at_the_total(catalogue: Catalogue, tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "s.jsonl", [{"id": str(n), "title": "t"} for n in range(9000)])
    seen: list[tuple[int, int | None]] = []
    ingest(catalogue, source, progress=lambda done, total: seen.append((done, total)))
    size = source.stat().st_size
    assert seen[-1] == (size, size)
    assert len(seen) > 1
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
