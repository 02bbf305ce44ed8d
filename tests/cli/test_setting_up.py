"""An operator sets up a service: database, issuer, keys, catalogue, and what each command says when it cannot."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

CATALOG = Path(__file__).resolve().parents[2] / "catalog" / "healthcare.yaml"
CREATE = ("issuer", "create", "st-anna", "--name", "St. Anna", "--url", "https://st-anna.example")


# -- the way of a new operator -------------------------------------------------------------------------------


def test_the_whole_way_from_nothing_to_a_badge(terminal):
    assert "newest schema" in terminal.good("migrate")
    imported = terminal.good("catalog", "import", CATALOG, "--without-people")
    assert "30 achievements made" in imported
    assert "9 stacks made" in imported
    assert "demo_learners: 9 people are left out" in imported
    assert "lanyard keys new northfield" in terminal.refused("issue", "northfield", "mc-bls", "ana@x.example")

    assert len(terminal.good("keys", "new", "northfield").splitlines()) == 2
    address = terminal.good("issue", "northfield", "mc-bls", "ana@x.example")

    assert re.fullmatch(r"http://badges\.test/b/[\w-]{22}\n", address)
    terminal.good("verify", address.strip())


def test_a_new_issuer_is_told_where_it_is_and_what_comes_next(terminal):
    terminal.good("migrate")

    said = terminal.good(*CREATE)

    assert "http://badges.test/issuers/st-anna" in said
    assert "next: lanyard keys new st-anna" in said


def test_migrating_twice_is_harmless(terminal):
    for _ in range(2):
        assert "newest schema" in terminal.good("migrate")


@pytest.mark.parametrize("words", [("issuer", "list"), ("audit", "verify"), ("inbox", "list"), CREATE])
def test_before_the_database_was_migrated_a_command_says_what_to_run(terminal, words):
    assert "lanyard migrate" in terminal.refused(*words)


def test_help_is_shown_to_who_says_nothing(terminal):
    said = terminal()

    assert "Usage" in said.out + said.err
    for group in ("issuer", "keys", "catalog", "source", "inbox", "api-key", "audit"):
        assert group in said.out + said.err


# -- settings ------------------------------------------------------------------------------------------------


def test_production_without_https_is_refused_by_every_command_that_needs_the_service(academy, monkeypatch):
    monkeypatch.setenv("LANYARD_MODE", "production")

    assert "LANYARD_PUBLIC_BASE_URL" in academy.refused("issuer", "list")


def test_without_a_secret_a_command_says_what_to_set(academy, monkeypatch):
    monkeypatch.delenv("LANYARD_SECRET")

    assert "LANYARD_SECRET" in academy.refused("issuer", "list")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANYARD_PUBLIC_BASE_URL", "badges"),
        ("LANYARD_PORT", "http"),
        ("LANYARD_MODE", "produktion"),
        ("LANYARD_DATABASE_URL", "postgresql://localhost/lanyard"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(academy, monkeypatch, name, value):
    monkeypatch.setenv(name, value)

    said = academy.refused("issuer", "list")
    assert name in said
    assert "Value error" not in said


def test_a_database_that_cannot_be_opened_is_said_in_a_sentence(academy, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LANYARD_DATABASE_URL", f"sqlite:///{tmp_path}/file/lanyard.sqlite3")

    assert academy.refused("issuer", "list")


# -- issuers -------------------------------------------------------------------------------------------------


def test_an_issuer_is_listed_and_can_be_changed(academy):
    academy.good("issuer", "change", "st-anna", "--name", "St. Anna Hospital", "--email", "badges@st-anna.example")

    assert academy.good("issuer", "list") == "st-anna\tSt. Anna Hospital\thttps://st-anna.example\n"


def test_an_issuer_of_the_same_name_is_refused(academy):
    assert "There is an issuer named st-anna already" in academy.refused(*CREATE)


@pytest.mark.parametrize("slug", ["St Anna", "-x", "ä"])
def test_a_short_name_with_other_letters_is_refused(academy, slug):
    assert "a-z, 0-9 and hyphen" in academy.refused("issuer", "create", "--name", "x", "--url", "https://x", "--", slug)


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "list", "nowhere"), ("keys", "new", "nowhere"), ("keys", "rotate", "nowhere"),
        ("issuer", "change", "nowhere", "--name", "x"), ("issuer", "open-lists", "nowhere"),
        ("achievement", "list", "nowhere"), ("achievement", "archive", "nowhere", "bls"),
        ("source", "list", "nowhere"), ("source", "create", "nowhere", "--name", "x", "--type", "generic"),
        ("api-key", "list", "nowhere"), ("api-key", "create", "nowhere", "--name", "x", "--scope", "read"),
        ("api-key", "revoke", "nowhere", "x"), ("issue", "nowhere", "bls", "a@x.example"),
    ],
)  # fmt: skip
def test_an_issuer_that_is_not_there_is_said_in_a_sentence(academy, words):
    assert academy.refused(*words) == "There is no such issuer\n"


def test_an_issuers_picture_is_checked(academy, tmp_path):
    (tmp_path / "picture.png").write_bytes(b"GIF89a")

    assert "PNG" in academy.refused("issuer", "change", "st-anna", "--image", tmp_path / "picture.png")


def test_empty_status_lists_can_be_published_before_the_first_award(academy):
    for _ in range(2):
        academy.good("issuer", "open-lists", "st-anna")


# -- keys ----------------------------------------------------------------------------------------------------


def test_new_keys_are_files_that_only_the_service_may_read(academy):
    files = sorted((academy.folder / "keys").iterdir())

    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert all(b"ENCRYPTED" in file.read_bytes() for file in files)


def test_new_keys_are_made_once_and_then_the_way_to_replace_them_is_told(academy):
    assert "lanyard keys rotate st-anna" in academy.refused("keys", "new", "st-anna")


def test_a_rotation_retires_the_old_pair_and_all_are_listed(academy):
    before = academy.good("keys", "list", "st-anna").splitlines()
    academy.good("keys", "rotate", "st-anna")

    listed = [line.split("\t") for line in academy.good("keys", "list", "st-anna").splitlines()]
    assert len(before) == 2
    assert sorted(state for _, _, state, _ in listed) == ["active", "active", "retired", "retired"]


def test_no_command_prints_a_private_key(academy):
    assert "PRIVATE" not in academy.good("keys", "rotate", "st-anna") + academy.good("keys", "list", "st-anna")


# -- catalogue -----------------------------------------------------------------------------------------------


def catalog_file(academy, *, after: str = "", before: str = "") -> Path:
    from_set_up = """\
organizations:
  - {id: org-st-anna, name: St. Anna, url: "https://st-anna.example"}
credentials:
  - id: cpr
    name: Resuscitation
    abbreviation: CPR
    issuer: org-st-anna
    achievement_type: Badge
    description: Keeps somebody alive.
    criteria: Pass.
"""
    assert before in from_set_up
    file = academy.folder / "catalog.yaml"
    file.write_text(from_set_up.replace(before, after) if before else from_set_up)
    return file


def test_an_import_says_what_it_did_and_once_more_that_nothing_changed(academy):
    file = catalog_file(academy)

    assert "1 achievements made" in academy.good("catalog", "import", file)
    assert "1 achievements unchanged" in academy.good("catalog", "import", file)


def test_a_dry_run_needs_no_database_and_changes_nothing(terminal):
    said = terminal.good("catalog", "import", catalog_file(terminal), "--dry-run")

    assert said.splitlines()[-3:] == ["   1 issuers", "   1 achievements", "No problems."]
    assert not (terminal.folder / "lanyard.sqlite3").exists()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("    criteria: Pass.", "    criteria: [Pass.", "11: This is not YAML"),
        ("issuer: org-st-anna", "issuer: org-nowhere", "7: cpr: there is no organization org-nowhere"),
        ("    name: Resuscitation\n", "", "4: cpr: name: Field required"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["import", "dry run"])
def test_each_problem_is_named_by_file_and_line_and_nothing_is_imported(academy, before, after, said, options):
    file = catalog_file(academy, before=before, after=after)

    assert f"{file}:{said}" in academy.refused("catalog", "import", file, *options)
    assert "cpr" not in academy.good("achievement", "list", "st-anna")


def test_a_catalogue_that_is_no_text_is_named_by_file_and_line(academy):
    file = catalog_file(academy)
    file.write_bytes(file.read_bytes().replace(b"Keeps", b"\xff\xfe"))

    assert f"{file}:9: this is not UTF-8 text" in academy.refused("catalog", "import", file)


def test_what_only_the_database_refuses_is_named_by_file_and_line_too(academy):
    academy.good("catalog", "import", CATALOG, "--without-people")
    text = CATALOG.read_text(encoding="utf-8")
    file = academy.folder / "again.yaml"
    file.write_text(text.replace("pw-dental-head-start", "pw-dental-again"), encoding="utf-8")
    line = text[: text.index("- id: pw-dental-head-start")].count("\n") + 1

    said = academy.refused("catalog", "import", file, "--without-people")

    assert f"{file}:{line}: pw-dental-again: DHBR is awarded by Dental Hygiene Bridge already" in said.replace(
        "assisting: ", ""
    )


def test_an_export_is_written_to_the_terminal_or_to_a_file_and_can_be_imported(academy):
    file = academy.folder / "exported.yaml"

    shown = academy.good("catalog", "export", "st-anna")
    academy.good("catalog", "export", "st-anna", "--to", file)

    assert file.read_text(encoding="utf-8") == shown
    assert "1 achievements unchanged" in academy.good("catalog", "import", file)
    assert "There is no such issuer" in academy.refused("catalog", "export", "nobody")


def test_a_catalogue_that_is_not_there_is_said(academy):
    said = academy("catalog", "import", "nowhere.yaml")

    assert said.code == 2
    assert "nowhere.yaml" in said.err
    assert "Traceback" not in said.err


def test_open_badges_2_is_switched_on_and_off_for_one_achievement(academy):
    assert "e-mail" in academy.refused("achievement", "open-badges-2", "st-anna", "bls", "--on")
    academy.good("issuer", "change", "st-anna", "--email", "badges@st-anna.example")

    said = [academy.good("achievement", "open-badges-2", "st-anna", "bls", way) for way in ("--on", "--on", "--off")]

    assert said == ["Done.\n", "It stands so already.\n", "Done.\n"]


def test_achievements_are_listed_and_archived(academy):
    assert academy.good("achievement", "list", "st-anna") == "bls\tpublished\t1\tBasic Life Support (BLS)\ten\n"

    academy.good("achievement", "archive", "st-anna", "bls")

    assert academy.good("achievement", "list", "st-anna").startswith("bls\tarchived")
    assert "not published" in academy.refused("issue", "st-anna", "bls", "ana@x.example")


# -- API keys ------------------------------------------------------------------------------------------------


def test_an_api_key_is_shown_once_listed_without_its_secret_and_revoked(academy):
    scopes = ("--scope", "read", "--scope", "awards:write")
    text = academy.good("api-key", "create", "st-anna", "--name", "HR system", *scopes, "--days", "30").strip()
    key_id, secret = re.fullmatch(r"lyd_([0-9A-Za-z]{12})_(.{43})", text).groups()

    listed = academy.good("api-key", "list", "st-anna")
    assert listed.startswith(f"{key_id}\tuntil ")
    assert listed.endswith("never used\tawards:write read\tHR system\n")
    assert secret not in listed

    academy.good("api-key", "revoke", "st-anna", key_id)
    assert academy.good("api-key", "list", "st-anna").startswith(f"{key_id}\trevoked\t")
    assert academy.refused("api-key", "revoke", "st-anna", "nowhere") == "There is no such key\n"


# -- doctor and audit ----------------------------------------------------------------------------------------


def test_the_doctor_says_how_a_service_stands_and_names_what_is_unsafe(academy):
    said = academy("doctor")

    assert "st-anna can sign." in said.out
    assert "http://badges.test is not https" in said.out
    assert "Traceback" not in said.out + said.err


def test_the_doctor_fails_a_production_service_that_is_not_safe(academy, monkeypatch):
    monkeypatch.setenv("LANYARD_MODE", "production")

    said = academy("doctor")

    assert said.code == 1
    assert "LANYARD_PUBLIC_BASE_URL" in said.out


def test_an_audit_log_is_verified_for_every_issuer(academy):
    academy.good("issue", "st-anna", "bls", "ana@x.example")

    assert academy.good("audit", "verify").startswith("st-anna: ")
