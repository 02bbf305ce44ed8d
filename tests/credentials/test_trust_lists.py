"""Registries of issuers: two forms, exact names, and a sentence with the line when a file is no registry."""

from __future__ import annotations

import json

import pytest

from app.credentials.trust_lists import TrustLists, read
from app.errors import InvalidInput

NORTH, SOUTH = "did:web:north.example", "https://south.example/issuer"
DCC = {
    "meta": {"created": "2020-12-02T02:32:16+0000", "updated": "2026-01-02T00:00:00+0000"},
    "registry": {
        NORTH: {"name": "North Hospital", "location": "Leeds, UK", "url": "https://north.example"},
        SOUTH: {"name": "South School", "url": "https://south.example"},
    },
}


@pytest.mark.parametrize(
    "content",
    [
        f"{NORTH}\n{SOUTH}\n",
        f"\ufeff# our friends\n\n  {NORTH}   # since 2024\r\n{SOUTH}",
        json.dumps(DCC),
        json.dumps({"entries": DCC["registry"]}, indent=2),
    ],
)
def test_issuers_are_read_from_both_forms(content: str):
    assert set(read(content.encode(), name="friends").issuers) == {NORTH, SOUTH}


def test_the_names_of_a_registry_come_along():
    assert read(json.dumps(DCC).encode(), name="dcc").issuers[NORTH] == "North Hospital"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{NORTH}\nNorth Hospital\n".encode(), "Line 2 of the trust list friends is no issuer: 'North Hospital'"),
        (f"# x\n\n{NORTH} {SOUTH}".encode(), "Line 3 of"),
        (b"north.example", "Line 1 of"),
        (b"did:web:x\n\xff\xfe\n", "is not UTF-8 text in line 2"),
        (b"", "names no issuer"),
        (b"# nobody yet\n", "names no issuer"),
        (b'{"registry": {}}', "names no issuer"),
        (b'{"registry": []}', 'without an object "registry"'),
        (b"[]", 'without an object "registry"'),
        (b'{"meta": {},\n"registry": {\n"North": {}}}', "Line 3 of"),
        (b'{"registry": {"did:web:a": {},\n}}', "cannot be read in line 2"),
        (b'{"registry": {"did:web:a": {}, "did:web:a": {}}}', "cannot be read"),
    ],
    ids=range(12),
)
def test_a_file_that_is_no_registry_is_refused_with_its_place(content: bytes, said: str):
    with pytest.raises(InvalidInput) as refused:
        read(content, name="friends")

    assert said in refused.value.detail


def test_an_issuer_is_known_by_exactly_its_identifier_in_the_order_of_the_lists():
    lists = TrustLists((read(NORTH.encode(), name="one"), read(json.dumps(DCC).encode(), name="two")))

    assert lists.naming(NORTH) == ("one", "two")
    assert lists.naming(SOUTH) == ("two",)
    for other in (NORTH + ":x", NORTH[:-1], NORTH.upper(), "", "did:web:evil.example#" + NORTH):
        assert lists.naming(other) == ()
