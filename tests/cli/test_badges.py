"""`lanyard issue | verify | revoke | suspend | reinstate`: a badge by hand, and exit codes that say how it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import service as services
from app.credentials import baking, png
from app.issuing import achievements, awards, images
from app.settings import Settings


@pytest.fixture
def badge(academy) -> dict[str, Path]:
    """A badge that was issued, as files: `json`, `jwt` and `png`; `id` is the award's."""
    award_id = issue(academy)
    opened = services.build(Settings())
    with opened.database.read() as session:
        award = awards.by_id(session, award_id)
        credential = awards.credential_of(session, award)
        picture = images.content(session, awards.version_of(session, award).image_sha256)
    opened.close()
    files = {"json": credential.json, "jwt": credential.jwt, "png": baking.bake(picture, credential.json.decode())}
    for form, content in files.items():
        (academy.folder / f"badge.{form}").write_bytes(content)
    return {form: academy.folder / f"badge.{form}" for form in files} | {"id": Path(award_id)}


def issue(academy, *words: str, email: str = "ana.ortiz@hosp.example") -> str:
    """Award by hand; the award's id."""
    return academy.good("issue", "st-anna", "bls", email, *words).strip().rpartition("/")[2]


# -- issuing -------------------------------------------------------------------------------------------------


def test_awarding_prints_the_address_of_the_badge(academy):
    assert academy.good("issue", "st-anna", "bls", "ana@x.example").startswith("http://badges.test/b/")


def test_awarding_twice_prints_the_same_address_and_says_so(academy):
    first = academy("issue", "st-anna", "bls", "ana@x.example")
    second = academy("issue", "st-anna", "bls", "Ana@X.example")

    assert second.out == first.out
    assert (first.err, second.err) == ("", "The learner holds this achievement already:\n")


@pytest.mark.parametrize("email", ["", "ana", "ana@", "Ana <ana@x.example>"])
def test_an_address_that_is_none_is_refused(academy, email):
    assert "not an e-mail address" in academy.refused("issue", "st-anna", "bls", email)


def test_an_achievement_that_is_not_there_is_said(academy):
    assert "St. Anna has no achievement named acls" in academy.refused("issue", "st-anna", "acls", "ana@x.example")


def test_without_the_private_key_nothing_is_issued(academy):
    for file in (academy.folder / "keys").iterdir():
        file.unlink()

    assert "private key" in academy.refused("issue", "st-anna", "bls", "ana@x.example")


def test_the_name_is_on_the_badge_only_with_consent_and_consent_is_on_record(academy):
    plain, shown = (
        issue(academy, "--name", "Ana Ortiz", *more, email=f"{len(more)}@x.example") for more in ((), ("--show-name",))
    )

    opened = services.build(Settings())
    with opened.database.read() as session:
        texts = [awards.credential_of(session, awards.by_id(session, found)).json.decode() for found in (plain, shown)]
    opened.close()
    assert ["Ana Ortiz" in text for text in texts] == [False, True]


def test_consent_that_is_given_later_is_shown_on_the_badge_that_is_held(academy, badge):
    assert issue(academy, "--name", "Ana Ortiz", "--show-name") == str(badge["id"])

    opened = services.build(Settings())
    with opened.database.read() as session:
        text = awards.credential_of(session, awards.by_id(session, str(badge["id"]))).json.decode()
    opened.close()
    assert "Ana Ortiz" in text


# -- verifying -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "jwt", "png"])
def test_a_badge_in_any_form_verifies_from_a_file(academy, badge, form):
    said = academy.good("verify", badge[form])

    assert "Basic Life Support, signed by badges.test" in said
    assert "✗" not in said


@pytest.mark.parametrize("form", ["json", "jwt", "png"])
def test_a_changed_badge_ends_with_exit_code_1(academy, badge, form):
    content = badge[form].read_bytes()
    middle = len(content) // 2
    changed = {
        "json": content.replace(b"Basic Life Support", b"Basic Life Supporx"),
        "jwt": content[:middle] + (b"A" if content[middle : middle + 1] != b"A" else b"B") + content[middle + 1 :],
        "png": content.replace(b"Basic Life Support", b"Basic Life Supporx"),
    }[form]
    assert changed != content
    badge[form].write_bytes(changed)

    said = academy("verify", badge[form])

    assert said.code == 1
    assert "✗" in said.out
    assert "Traceback" not in said.out + said.err


@pytest.mark.parametrize("form", ["json", "jwt", "png"])
def test_a_badge_is_read_from_standard_input(academy, badge, form):
    academy.good("verify", "-", stdin=badge[form].read_bytes())


def test_a_badge_is_found_by_its_address_on_this_host(academy, badge):
    for suffix in ("", ".json", ".png"):
        academy.good("verify", f"http://badges.test/b/{badge['id']}{suffix}")


def test_an_address_on_this_host_where_no_badge_is_says_so(academy):
    assert academy.refused("verify", "http://badges.test/b/nowhere") == "There is no badge at this address\n"


@pytest.mark.parametrize("name", ["nowhere.json", ".", "", "badge\0.json", "x" * 5_000])
def test_what_is_no_file_is_said_in_a_sentence(academy, name):
    said = academy.refused("verify", name)

    assert "There is no file" in said
    assert len(said) < 300


def test_a_token_that_was_pasted_as_an_argument_is_told_where_it_belongs(academy, badge):
    assert "standard input" in academy.refused("verify", badge["jwt"].read_text())


@pytest.mark.parametrize("content", [b"", b"hello", b"{}", b"\x89PNG\r\n\x1a\n", b"\xff" * 100, b" " * 6_000_000])
def test_a_file_without_a_badge_ends_with_exit_code_1(academy, content):
    (academy.folder / "file").write_bytes(content)

    said = academy("verify", academy.folder / "file")

    assert said.code == 1
    assert "Traceback" not in said.out + said.err


def test_a_badge_is_checked_against_a_person(academy, badge):
    academy.good("verify", badge["json"], "--recipient", "Ana.ORTIZ@hosp.example")

    assert academy("verify", badge["json"], "--recipient", "bo@hosp.example").code == 1


def test_the_report_is_printed_as_json_for_programs(academy, badge):
    report = json.loads(academy.good("verify", badge["json"], "--json"))

    assert report["verdict"] == "good"
    assert {check["outcome"] for check in report["checks"]} == {"passed"}


# -- afterwards ----------------------------------------------------------------------------------------------


def test_a_revoked_badge_does_not_verify_any_more(academy, badge):
    academy.good("revoke", badge["id"], "--reason", "issued in error")

    said = academy("verify", badge["json"])

    assert said.code == 1
    assert "withdrawn by its issuer" in said.out


def test_a_suspension_can_be_lifted(academy, badge):
    academy.good("suspend", badge["id"], "--reason", "under review")
    assert academy("verify", badge["jwt"]).code == 1

    academy.good("reinstate", badge["id"])

    academy.good("verify", badge["jwt"])


def test_revoking_twice_is_said_in_a_sentence(academy, badge):
    academy.good("revoke", badge["id"], "--reason", "issued in error")

    assert academy.refused("revoke", badge["id"], "--reason", "again") == "This award was revoked earlier\n"
    assert academy.refused("reinstate", badge["id"]) == "This award was revoked earlier\n"


@pytest.mark.parametrize(
    "words", [("revoke", "x", "--reason", "y"), ("suspend", "x", "--reason", "y"), ("reinstate", "x")]
)
def test_an_award_that_is_not_there_is_said(academy, words):
    assert academy.refused(*words) == "There is no such award\n"


def test_a_badge_verifies_after_a_rotation_of_the_keys(academy, badge):
    academy.good("keys", "rotate", "st-anna")

    for form in ("json", "jwt", "png"):
        academy.good("verify", badge[form])


def test_the_picture_without_a_badge_in_it_is_no_badge(academy, badge):
    opened = services.build(Settings())
    with opened.database.read() as session:
        award = awards.by_id(session, str(badge["id"]))
        picture = images.content(session, awards.version_of(session, award).image_sha256)
        assert achievements.by_id(session, award.achievement_id).slug == "bls"
    opened.close()
    assert png.check_upload(picture)
    (academy.folder / "picture.png").write_bytes(picture)

    assert academy("verify", academy.folder / "picture.png").code == 1
