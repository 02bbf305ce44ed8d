"""Forms that are made to cost more than they are worth (T44)."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from starlette import formparsers

MEBIBYTE = 1_048_576
FIELDS = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
PARTS = {"Content-Type": "multipart/form-data; boundary=x", "Accept": "application/json"}
A_FIELD = b'--x\r\nContent-Disposition: form-data; name="badge"\r\n\r\n'
A_FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
END = b"--x--\r\n"


@contextmanager
def little_memory() -> Iterator[None]:
    """What happens here needs no more than a few times the largest upload."""
    tracemalloc.start()
    yield
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most_bytes < 25 * MEBIBYTE


COSTLY = {
    "20,000 fields": b"".join(A_FIELD + b"v\r\n" for _ in range(20_000)) + END,
    "20 files": b"".join(A_FILE + b"v\r\n" for _ in range(20)) + END,
    "100,000 headers": b"--x\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(100_000)) + b"\r\nv\r\n" + END,
    "a header of four megabytes": b"--x\r\nX: " + b"y" * 4 * MEBIBYTE + b"\r\n\r\nv\r\n" + END,
    "a header without an end": b"--x\r\n" + b"y" * 4 * MEBIBYTE,
    "a field of four megabytes": A_FIELD + b"v" * 4 * MEBIBYTE + b"\r\n" + END,
}


@pytest.mark.parametrize("body", COSTLY.values(), ids=COSTLY.keys())
def test_a_form_of_too_many_or_too_large_parts_is_a_bad_request(client: TestClient, body: bytes):
    with little_memory():
        answer = client.post("/verify", content=body, headers=PARTS)

    assert answer.status_code == 400


def test_more_than_ten_fields_are_refused_without_being_taken_apart(client: TestClient, monkeypatch):
    """The framework's reader would keep everybody waiting for seconds over five megabytes of `&`."""
    monkeypatch.setattr(formparsers.FormParser, "parse", lambda _self: pytest.fail("the slow reader was asked"))

    ten = client.post("/verify", content=b"a=1&" * 9 + b"badge=x", headers=FIELDS)
    eleven = client.post("/verify", content=b"a=1&" * 10 + b"badge=x", headers=FIELDS)
    many = client.post("/verify", content=b"&" * MEBIBYTE, headers=FIELDS)

    assert [each.json().get("limit_items") for each in (ten, eleven, many)] == [None, 10, 10]
    assert (eleven.status_code, many.status_code) == (422, 422)


def test_fields_of_more_than_a_megabyte_are_413(client: TestClient):
    body = b"badge=" + b"a" * (MEBIBYTE - 6)

    assert client.post("/verify", content=body, headers=FIELDS).status_code == 422
    assert client.post("/verify", content=body + b"a", headers=FIELDS).status_code == 413


@pytest.mark.parametrize("written", ["BLS%C2%AE", "BLS®"], ids=["escaped", "as it is"])
def test_a_field_is_read_as_utf_8_however_it_is_written(client: TestClient, written: str):
    body = f"recipient=&badge=https://elsewhere.example/{written}".encode()

    page = client.post("/verify", content=body, headers=FIELDS | {"Accept": "text/html"})

    assert "https://elsewhere.example/BLS®</textarea>" in page.text
