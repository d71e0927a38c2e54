"""The service of docs/service.md, as it stands there."""

from __future__ import annotations

import importlib.util
import logging
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import deepsearch as ds
from deepsearch.engine import SearchEngine

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ds.data_folder()


def blocks() -> list[str]:
    text = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)


@pytest.fixture
def module(grocery_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("fastapi", reason="a part of the extra dev")
    shutil.copytree(grocery_folder, tmp_path / "shop")
    monkeypatch.setenv("CATALOGUE", str(tmp_path / "shop"))
    path = tmp_path / "service.py"
    path.write_text(blocks()[0], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("service", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def client(module: Any) -> Iterator[TestClient]:
    from fastapi.testclient import TestClient

    with TestClient(module.app) as opened:
        yield opened


def test_searches_by_words_pictures_and_sheets(client: TestClient) -> None:
    answer = client.get("/search", params={"q": "oat drink", "where": "price <= 9 EUR", "k": 2})
    assert answer.status_code == 200
    first = answer.json()["hits"][0]
    assert "Oat" in first["title"]
    assert first["price"]["currency"] == "EUR"
    photo = (DATA / "photos" / "Granny-Smith.jpg").read_bytes()
    (found,) = client.post(
        "/search", data={"k": 1}, files=[("images", ("photo.jpg", photo))]
    ).json()
    assert "Granny" in found["hits"][0]["title"]
    sheet = (DATA / "enquiry.xlsx").read_bytes()
    answers = client.post("/search", files=[("files", ("enquiry.xlsx", sheet))]).json()
    assert len(answers) > 1
    assert all(each["id"].startswith("enquiry.xlsx") for each in answers)


@pytest.mark.parametrize(
    ("params", "status", "error"),
    [
        ({"q": ""}, 400, "InvalidInputError"),
        ({"q": "milk", "where": "price <<"}, 400, "FilterError"),
    ],
)
def test_wrong_requests_are_told_what_is_wrong(
    client: TestClient, params: dict[str, str], status: int, error: str
) -> None:
    answer = client.get("/search", params=params)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_files_that_cannot_be_read_and_ids_that_are_not_there(client: TestClient) -> None:
    assert client.get("/search", params={"q": "milk", "k": 0}).status_code == 422
    broken = client.post("/search", files=[("files", ("cut.xlsx", b"PK\x03\x04"))])
    assert broken.status_code == 422
    assert "cut.xlsx" in broken.json()["message"]
    assert client.delete("/listings/none").status_code == 404
    assert client.get("/listings/none").status_code == 404


def test_listings_come_and_go(client: TestClient) -> None:
    lamp = {"id": "lamp", "title": "Brass lamp", "offer": {"price_tiers": [{"low": 3, "high": 4}]}}
    assert client.put("/listings", json=[lamp]).json()["added"] == 1
    assert (
        client.get("/search", params={"q": "brass lamp"}).json()["hits"][0]["listing_id"] == "lamp"
    )
    assert client.get("/listings/lamp").json()["offer"]["price_tiers"][0]["high"] == 4
    assert client.get("/listings/lamp/picture").status_code == 404
    assert client.put("/listings", json=[{"id": "x", "title": 7}]).status_code == 422
    assert client.delete("/listings/lamp").json() == {"removed": 1}
    assert client.get("/listings/gro:Granny-Smith/picture").headers["content-type"] == "image/jpeg"


def test_an_index_job_ends_with_the_service_and_goes_on_after_it(
    module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastapi.testclient import TestClient

    monkeypatch.setenv("DEEPSEARCH_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "pumps.csv"
    source.write_text("id,title\n" + "".join(f"p{n},Pump {n} of steel\n" for n in range(1100)))
    with TestClient(module.app) as client:
        assert client.post("/jobs", params={"source": str(source)}).status_code == 202
        engine = module.app.state.engine
        while len(engine.catalogue) < 1100:  # read, and now being encoded
            assert module.app.state.job.is_alive()
            time.sleep(0.01)
    assert not module.app.state.job.is_alive()
    again = SearchEngine.open(tmp_path / "shop")
    report = again.index(source)
    assert report.ingest.unchanged == 1100
    assert 0 < report.encoded.texts < 1100


def test_removing_by_a_filter(grocery_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(grocery_folder, tmp_path / "shop")
    engine = SearchEngine.open(tmp_path / "shop")
    engine.upsert([ds.Listing(id="es", title="Oil", supplier=ds.Supplier(id="s", country="ES"))])
    exec(
        compile(blocks()[1].replace("> 100", "is unknown"), "service.md", "exec"),
        {"engine": engine},
    )
    assert "es" not in engine.catalogue
    assert len(engine.catalogue)


def test_what_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = list(logging.getLogger().handlers)
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    (tmp_path / "a.jsonl").write_text('{"id": "a", "title": "Pump", "images": ["a.jpg"]}\n')
    with caplog.at_level(logging.DEBUG, logger="deepsearch"):
        SearchEngine.create(tmp_path / "c").index(tmp_path / "a.jsonl")
    said = {(record.name, record.levelname) for record in caplog.records}
    assert said == {
        ("deepsearch.catalogue.committing", "DEBUG"),
        ("deepsearch.engine.encoding", "WARNING"),
        ("deepsearch.engine.shown", "INFO"),
    }
    assert logging.getLogger().handlers == root
