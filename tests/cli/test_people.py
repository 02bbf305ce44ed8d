"""`lanyard people …` and the inbox's list of what waits: who is pending, who they are, and who is erased."""

from __future__ import annotations

import json

import pytest

from app import service as services
from app.issuing import issuers, learners
from app.settings import Settings

from .test_sources import ITEM, create, deliver


@pytest.fixture
def source(academy) -> str:
    """A source that sent something of somebody whom it only named."""
    source_id, _ = create(academy)
    deliver(source_id, {**ITEM, "learner": {"id": "4711", "name": "Ana Ortiz"}})
    academy.good("inbox", "map", source_id, "BLS-2026", "bls")
    return source_id


def learner_at(email: str) -> str:
    """The id of the learner with this address."""
    opened = services.build(Settings())
    with opened.database.read() as session:
        found = learners.by_email(session, issuers.by_slug(session, "st-anna"), email).id
    opened.close()
    return found


def pending(academy) -> list[str]:
    """The columns of whoever is pending."""
    return [line.split("\t") for line in academy.good("people", "pending", "st-anna").splitlines()]


def test_a_directory_says_who_is_pending_and_the_badge_follows(academy, source):
    (who,) = pending(academy)
    file = academy.folder / "people.csv"
    file.write_text("id;email;name\n4711;ana@x.example;Ana Ortiz\n4712;nobody;Bo\n")
    words = ("people", "import", "st-anna", file, "--namespace", "lms.example.org")

    dry = academy(*words, "--dry-run")
    assert (dry.out, dry.err) == (
        "Would be: 1 identified, 1 refused.\n",
        "line 3: The line lacks an address at which a person can be reached\n",
    )
    assert who[1:] == ["4711 at lms.example.org", "Ana Ortiz", "1"]
    assert pending(academy) == [who]

    assert academy(*words).out == "Done: 1 identified, 1 refused.\n"
    assert pending(academy) == []
    assert "1 awarded" in academy.good("inbox", "list")
    assert "processed" in academy.good("inbox", "list", "--source", source)


@pytest.mark.usefixtures("source")
def test_staff_give_an_address_merge_undo_and_erase(academy):
    (who,) = pending(academy)
    academy.good("people", "address", "st-anna", who[0], "ana@x.example", "--name", "Ana Ortiz")
    assert "ana@x.example" in academy.good("people", "show", "st-anna", who[0])

    academy.good("issue", "st-anna", "bls", "ana@home.example")
    merge = academy.good("people", "merge", "st-anna", who[0], learner_at("ana@home.example")).strip()
    assert "ana@home.example" in academy.good("people", "show", "st-anna", who[0])
    academy.good("people", "unmerge", "st-anna", merge)
    assert academy.good("people", "merges", "st-anna").rstrip().endswith("undone")
    assert academy("people", "erase", "st-anna", who[0], "--yes").out.startswith("Done: 1 awards, 1 completions")
    assert "erased" in academy.good("people", "show", "st-anna", who[0])
    assert academy.good("people", "readmit", "st-anna", "--email", "ana@x.example") == "Done.\n"


@pytest.mark.usefixtures("source")
def test_a_claim_link_is_shown_once(academy):
    (who,) = pending(academy)

    assert academy.good("people", "claim-link", "st-anna", who[0]).startswith("http://badges.test/claim/")


def test_what_no_rule_names_is_listed_counted_mapped_and_decided(academy):
    source_id, _ = create(academy)
    delivery_id = deliver(source_id)

    assert academy.good("inbox", "unmapped", "st-anna") == f"{source_id}\tBLS-2026\tBasic life support\t1\n"
    assert academy.good("inbox", "counts", "st-anna") == "unmapped\t1\n"
    said = academy.good("inbox", "map", source_id, "BLS-2026", "bls")

    assert said == "Done. 1 completions were decided, 0 are left to the worker.\n"
    assert academy.good("inbox", "counts", "st-anna") == "processed\t1\n"
    shown = academy.good("inbox", "show", delivery_id)
    assert json.loads(shown[shown.index("{\n") :])["items"][0]["outcome"] == "awarded"


def test_many_are_replayed_once_they_were_counted(academy):
    source_id, _ = create(academy)
    deliver(source_id)
    words = ("inbox", "replay-many", "st-anna", "--standing", "unmapped", "--since", "2026-01-01T00:00:00Z")

    said = academy.good(*words, "--yes")

    assert said.splitlines()[0] == "This would replay 1 deliveries: 1 unmapped."
    assert academy("inbox", "replay-many", "st-anna", "--since", "yesterday").code == 1


def test_learners_join_a_group_and_leave_it(academy):
    academy.good("issue", "st-anna", "bls", "ana@x.example")
    ana = learner_at("ana@x.example")

    assert academy.good("people", "group-add", "st-anna", "cohort:26", ana) == "Done: 1 joined.\n"
    assert academy.good("people", "group-add", "st-anna", "cohort:26", ana) == "Done: 0 joined.\n"
    assert academy.good("people", "groups", "st-anna") == "cohort:26\t1\n"
    assert "groups      cohort:26\n" in academy.good("people", "show", "st-anna", ana)
    assert academy.good("people", "group-remove", "st-anna", "cohort:26", ana) == "Done: 1 left.\n"
    assert academy.good("people", "groups", "st-anna") == ""
