"""`lanyard verify` of many badges, and `lanyard trust list`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import service as services
from app.issuing import awards
from app.settings import Settings


@pytest.fixture
def badge(academy) -> bytes:
    """A badge that was issued, as JSON."""
    award_id = academy.good("issue", "st-anna", "bls", "ana.ortiz@hosp.example").strip().rpartition("/")[2]
    opened = services.build(Settings())
    with opened.database.read() as session:
        document = awards.credential_of(session, awards.by_id(session, award_id)).json
    opened.close()
    return bytes(document)


@pytest.fixture
def files(academy, badge: bytes) -> dict[str, Path]:
    contents = {
        "good.json": badge,
        "changed.json": badge.replace(b"Basic Life Support", b"Basic Life Supporx"),
        "good.ndjson": b"\n".join([badge] * 5),
        "mixed.ndjson": b"\n".join([badge, b"{", b"", badge]),
    }
    for name, content in contents.items():
        (academy.folder / name).write_bytes(content)
    return {name: academy.folder / name for name in contents}


def test_many_good_badges_end_with_exit_code_0_and_the_sum(academy, files):
    said = academy.good("verify", "--jobs", "2", files["good.json"], files["good.ndjson"])

    assert said == "6 badges: 6 good\n"


def test_one_bad_badge_among_many_is_named_and_ends_with_exit_code_1(academy, files):
    said = academy("verify", files["good.json"], files["changed.json"], files["mixed.ndjson"], academy.folder / "none")

    lines = said.out.splitlines()
    assert said.code == 1
    assert lines[0].startswith(f"{files['changed.json']}: ")
    assert lines[1].startswith(f"{files['mixed.ndjson']}:2: ")
    assert lines[2].startswith(f"{academy.folder / 'none'}: There is no file")
    assert lines[3] == "6 badges: 1 broken, 3 good, 2 no badge"


def test_badges_come_from_standard_input_a_line_each(academy, badge):
    assert academy.good("verify", "--jobs", "1", "-", stdin=badge + b"\n" + badge) == "2 badges: 2 good\n"


def test_the_reports_of_many_are_lines_of_json_in_their_order(academy, files):
    said = academy("verify", "--json", "--jobs", "2", files["mixed.ndjson"], files["good.json"])

    found = [json.loads(line) for line in said.out.splitlines()]
    assert [(Path(each["source"]).name, each.get("line"), each.get("verdict")) for each in found] == [
        ("mixed.ndjson", 1, "good"), ("mixed.ndjson", 2, None), ("mixed.ndjson", 4, "good"),
        ("good.json", None, "good"),
    ]  # fmt: skip
    assert said.code == 1


def test_nothing_to_check_is_not_all_good(academy):
    assert academy("verify", "--jobs", "1", "-").code == 1


# -- trust lists --------------------------------------------------------------------------------------------


def test_the_registries_of_the_service_are_listed(academy, monkeypatch: pytest.MonkeyPatch):
    (academy.folder / "friends.txt").write_text("did:web:north.example\nhttps://south.example\n")
    registry = {"registry": {"did:web:west.example": {"name": "West School"}}}
    (academy.folder / "dcc.json").write_text(json.dumps(registry))
    monkeypatch.setenv("LANYARD_TRUST_LISTS", "friends.txt, dcc.json")

    assert academy.good("trust", "list") == "friends\t2\ndcc\t1\n"
    assert academy.good("trust", "list", "--issuers").splitlines()[-1] == "dcc\tdid:web:west.example\tWest School"


def test_without_registries_the_list_says_which_setting_names_them(academy):
    assert "LANYARD_TRUST_LISTS" in academy.good("trust", "list")


@pytest.mark.parametrize(
    ("content", "said"),
    [("did:web:x\nNorth Hospital\n", "Line 2 of the trust list friends is no issuer"), (None, "cannot be read")],
)
def test_a_bad_registry_stops_every_command_with_a_sentence(
    academy, monkeypatch: pytest.MonkeyPatch, content: str | None, said: str
):
    if content is not None:
        (academy.folder / "friends.txt").write_text(content)
    monkeypatch.setenv("LANYARD_TRUST_LISTS", "friends.txt")

    refused = academy.refused("trust", "list")

    assert said in refused
    assert "friends.txt" in refused


def test_a_badge_says_in_which_registry_its_issuer_is(academy, files, monkeypatch: pytest.MonkeyPatch):
    (academy.folder / "friends.txt").write_text("did:web:badges.test:issuers:st-anna\n")
    monkeypatch.setenv("LANYARD_TRUST_LISTS", "friends.txt")

    assert "known in: friends" in academy.good("verify", files["good.json"])
