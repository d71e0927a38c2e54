"""The command line, run as a user runs it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deepsearch.catalogue import Catalogue
from deepsearch.catalogue.manifest import write_lock
from deepsearch.cli import app
from deepsearch.cli.output import order_text, price_text
from deepsearch.cli.train import PROFILE_HELP
from deepsearch.demo import data_folder
from deepsearch.schema import Listing, Offer, PriceTier, Quantity
from tests.cli.command import run, run_alone


def test_search_prints_json(grocery_folder: Path) -> None:
    done = run(
        "search", grocery_folder, "oat drink", "-k", 3, "--json", "--where", "price <= 9 EUR"
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) >= {"hits", "parsed", "notes", "timings_ms"}
    assert [hit["rank"] for hit in answer["hits"]] == [1, 2, 3]
    assert set(answer["hits"][0]) >= {
        "rank", "listing_id", "score", "title", "url", "supplier", "requirements", "explanation",
    }  # fmt: skip
    for hit in answer["hits"]:
        assert sum(part["value"] for part in hit["explanation"]) == pytest.approx(
            hit["score"], abs=1e-5
        )


def test_search_by_image(grocery_folder: Path) -> None:
    photo = data_folder() / "photos" / "Banana.jpg"
    done = run("search", grocery_folder, "--image", photo, "-k", 5)
    assert done.returncode == 0, done.stderr
    assert "Banana" in done.stdout


def test_batch_writes_a_run(grocery_folder: Path, tmp_path: Path) -> None:
    photo = data_folder() / "photos" / "Banana.jpg"
    (tmp_path / "banana.jpg").write_bytes(photo.read_bytes())
    lines = [
        {"id": "q1", "text": "milk", "lang": "en"},
        {"id": "q2", "image": "banana.jpg"},
        {"id": "q3", "text": "apple", "where": "supplier.years >= 100"},
    ]
    queries = tmp_path / "queries.jsonl"
    queries.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = run(
        "search", grocery_folder, "--queries", queries, "--run", tmp_path / "run.tsv", "-k", 4
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in (tmp_path / "run.tsv").read_text().splitlines()]
    assert [row[0] for row in rows] == ["q1"] * 4 + ["q2"] * 4
    assert [int(row[2]) for row in rows] == [1, 2, 3, 4] * 2
    assert "lang" in done.stderr


def test_an_answer_is_merged_and_the_contradiction_shown() -> None:
    done = run(
        "parse",
        "500 kettles for Germany",
        "--answer",
        "ship to Japan",
        "--answer",
        "800 pcs",
        "--json",
    )
    parsed = json.loads(done.stdout)
    said = {r["field"]: r["value"] for r in parsed["requirements"]}
    assert (said["destination"], said["order_quantity"], said["voltage"]) == ("JP", 800, 100)
    assert "destination = DE → destination = JP" in " ".join(parsed["notes"])


def test_bare_answers_answer_the_questions_that_are_open() -> None:
    done = run(
        "parse", "kettles", "--no-implied", "--json",
        "--answer", "500", "--answer", "certification=CE", "--answer", "Japan",
    )  # fmt: skip
    parsed = json.loads(done.stdout)
    said = {r["field"]: r["value"] for r in parsed["requirements"]}
    assert said == {"order_quantity": 500, "certification": "CE", "destination": "JP"}


def test_parse_prints_the_contract(tmp_path: Path) -> None:
    done = run("parse", "500 mountain bikes under 12 kg, CE", "--json")
    assert done.returncode == 0, done.stderr
    parsed = json.loads(done.stdout)
    fields = {r["field"] for r in parsed["requirements"] if r["implied_by"] is None}
    assert {"order_quantity", "weight", "certification"} <= fields
    assert "bike" in parsed["product"]
    file = tmp_path / "texts.jsonl"
    file.write_text('{"id": "a", "text": "2,5 mm"}\n{"id": "b", "text": ""}\n', encoding="utf-8")
    done = run("parse", "--file", file)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a", "b"]


def test_index_info_remove(tmp_path: Path) -> None:
    source = tmp_path / "bolts.csv"
    source.write_text(
        "SKU;Product name;Price;MOQ\nB1;Hex bolt M8x40;$0.12;1000 pieces\nB2;Wing nut;;\n;;;\n",
        encoding="utf-16",
    )
    catalogue = tmp_path / "bolts"
    done = run("index", source, "--to", catalogue)
    assert done.returncode == 0, done.stderr
    assert "2 added" in done.stdout
    info = json.loads(run("info", catalogue, "--json").stdout)
    assert info["listings"] == 2
    found = json.loads(run("search", catalogue, "M8x40", "--json").stdout)
    assert found["hits"][0]["title"] == "Hex bolt M8x40"
    listing_id = found["hits"][0]["listing_id"]
    assert run("remove", catalogue, listing_id).returncode == 0
    assert json.loads(run("info", catalogue, "--json").stdout)["listings"] == 1


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["search", "CATALOGUE", ""], 2, "empty"),
        (["search", "CATALOGUE", "milk", "-k", "0"], 2, "k is 0"),
        (["search", "CATALOGUE", "milk", "--where", "colour_of_sky = 1"], 2, "colour_of_sky"),
        (["search", "CATALOGUE", "milk", "--where", "price <="], 2, "price"),
        (["search", "CATALOGUE", "--image", "none.jpg"], 2, "none.jpg"),
        (["search", "CATALOGUE", "--queries", "q.jsonl"], 2, "--run"),
        (["search", "CATALOGUE", "milk", "--unknown", "maybe"], 2, "maybe"),
        (["search", "no-such-folder", "milk"], 1, "no-such-folder"),
        (["remove", "CATALOGUE", "no-such-id"], 2, "no-such-id"),
        (["index", "none.csv", "--to", "x"], 2, "none.csv"),
        (["parse"], 2, "--file"),
        (["parse", "--file", "x.jsonl", "--answer", "500 pcs"], 2, "--answer"),
        (["no-such-command"], 2, "no-such-command"),
    ],
)
def test_wrong_requests(
    grocery_folder: Path, tmp_path: Path, args: list[str], code: int, says: str
) -> None:
    filled = [str(grocery_folder) if arg == "CATALOGUE" else arg for arg in args]
    done = run(*filled, cwd=tmp_path)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_process_ends_with_the_code_and_keeps_its_streams_apart(
    grocery_folder: Path, tmp_path: Path
) -> None:
    good = run_alone("search", grocery_folder, "crème fraîche", "-k", 1, "--json")
    assert (good.returncode, json.loads(good.stdout)["hits"][0]["rank"]) == (0, 1)
    wrong = run_alone("index", "none.csv", "--to", "x", cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "none.csv" in wrong.stderr
    missing = run_alone("info", "no-such-folder", cwd=tmp_path)
    assert (missing.returncode, "Traceback" in missing.stderr) == (1, False)


def test_a_wrong_source_leaves_the_catalogue_as_it_was(tmp_path: Path) -> None:
    good = tmp_path / "good.jsonl"
    good.write_text('{"id": "a", "title": "brass valve"}\n', encoding="utf-8")
    catalogue = tmp_path / "catalogue"
    assert run("index", good, "--to", catalogue).returncode == 0
    before = json.loads(run("info", catalogue, "--json").stdout)
    for name, content in {
        "empty.csv": b"",
        "program.xlsx": b"MZ\x90\x00" + bytes(500),
        "zeros.parquet": bytes(100),
    }.items():
        (tmp_path / name).write_bytes(content)
        done = run("index", tmp_path / name, "--to", catalogue)
        assert done.returncode == 2, (name, done.stderr)
        assert name in done.stderr
        assert "Traceback" not in done.stderr
    assert json.loads(run("info", catalogue, "--json").stdout) == before


def test_requirements_can_be_dropped_softened_and_given(
    grocery_folder: Path, tmp_path: Path
) -> None:
    text = "juice, MOQ not above 50"

    def fields(*options: object) -> dict[str, bool]:
        done = run("search", grocery_folder, *options, "--json")
        assert done.returncode == 0, done.stderr
        parsed = json.loads(done.stdout)["parsed"]
        return {r["field"]: r["hard"] for r in parsed["requirements"] if not r["implied_by"]}

    assert fields(text) == {"min_order_quantity": True}
    assert fields(text, "--wish", "min_order_quantity") == {"min_order_quantity": False}
    assert fields(text, "--drop", "min_order_quantity") == {}
    edited = json.loads(run("parse", text, "--json").stdout)
    edited["requirements"][0]["value"] = 500
    file = tmp_path / "edited.json"
    file.write_text(json.dumps(edited), encoding="utf-8")
    done = run("search", grocery_folder, "--parsed", file, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["parsed"]["requirements"][0]["value"] == 500
    done = run("search", grocery_folder, text, "--drop", "weight")
    assert done.returncode == 2
    assert "weight" in done.stderr


def test_a_damaged_picture_is_named(grocery_folder: Path, tmp_path: Path) -> None:
    whole = (data_folder() / "photos" / "Leek.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[:5000])
    done = run("search", grocery_folder, "--image", tmp_path / "cut.jpg")
    assert done.returncode == 2
    assert "cut.jpg" in done.stderr


def test_arguments_in_the_wrong_order_and_the_profiles(grocery_folder: Path) -> None:
    swapped = CliRunner().invoke(app, ["search", "milk", str(grocery_folder)])
    assert "folder comes first" in str(swapped.exception)
    from deepsearch.ranking import PROFILES

    assert all(name in PROFILE_HELP for name in PROFILES)


def test_versions_are_listed_brought_back_and_forgotten(tmp_path: Path) -> None:
    source, catalogue = tmp_path / "nuts.csv", tmp_path / "nuts"
    source.write_text("id,title\nn1,Wing nut\nn2,Lock nut\n", encoding="utf-8")
    assert run("index", source, "--to", catalogue).returncode == 0
    before = json.loads(run("versions", catalogue, "--json").stdout)
    assert [item["operation"] for item in before][:2] == ["create", "ingest"]
    assert run("remove", catalogue, "n1").stdout == "removed 1\n"
    listed = run("versions", catalogue).stdout.splitlines()
    assert len(listed) == len(before) + 1
    assert "1 removed" in listed[-1]
    back = run("rollback", catalogue, before[-1]["version"])
    assert f"has the 2 listings of version {before[-1]['version']}" in back.stdout
    found = json.loads(run("search", catalogue, "wing nut", "--json").stdout)
    assert found["hits"][0]["listing_id"] == "n1"
    unknown = run("rollback", catalogue, 99)
    assert unknown.returncode == 1
    assert "has no version 99; it has versions 1 to" in unknown.stderr
    assert run("vacuum", catalogue, "--keep", 0).returncode == 2
    freed = run("vacuum", catalogue)
    assert f"{len(before) + 2} versions forgotten" in freed.stdout
    assert len(run("versions", catalogue).stdout.splitlines()) == 1
    assert json.loads(run("info", catalogue, "--json").stdout)["listings"] == 2


def test_small_prices_and_large_numbers_are_written_out() -> None:
    tier = PriceTier(low=0.004, high=0.0051)
    least = Quantity(value=1_250_000, unit="piece")
    offer = Offer(currency="USD", price_tiers=(tier,), min_order_quantity=least)
    listing = Listing(id="n1", title="Washer", offer=offer)
    assert (price_text(listing), order_text(listing)) == ("0.004-0.0051 USD", "1,250,000 pieces")
    assert "1250000" in run("parse", "1,250,000 pcs washers").stdout


@pytest.mark.parametrize("command", [("remove", "n1"), ("rollback", 2), ("vacuum",)])
def test_writes_wait_for_those_of_other_processes(
    tmp_path: Path, command: Sequence[object]
) -> None:
    catalogue = Catalogue.create(tmp_path / "nuts")
    catalogue.upsert([Listing(id="n1", title="Wing nut")])
    with ThreadPoolExecutor(max_workers=1) as pool:
        with write_lock(tmp_path / "nuts"):
            done = pool.submit(run, command[0], tmp_path / "nuts", *command[1:])
            assert not wait([done], timeout=0.2).done
        assert done.result(timeout=20).returncode == 0
    assert catalogue.refresh()


def test_check_repairs_a_catalogue_whose_vectors_cannot_be_opened(
    tmp_path: Path, grocery_folder: Path
) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(grocery_folder, folder)
    for table in (folder / "tables").glob("vectors_mini-text*"):
        shutil.rmtree(table)
    broken = run("search", folder, "milk")
    assert broken.returncode == 1
    assert "check DIR --repair" in broken.stderr
    assert run("check", folder, "--repair").returncode == 0
    assert run("search", folder, "milk").returncode == 0
