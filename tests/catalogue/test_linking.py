"""The same thing in several sources: suggested with reasons, never merged."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepsearch.catalogue import Catalogue, Link, groups, suggest_links
from deepsearch.catalogue.linking import bare_company, valid_gtin
from deepsearch.errors import InvalidInputError
from deepsearch.schema import Listing, Media, Supplier


def listing(source: str, number: int, title: str = "Thing", **fields: object) -> Listing:
    return Listing(id=f"{source}{number}", source=source, title=title, **fields)  # type: ignore[arg-type]


def links(tmp_path: Path, *listings: Listing) -> list[tuple[str, str, str]]:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert(listings)
    found = suggest_links(catalogue)
    assert all(0.8 <= link.score <= 1 and link.reasons for link in found)
    assert found == sorted(found, key=lambda link: -link.score)
    return [(link.kind, link.left[1], link.right[1]) for link in found]


def test_suppliers_by_name_with_a_second_sign(tmp_path: Path) -> None:
    a = Supplier(id="1", name="Acme Pumps Co., Ltd.", country="CN", city="Ningbo")
    b = Supplier(id="2", name="ACME PUMPS LIMITED", country="CN", city="ningbo")
    elsewhere = Supplier(id="3", name="Acme Pumps Inc.", country="US")
    other_city = Supplier(id="4", name="Acme Pumps", country="CN", city="Dalian")
    name_only = Supplier(id="5", name="Acme Pumps")
    assert links(
        tmp_path,
        listing("a", 1, supplier=a),
        listing("a", 2, supplier=a),
        listing("b", 1, supplier=b),
        listing("c", 1, supplier=elsewhere),
        listing("d", 1, supplier=other_city),
        listing("e", 1, supplier=name_only),
    ) == [("supplier", "1", "2")]


def test_suppliers_by_their_own_host_but_not_a_marketplace_s(tmp_path: Path) -> None:
    own = "https://www.acme.example/about"
    shared = [
        listing(
            "ab"[n % 2],
            n,
            supplier=Supplier(id=f"m{n}", url="https://market.example/x", country="CN"),
        )
        for n in range(8)
    ]
    assert links(
        tmp_path,
        listing("a", 91, supplier=Supplier(id="1", url=own, name="Acme", country="DE")),
        listing("b", 92, supplier=Supplier(id="2", url=own, name="Acme GmbH", country="DE")),
        *shared,
    ) == [("supplier", "1", "2")]


def test_listings_by_code_part_and_picture(tmp_path: Path) -> None:
    gtin = {"gtin": "4006381333931"}
    picture = (Media(uri="x", content_hash="ab" * 32),)
    assert links(
        tmp_path,
        listing("a", 1, "Blue pen", identifiers=gtin),
        listing("b", 1, "Stift blau", identifiers=gtin),
        listing("a", 2, "Gear pump", brand="Acme", model="GP-40"),
        listing("b", 2, "Gear pump GP 40", brand="ACME", model="GP 40"),
        listing("a", 3, "Steel camping cup", media=picture),
        listing("b", 3, "Completely another", media=picture),
        listing("a", 4, "Bolt", brand="Acme", model="M8"),
        listing("b", 4, "Nut", brand="Acme", model="M8"),
        listing("a", 5, "Pen", identifiers={"gtin": "12345678"}),
        listing("b", 5, "Cup", identifiers={"gtin": "12345678"}),
        listing("c", 6, "Same source", identifiers={"gtin": "96385074"}),
        listing("c", 7, "Same source", identifiers={"gtin": "96385074"}),
    ) == [("listing", "a1", "b1"), ("listing", "a2", "b2")]


@pytest.mark.parametrize(
    ("code", "valid"),
    [("4006381333931", True), ("96385074", True), ("036000291452", True), ("4006381333932", False),
     ("12345", False), ("00000000", False), ("abcdefgh", False)],
)  # fmt: skip
def test_check_digits(code: str, valid: bool) -> None:
    assert valid_gtin(code) is valid


def test_company_names() -> None:
    assert bare_company("Yantai Shanyou Electric Co., Ltd.") == "yantai shanyou electric"
    assert bare_company("华泰有限公司") == "华泰"


# ---------------------------------------------------------------- kept in the catalogue


def linked_catalogue(tmp_path: Path) -> Catalogue:
    catalogue = Catalogue.create(tmp_path / "c")
    maker = {"brand": "Acme", "identifiers": {"mpn": "GP-2000"}}
    catalogue.upsert(
        [
            listing("a", 1, "Gear pump GP-2000", **maker),
            listing("b", 1, "Acme gear pump", **maker),
            listing("c", 1, "Pump by Acme", **maker),
            listing("c", 2, "Another thing"),
        ]
    )
    return catalogue


def test_links_are_kept_decided_and_taken_back(tmp_path: Path) -> None:
    catalogue = linked_catalogue(tmp_path)
    kept = catalogue.update_links()
    assert [item.status for item in kept] == ["suggested"] * 3
    version = catalogue.version
    assert catalogue.update_links() == kept
    assert catalogue.version == version, "what changes nothing is no commit"

    first, second, third = kept
    catalogue.decide_links([first], "accepted")
    catalogue.decide_links([second.link], "rejected")
    again = Catalogue.open(catalogue.path)
    assert [item.link for item in again.links("accepted")] == [first.link]
    assert [item.link for item in again.links("rejected")] == [second.link]
    assert all(item.decided for item in again.links() if item.status != "suggested")
    assert groups(again.links(), "listing") == [frozenset({first.link.left, first.link.right})]
    # looking anew leaves decisions as they are
    assert {item.link: item.status for item in again.update_links()} == {
        first.link: "accepted",
        second.link: "rejected",
        third.link: "suggested",
    }
    again.decide_links([first, second], "suggested")
    assert again.links() == kept
    assert groups(again.links(), "listing") == []


def test_links_go_back_with_the_catalogue(tmp_path: Path) -> None:
    catalogue = linked_catalogue(tmp_path)
    before = catalogue.version
    kept = catalogue.update_links()
    catalogue.decide_links(kept, "accepted")
    assert groups(catalogue.links(), "listing") == [
        frozenset({("a", "a1"), ("b", "b1"), ("c", "c1")})
    ]
    accepted = catalogue.version
    catalogue.rollback(before)
    assert catalogue.links() == []
    assert catalogue.update_links() == kept, "made again over what older versions still refer to"
    assert [item.status for item in Catalogue.open(catalogue.path, accepted).links()] == [
        "accepted"
    ] * 3
    catalogue.rollback(accepted)
    assert [item.status for item in catalogue.links()] == ["accepted"] * 3
    catalogue.vacuum()
    assert len(Catalogue.open(catalogue.path).links("accepted")) == 3
    assert catalogue.check() == []


def test_only_links_that_are_there_can_be_decided(tmp_path: Path) -> None:
    catalogue = linked_catalogue(tmp_path)
    catalogue.update_links()
    version = catalogue.version
    stranger = Link(kind="supplier", left=("a", "1"), right=("b", "2"), score=1.0, reasons=())
    with pytest.raises(InvalidInputError, match="no link of the suppliers"):
        catalogue.decide_links([stranger], "accepted")
    with pytest.raises(InvalidInputError, match="status is 'perhaps'"):
        catalogue.decide_links([], "perhaps")  # type: ignore[arg-type]
    assert catalogue.version == version
