"""The remote encoder against a real HTTP server on this machine."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from deepsearch.encoders.remote import RemoteConfig, RemoteTextEncoder
from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.protocols import Encoder
from deepsearch.schema import Role

DIM = 8


def vector(text: str) -> list[float]:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")
    return [float(x) for x in np.random.default_rng(seed).normal(size=DIM)]


class Endpoint:
    """A server that answers as scripted, one step a request, then properly."""

    def __init__(self) -> None:
        self.script: list[Any] = []
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.requests.append({"path": self.path, **body})
                endpoint.headers.append(dict(self.headers))
                step = endpoint.script.pop(0) if endpoint.script else None
                if callable(step):
                    step(self, body)
                else:
                    self.answer(200, {"data": endpoint.data(body["input"])})

            def answer(self, status: int, content: Any, **headers: str) -> None:
                raw = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def data(texts: list[str]) -> list[dict[str, Any]]:
        rows = [{"index": place, "embedding": vector(text)} for place, text in enumerate(texts)]
        return rows[::-1]  # the order is the index's, not the list's


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.server.shutdown()
    made.server.server_close()


def encoder(
    endpoint: Endpoint, waits: list[float] | None = None, **options: Any
) -> RemoteTextEncoder:
    config = RemoteConfig(url=endpoint.url, model="m", dim=DIM, **options)
    return RemoteTextEncoder(config, sleep=(waits if waits is not None else []).append)


def expected(texts: list[str]) -> np.ndarray:
    rows = np.array([vector(text) for text in texts])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def fails(status: int, **headers: str) -> Any:
    return lambda handler, _: handler.answer(status, {"error": "no"}, **headers)


def test_vectors_come_back_in_order(endpoint: Endpoint) -> None:
    made = encoder(endpoint)
    assert isinstance(made, Encoder)
    texts = ["a", "b", "ünï", "c"]
    np.testing.assert_allclose(made.encode(texts, role=Role.QUERY), expected(texts), atol=1e-6)
    assert endpoint.requests[0]["path"] == "/v1/embeddings"
    assert endpoint.requests[0]["model"] == "m"


def test_no_texts_no_request(endpoint: Endpoint) -> None:
    assert encoder(endpoint).encode([], role=Role.QUERY).shape == (0, DIM)
    assert endpoint.requests == []


def test_batches_keep_within_both_limits(endpoint: Endpoint) -> None:
    texts = ["aa", "bb", "cc", "d" * 50, "e", "f"]
    made = encoder(endpoint, batch_texts=2, batch_chars=10)
    np.testing.assert_allclose(made.encode(texts, role=Role.QUERY), expected(texts), atol=1e-6)
    sent = [request["input"] for request in endpoint.requests]
    assert sent == [["aa", "bb"], ["cc"], ["d" * 50], ["e", "f"]]


def test_prompts_follow_the_role(endpoint: Endpoint) -> None:
    made = encoder(endpoint, query_prompt="q: ", passage_prompt="p: ")
    made.encode(["x"], role=Role.QUERY)
    made.encode(["x", ""], role=Role.PASSAGE)
    assert [request["input"] for request in endpoint.requests] == [["q: x"], ["p: x", "p: "]]


def test_an_empty_text_is_sent_as_a_space(endpoint: Endpoint) -> None:
    encoder(endpoint).encode([""], role=Role.QUERY)
    assert endpoint.requests[0]["input"] == [" "]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again_later(endpoint: Endpoint, status: int) -> None:
    endpoint.script = [fails(status), fails(status)]
    waits: list[float] = []
    found = encoder(endpoint, waits, backoff_s=1.0).encode(["a"], role=Role.QUERY)
    np.testing.assert_allclose(found, expected(["a"]), atol=1e-6)
    assert len(waits) == 2
    assert 1.0 <= waits[0] <= 1.5
    assert 2.0 <= waits[1] <= 3.0


def test_the_endpoint_says_how_long_to_wait(endpoint: Endpoint) -> None:
    endpoint.script = [fails(429, Retry_After="7"), fails(429, Retry_After="999")]
    waits: list[float] = []
    encoder(endpoint, waits, max_backoff_s=20.0).encode(["a"], role=Role.QUERY)
    assert waits == [7.0, 20.0]


def test_it_gives_up_and_says_so(endpoint: Endpoint) -> None:
    endpoint.script = [fails(503)] * 3
    with pytest.raises(EncodingError, match="failed 3 times: status 503"):
        encoder(endpoint, attempts=3).encode(["a"], role=Role.QUERY)
    assert len(endpoint.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refusal_is_final(endpoint: Endpoint, status: int) -> None:
    endpoint.script = [fails(status)]
    with pytest.raises(EncodingError, match=f"refused with {status}"):
        encoder(endpoint).encode(["a"], role=Role.QUERY)
    assert len(endpoint.requests) == 1


def test_a_connection_cut_short_is_tried_again(endpoint: Endpoint) -> None:
    def cut(handler: Any, _: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"data": [')
        handler.close_connection = True

    endpoint.script = [cut]
    found = encoder(endpoint).encode(["a"], role=Role.QUERY)
    np.testing.assert_allclose(found, expected(["a"]), atol=1e-6)


def test_a_slow_endpoint_times_out(endpoint: Endpoint) -> None:
    release = threading.Event()
    endpoint.script = [lambda *_: release.wait(5)] * 2
    try:
        with pytest.raises(EncodingError, match="timed out"):
            encoder(endpoint, timeout_s=0.2, attempts=2).encode(["a"], role=Role.QUERY)
    finally:
        release.set()


@pytest.mark.parametrize(
    "content",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"data": []}',
        b'{"data": [{"index": 5, "embedding": [1]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}]}',
        b'{"data": [{"index": 0, "embedding": "AAAA"}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2, 3, 4, 5, 6, 7, NaN]}]}',
    ],
)
def test_nonsense_is_no_embedding(endpoint: Endpoint, content: bytes) -> None:
    endpoint.script = [lambda handler, _: handler.answer(200, content)]
    with pytest.raises(EncodingError):
        encoder(endpoint).encode(["a"], role=Role.QUERY)


def test_the_key_is_sent_and_never_shown(endpoint: Endpoint) -> None:
    made = encoder(endpoint, api_key="s3cret")
    made.encode(["a"], role=Role.QUERY)
    assert endpoint.headers[0]["Authorization"] == "Bearer s3cret"
    assert "s3cret" not in repr(RemoteConfig(url=endpoint.url, model="m", dim=1, api_key="s3cret"))


def test_no_server_at_all() -> None:
    config = RemoteConfig(url="http://127.0.0.1:9/v1", model="m", dim=DIM, attempts=2)
    with pytest.raises(EncodingError, match="failed 2 times"):
        RemoteTextEncoder(config, sleep=lambda _: None).encode(["a"], role=Role.QUERY)


@pytest.mark.parametrize(
    "options",
    [{"url": "file:///etc/passwd"}, {"dim": 0}, {"attempts": 0}, {"timeout_s": 0}],
)
def test_bad_configs_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        RemoteConfig(**{"url": "http://h/v1", "model": "m", "dim": 1, **options})


def test_another_model_or_prompt_is_another_space() -> None:
    spaces = {
        RemoteConfig(url="http://h/v1", model=model, dim=3, query_prompt=prompt).space()
        for model in ("a", "b")
        for prompt in ("", "query: ")
    }
    assert len(spaces) == 4
