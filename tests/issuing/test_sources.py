"""A source: its secret is told once, two may be valid, and it may cause nothing that was not allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.errors import InvalidInput, KeyUnavailable, NotFound
from app.issuing import sources
from app.issuing.sources import Source, SourceAllowance, SourceState
from app.keystores.sealing import Sealer


def secrets_of(desk, source) -> list[str]:
    with desk.read() as session:
        return [secret.value for secret in sources.config(desk.office, sources.by_id(session, source.id)).secrets]


def change(desk, source, what: str, **facts):
    with desk.write() as session:
        found = sources.by_id(session, source.id)
        return getattr(sources, what)(session, desk.office, found, actor="cli", **facts)


# -- secrets -------------------------------------------------------------------------------------------------


def test_a_new_source_has_one_secret_of_32_random_bytes(desk):
    made, other = desk.new_source(), desk.new_source()

    assert made.secret.startswith("whsec_")
    assert len(made.secret) == len("whsec_") + 44
    assert made.secret != other.secret
    assert secrets_of(desk, made.source) == [made.secret]


def test_two_secrets_are_valid_after_a_rotation_and_the_newest_comes_first(desk):
    made = desk.new_source()

    rotated = change(desk, made.source, "rotate_secret")

    assert secrets_of(desk, made.source) == [rotated.secret, made.secret]


def test_a_second_rotation_ends_the_oldest_secret(desk):
    made = desk.new_source()
    first, second = (change(desk, made.source, "rotate_secret").secret for _ in range(2))

    assert secrets_of(desk, made.source) == [second, first]


def test_dropping_the_old_secret_leaves_the_newest_and_is_harmless_twice(desk):
    made = desk.new_source()
    newest = change(desk, made.source, "rotate_secret").secret

    for _ in range(2):
        change(desk, made.source, "drop_old_secret")

    assert secrets_of(desk, made.source) == [newest]


def test_no_secret_can_be_read_from_the_database(desk):
    made = desk.new_source()

    with desk.read() as session:
        row = session.execute(select(Source.__table__)).one()
    assert made.secret not in str(row)
    assert made.secret.removeprefix("whsec_") not in str(row)


def test_a_sealed_secret_that_was_copied_to_another_source_does_not_open(desk):
    first, second = desk.source(), desk.source()
    with desk.write() as session:
        sealed = sources.by_id(session, first.id).sealed_secrets
        sources.by_id(session, second.id).sealed_secrets = sealed

    with pytest.raises(KeyUnavailable):
        secrets_of(desk, second)


def test_with_another_secret_of_the_service_nothing_opens(desk):
    source = desk.source()
    desk.office = replace(desk.office, sealer=Sealer(b"another secret of at least 32 characters"))

    with pytest.raises(KeyUnavailable, match="LANYARD_SECRET"):
        secrets_of(desk, source)


@pytest.mark.parametrize("secret", ["short", "whsec_%%%", "whsec_c2hvcnQ="])
def test_a_chosen_secret_that_is_too_weak_is_refused(desk, secret):
    source = desk.source()

    with pytest.raises(InvalidInput) as caught:
        change(desk, source, "rotate_secret", secret=secret)
    assert caught.value.facts["pointer"] == "/secret"


# -- settings ------------------------------------------------------------------------------------------------


def create(desk, source_type: str, settings: dict) -> None:
    with desk.write() as session:
        facts = {"name": "x", "source_type": source_type, "settings": settings, "actor": "cli"}
        sources.create(session, desk.office, desk.issuer, **facts)


def test_an_unknown_type_is_refused_with_those_that_are_known(desk):
    with pytest.raises(InvalidInput, match="canvas, generic"):
        create(desk, "moodel", {})


@pytest.mark.parametrize(
    ("source_type", "stated"),
    [
        ("generic", {}),
        ("generic", {"namespace": "x", "colour": "red"}),
        ("generic", {"namespace": "x", "auth": "none"}),
        ("canvas", {"auth": "jwt_body"}),
    ],
)
def test_settings_that_would_not_work_are_refused_with_a_sentence_each(desk, source_type, stated):
    with pytest.raises(InvalidInput) as caught:
        create(desk, source_type, stated)

    assert caught.value.facts["pointer"] == "/settings"
    assert caught.value.facts["problems"]
    with desk.read() as session:
        assert session.scalars(select(Source)).all() == []


# -- what it may cause ---------------------------------------------------------------------------------------


def test_a_source_may_cause_nothing_until_it_is_allowed(desk):
    source, achievement = desk.source(), desk.achievement()

    with desk.write() as session:
        assert not sources.may_cause(session, source, achievement.id)
        sources.allow(session, source, achievement, actor="cli")
        assert sources.may_cause(session, source, achievement.id)
        sources.disallow(session, source, achievement, actor="cli")
    with desk.read() as session:
        assert not sources.may_cause(session, source, achievement.id)


def test_an_achievement_of_another_issuer_cannot_be_allowed(desk):
    source, foreign = desk.source(), desk.another_issuer().achievement()

    with pytest.raises(NotFound), desk.write() as session:
        sources.allow(session, source, foreign, actor="cli")


def test_allowing_twice_is_one_allowance_and_one_audit_entry(desk):
    source, achievement = desk.source(), desk.achievement()

    with desk.write() as session:
        for _ in range(2):
            sources.allow(session, source, achievement, actor="cli")

    with desk.read() as session:
        assert len(session.scalars(select(SourceAllowance)).all()) == 1
    assert [entry.action for entry in desk.audit_log()].count("source.allowed") == 1


# -- state, counters, tenants --------------------------------------------------------------------------------


def test_each_change_of_a_source_has_exactly_one_audit_entry(desk):
    source = desk.source()
    change(desk, source, "rotate_secret")
    change(desk, source, "drop_old_secret")
    with desk.write() as session:
        for state in (SourceState.DISABLED, SourceState.DISABLED, SourceState.ACTIVE):
            sources.set_state(session, sources.by_id(session, source.id), state, actor="cli")

    actions = [entry.action for entry in desk.audit_log() if entry.object_id == source.id]
    assert actions == [
        "source.created", "source.secret-added", "source.secret-dropped", "source.disabled", "source.active",
    ]  # fmt: skip


def test_a_source_counts_what_it_sent(desk):
    source = desk.source()
    with desk.write() as session:
        sources.count_rejected(session, source.id)
        sources.count_accepted(session, source.id, ignored=3)
        sources.count_accepted(session, source.id, ignored=0)

    with desk.read() as session:
        found = sources.by_id(session, source.id)
    assert (found.accepted_count, found.ignored_count, found.rejected_count) == (2, 3, 1)
    assert found.last_accepted_at is not None
    assert found.last_rejected_at is not None


def test_a_source_of_another_issuer_is_not_there(desk):
    other = desk.another_issuer()
    foreign = other.source()

    with desk.read() as session:
        with pytest.raises(NotFound):
            sources.by_id(session, foreign.id, issuer=desk.issuer)
        assert sources.of_issuer(session, desk.issuer) == []
        assert [source.id for source in sources.of_issuer(session, other.issuer)] == [foreign.id]
