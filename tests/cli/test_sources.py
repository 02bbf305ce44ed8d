"""`lanyard source …` and `lanyard inbox …`: a platform is connected, and what arrived is looked at and replayed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app import service as services
from app.issuing import inbox, sources
from app.issuing.inbox import Received
from app.lms.base import Authenticated
from app.settings import Settings

SETTINGS = '{"namespace": "lms.example.org"}'
ITEM = {
    "event": "completed",
    "learner": {"id": "4711", "email": "ana@x.example", "name": "Ana Ortiz"},
    "activity": {"id": "BLS-2026", "name": "Basic life support"},
    "completed_at": "2026-03-01T09:00:00Z",
}


def create(academy, *words: str) -> tuple[str, str]:
    """Connect a platform; the source's id and its secret."""
    said = academy.good(
        "source", "create", "st-anna", "--name", "A platform", "--type", "generic", *(words or ("--settings", SETTINGS))
    )
    found = re.search(r"address  http://badges\.test/hooks/([\w-]{22})\nsecret   (whsec_\S{44})\n", said)
    assert found is not None, said
    return found[1], found[2]


def deliver(source_id: str, item: dict[str, Any] = ITEM, *, key: str = "msg_1") -> str:
    """Hand in a delivery as the web's door does; its id."""
    opened = services.build(Settings())
    content = json.dumps(item).encode()
    received = Received(Authenticated(key, content, "standard_webhooks", "0"), {"webhook-id": key}, content)
    with opened.database.write() as session:
        answer = inbox.receive(session, opened.office, sources.by_id(session, source_id), received)
    opened.close()
    return str(answer["delivery"])


# -- sources -------------------------------------------------------------------------------------------------


def test_a_new_source_has_an_address_and_a_secret_that_is_shown_once(academy):
    source_id, secret = create(academy)

    listed = academy.good("source", "list", "st-anna")
    assert listed == f"{source_id}\tgeneric\tactive\t0 accepted, 0 ignored, 0 rejected\tA platform\n"
    assert secret not in listed


def test_settings_may_come_from_a_file(academy):
    (academy.folder / "settings.json").write_text(SETTINGS)

    create(academy, "--settings", f"@{academy.folder / 'settings.json'}")


def test_a_secret_that_the_platform_made_comes_from_a_file_and_is_not_shown(academy):
    (academy.folder / "secret.txt").write_text("their-user:their-long-password\n")
    settings = '{"namespace": "lms.example.org", "auth": "basic"}'
    words = ("source", "create", "st-anna", "--name", "x", "--type", "generic", "--settings", settings)

    said = academy.good(*words, "--secret-file", str(academy.folder / "secret.txt"))
    source_id = re.search(r"hooks/([\w-]{22})", said)[1]

    assert "secret" not in said
    opened = services.build(Settings())
    with opened.database.read() as session:
        config = sources.config(opened.office, sources.by_id(session, source_id))
    opened.close()
    assert [secret.value for secret in config.secrets] == ["their-user:their-long-password"]
    (academy.folder / "secret.txt").write_text("another-user:another-password\n")
    said = academy.good("source", "rotate-secret", source_id, "--secret-file", str(academy.folder / "secret.txt"))
    assert said == "Done.\n"


def test_a_file_of_a_secret_that_is_not_there_is_named(academy):
    said = academy.refused(
        "source", "create", "st-anna", "--name", "x", "--type", "generic",
        "--settings", SETTINGS, "--secret-file", "nowhere.txt",
    )  # fmt: skip

    assert "there is no file nowhere.txt" in said


def test_a_source_without_a_shared_secret_shows_none(academy):
    options = '{"networks": ["192.0.2.0/28"], "accept_unauthenticated": true}'
    settings = f'{{"namespace": "lms.example.org", "auth": "none", "auth_options": {options}}}'

    said = academy.good("source", "create", "st-anna", "--name", "x", "--type", "generic", "--settings", settings)

    assert "secret" not in said


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("", "not JSON"), ("{", "not JSON"), ("[]", "must be a JSON object"), ("{}", "`namespace` must name"),
        ('{"namespace": "a", "namespace": "b"}', "twice"), ('{"namespace": NaN}', "NaN"),
        ("@nowhere.json", "no file nowhere.json"),
        ("@.", "no file ."), ('{"namespace": "a", "colour": 1}', "There is no setting “colour”"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_refused_with_a_sentence(academy, settings, sentence):
    said = academy.refused("source", "create", "st-anna", "--name", "x", "--type", "generic", "--settings", settings)

    assert sentence in said
    assert academy.good("source", "list", "st-anna") == ""


def test_a_type_that_is_not_known_is_refused_with_those_that_are(academy):
    said = academy.refused("source", "create", "st-anna", "--name", "x", "--type", "moodel")

    assert re.search(r"known: .*canvas, .*generic", said)


def test_an_activity_is_mapped_once(academy):
    source_id, _ = create(academy)

    academy.good("source", "map", source_id, "BLS-2026", "bls", "--minimum-score", "0.84")

    assert "already" in academy.refused("source", "map", source_id, "BLS-2026", "bls")


@pytest.mark.parametrize("minimum", ["84", "-0.1", "nan", "inf", "80%", "0,8", ""])
def test_a_minimum_that_is_no_fraction_is_refused(academy, minimum):
    source_id, _ = create(academy)

    assert "fraction" in academy.refused("source", "map", source_id, "BLS-2026", "bls", f"--minimum-score={minimum}")


def test_secrets_are_rotated_and_the_old_one_is_dropped(academy):
    source_id, first = create(academy)

    second = academy.good("source", "rotate-secret", source_id).strip()
    academy.good("source", "drop-old-secret", source_id)

    assert re.fullmatch(r"whsec_\S{44}", second)
    assert second != first


def test_a_source_is_switched_off_and_on(academy):
    source_id, _ = create(academy)

    academy.good("source", "disable", source_id)
    assert "\tdisabled\t" in academy.good("source", "list", "st-anna")
    academy.good("source", "enable", source_id)
    assert "\tactive\t" in academy.good("source", "list", "st-anna")


@pytest.mark.parametrize(
    "words",
    [("map", "x", "a", "bls"), ("rotate-secret", "x"), ("drop-old-secret", "x"), ("disable", "x"), ("enable", "x")],
)
def test_a_source_that_is_not_there_is_said(academy, words):
    assert academy.refused("source", *words) == "There is no such source\n"


# -- inbox ---------------------------------------------------------------------------------------------------


def test_a_completion_of_an_unmapped_activity_waits_and_is_awarded_once_by_a_replay(academy):
    source_id, _ = create(academy)
    delivery = deliver(source_id)
    assert academy.good("inbox", "list").split("\t")[::3] == [delivery, "1 parked"]
    assert academy.good("inbox", "list", "--parked").startswith(f"{delivery}\tunmapped-activity\tBLS-2026\t")

    academy.good("source", "map", source_id, "BLS-2026", "bls")
    first, second = (json.loads(academy.good("inbox", "replay", delivery)) for _ in range(2))

    assert first == second
    assert [item["outcome"] for item in first["items"]] == ["awarded"]
    assert academy.good("inbox", "list", "--parked") == ""
    assert academy.good("inbox", "list").split("\t")[3] == "1 awarded"


def test_a_delivery_is_shown_with_what_came_and_what_came_of_it(academy):
    source_id, _ = create(academy)

    said = academy.good("inbox", "show", deliver(source_id))

    for part in (
        source_id,
        "standard_webhooks (secret 0)",
        "webhook-id",
        '"email": "ana@x.example"',
        "unmapped-activity",
    ):
        assert part in said


def test_the_inbox_can_be_narrowed_to_a_source(academy):
    (first, _), (second, _) = create(academy), create(academy)
    ours, _theirs = deliver(first), deliver(second)

    for more in ((), ("--parked",)):
        lines = academy.good("inbox", "list", "--source", first, *more).splitlines()
        assert [line.split("\t")[0] for line in lines] == [ours]
    assert academy.refused("inbox", "list", "--source", "nowhere") == "There is no such source\n"


@pytest.mark.parametrize("command", ["show", "replay"])
def test_a_delivery_that_is_not_there_is_said(academy, command):
    assert academy.refused("inbox", command, "nowhere") == "There is no such delivery\n"


def test_a_replay_is_on_record(academy):
    source_id, _ = create(academy)
    delivery = deliver(source_id)

    academy.good("inbox", "replay", delivery)

    assert "entries" in academy.good("audit", "verify")
