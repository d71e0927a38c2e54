"""The optional language model, against a real local server that misbehaves in many ways."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from deepsearch.errors import InvalidInputError
from deepsearch.understanding import LlmConfig, LlmParser, RuleParser
from deepsearch.understanding.believing import verified

TEXT = "500 mountain bikes under 12 kg, must work at minus 30 degrees, colour of a ripe aubergine"
GOOD = {
    "product": "mountain bikes",
    "requirements": [
        {"field": "colour", "op": "eq", "value": "purple", "unit": None, "hard": True, "quote": "colour of a ripe aubergine"},  # noqa: E501
        {"field": "weight", "op": "lt", "value": 12, "unit": "kg", "hard": True, "quote": "under 12 kg"},  # noqa: E501
    ],
}  # fmt: skip


def _reply(content: Any) -> bytes:
    text = content if isinstance(content, str) else json.dumps(content)
    return json.dumps({"choices": [{"message": {"content": text}}]}).encode()


class _Server(ThreadingHTTPServer):
    mode = "good"
    seen: dict[str, Any]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, *args: Any) -> None:
        pass

    def _send(self, body: bytes, status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen = {
            "path": self.path,
            "body": json.loads(body),
            "key": self.headers.get("Authorization"),
        }
        try:  # noqa: SIM105
            getattr(self, "_" + self.server.mode)()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def _good(self) -> None:
        self._send(_reply(GOOD))

    def _fenced(self) -> None:
        self._send(_reply("Here you are:\n```json\n" + json.dumps(GOOD) + "\n```"))

    def _error(self) -> None:
        self._send(b"overloaded", 503)

    def _silent(self) -> None:
        time.sleep(3)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        for _ in range(60):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)

    def _hangup(self) -> None:
        self.connection.close()

    def _truncated(self) -> None:
        self._send(_reply(GOOD)[:40], length=5000)
        self.connection.close()

    def _no_json(self) -> None:
        self._send(b"<html>gateway</html>")

    def _prose(self) -> None:
        self._send(_reply("I am sorry, I cannot help with that."))

    def _empty(self) -> None:
        self._send(_reply(""))

    def _wrong_shape(self) -> None:
        self._send(json.dumps({"answer": 42}).encode())

    def _list_missing(self) -> None:
        self._send(_reply({"product": "x"}))

    def _huge(self) -> None:
        self._send(b" " * 3_000_000)

    def _deep(self) -> None:
        self._send(b"[" * 200_000)

    def _invented(self) -> None:
        self._send(_reply({"requirements": [
            {"field": "certification", "op": "eq", "value": "UL", "hard": True, "quote": "UL listed"},  # noqa: E501
            {"field": "weight", "op": "lt", "value": 7, "unit": "kg", "hard": True, "quote": "under 12 kg"},  # noqa: E501
            {"field": "operating_temperature", "op": "ge", "value": 30, "unit": "degC", "hard": True, "quote": "minus 30 degrees"},  # noqa: E501
            {"field": "Bad Field!", "op": "eq", "value": "x", "quote": "500"},
            {"field": "weight", "op": "roughly", "value": 12, "quote": "under 12 kg"},
            "nonsense",
        ]}))  # fmt: skip


@pytest.fixture
def server() -> Iterator[_Server]:
    made = _Server(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def _parser(server: _Server, timeout: float = 1.0) -> LlmParser:
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    config = LlmConfig(url=url, model="test", api_key="secret", timeout_seconds=timeout)
    return LlmParser(config, rules=RuleParser(implied=False, questions=False))


@pytest.mark.parametrize("mode", ["good", "fenced"])
def test_what_the_text_bears_out_is_believed_beside_the_rules(server, mode):
    server.mode = mode
    parsed = _parser(server).parse(TEXT)
    by_field = {r.field: r for r in parsed.requirements}
    assert by_field["colour"].value == "purple"
    start, end = by_field["colour"].span
    assert TEXT[start:end] == "colour of a ripe aubergine"
    assert by_field["operating_temperature"].value == -30
    assert sum(r.field == "weight" for r in parsed.requirements) == 1
    assert server.seen["path"] == "/v1/chat/completions"
    assert server.seen["key"] == "Bearer secret"
    assert "2 requirements that the text bears out" in parsed.notes[0]


@pytest.mark.parametrize(
    "mode",
    ["error", "silent", "drip", "hangup", "truncated", "no_json", "prose", "empty", "wrong_shape", "list_missing", "huge", "deep"],  # noqa: E501
)  # fmt: skip
def test_a_misbehaving_server_leaves_the_rules_to_answer_and_is_told(server, mode):
    server.mode = mode
    plain = RuleParser(implied=False, questions=False).parse(TEXT)
    start = time.monotonic()
    parsed = _parser(server, timeout=0.6).parse(TEXT)
    assert time.monotonic() - start < 2.5
    assert parsed.requirements == plain.requirements
    assert len(parsed.notes) == 1
    assert "the rules answered alone" in parsed.notes[0]
    assert "secret" not in parsed.notes[0]


def test_what_the_text_does_not_say_is_dropped_and_told(server):
    server.mode = "invented"
    parsed = _parser(server).parse(TEXT)
    fields = [(r.field, r.value) for r in parsed.requirements]
    assert ("certification", "UL") not in fields
    assert ("weight", 7.0) not in fields
    assert ("operating_temperature", 30.0) not in fields
    assert ("operating_temperature", -30.0) in fields
    assert ("weight", 12.0) in fields
    assert sum(note.startswith("Dropped") for note in parsed.notes) == 6


@pytest.mark.parametrize(
    ("text", "claim", "believed"),
    [
        # the sign, whatever the unit is called
        ("must work at minus 30 degrees", ("operating_temperature", 30, "°C", "minus 30 degrees"), None),  # noqa: E501
        ("must work at minus 30 degrees", ("operating_temperature", -30, "°C", "minus 30 degrees"), (-30.0, "degC")),  # noqa: E501
        ("must work at minus 30 degrees", ("temperature", 30, "celsius", "30 degrees"), None),
        ("零下三十度的冰箱", ("operating_temperature", 30, "degC", "零下三十度"), None),
        # the number as its language writes it, in the unit of the field
        ("Blech 2,5 mm, 1.000 Stück für Wien", ("thickness", 25, "mm", "2,5 mm"), None),
        ("Blech 2,5 mm, 1.000 Stück für Wien", ("order_quantity", 1, "piece", "1.000 Stück"), None),
        ("Blech 2,5 mm, 1.000 Stück für Wien", ("order_quantity", 1000, "pcs", "1.000 Stück"), (1000.0, "piece")),  # noqa: E501
        ("保温杯500毫升", ("volume", 500, "ml", "500毫升"), (0.5, "l")),
        ("保温杯500毫升", ("volume", 500, "l", "500毫升"), None),
        ("mugs at 3 dollars", ("unit_price", 3, "EUR", "3 dollars"), None),
        ("a cable of 5 m with a tail of 2 m", ("tail_length", 2, "m", "tail of 2 m"), (2000.0, "mm")),  # noqa: E501
        # digits in words, and units that are none
        ("mugs at 3 dollars", ("unit_price", 3, 5, "3 dollars"), None),
        ("waterproof lamp", ("ip_rating", "IP67", None, "waterproof"), None),
        ("bolts M8, ISO 9001", ("size", "M8", None, "bolts M8"), ("M8", None)),
        ("bolts M8, ISO 9001", ("certification", "ISO 14001", None, "ISO 9001"), None),
        ("mugs by 5 May", ("delivery_date", "2027-05-15", None, "by 5 May"), None),
    ],
)  # fmt: skip
def test_numbers_are_believed_as_the_text_has_them(text, claim, believed):
    field, value, unit, quote = claim
    record = {"field": field, "op": "eq", "value": value, "unit": unit, "quote": quote}
    plain = RuleParser(implied=False, questions=False).parse(text)
    kept, dropped = verified({"requirements": [record]}, text, plain)
    assert [(r.value, r.unit) for r in kept] == ([believed] if believed else [])
    assert len(dropped) == (believed is None)


def test_an_unreachable_endpoint_falls_back():
    config = LlmConfig(url="http://127.0.0.1:9/v1", model="x", timeout_seconds=0.5)
    parsed = LlmParser(config).parse("500 pcs")
    assert parsed.requirements
    assert any("rules answered alone" in note for note in parsed.notes)


def test_a_config_that_cannot_work_is_refused():
    with pytest.raises(InvalidInputError, match="no http"):
        LlmConfig(url="file:///etc/passwd", model="x")
    with pytest.raises(InvalidInputError, match="must be > 0"):
        LlmConfig(url="http://localhost", model="x", timeout_seconds=0)
    assert "hidden" not in repr(LlmConfig(url="http://localhost", model="x", api_key="hidden"))
