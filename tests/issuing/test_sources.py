"""A source: its secret is told once, two may be valid, and it may cause nothing that was not allowed."""

from __future__ import annotations

import re
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


SCHEMES = {
    "standard_webhooks": ({}, r"whsec_\S{44}"),
    "hmac": ({"header": "x-signature"}, r"[\w-]{43}"),
    "hmac with a base64 secret": ({"header": "x-signature", "secret_encoding": "base64"}, r"whsec_\S{44}"),
    "github": ({}, r"[\w-]{43}"),
    "stripe": ({}, r"[\w-]{43}"),
    "bearer": ({}, r"[\w-]{43}"),
    "basic": ({}, r"lanyard:[\w-]{43}"),
    "header_static": ({"headers": ["x-key"]}, r"[\w-]{43}"),
    "body_token": ({}, r"[\w-]{43}"),
    "form_fields": ({}, r"lanyard:[\w-]{43}"),
}


@pytest.mark.parametrize("name", SCHEMES)
def test_a_secret_that_is_made_here_fits_the_scheme_of_its_source(desk, name):
    options, shape = SCHEMES[name]
    scheme = {"auth": name.partition(" ")[0]} | ({"auth_options": options} if options else {})
    made = desk.new_source(**scheme)

    assert re.fullmatch(shape, made.secret)
    assert re.fullmatch(shape, change(desk, made.source, "rotate_secret").secret)
    assert len(secrets_of(desk, made.source)) == 2


def test_a_source_that_shares_no_secret_has_none_and_none_can_be_added(desk):
    options = {"networks": ["192.0.2.0/28"], "accept_unauthenticated": True}
    made = desk.new_source(auth="none", auth_options=options)

    assert made.secret is None
    assert secrets_of(desk, made.source) == []
    for given in (None, "a secret that nobody asks for"):
        with pytest.raises(InvalidInput):
            change(desk, made.source, "rotate_secret", secret=given)


def test_a_secret_that_the_platform_made_is_kept_as_it_is(desk):
    with desk.write() as session:
        made = sources.create(
            session,
            desk.office,
            desk.issuer,
            name="x",
            source_type="generic",
            settings={"namespace": "x", "auth": "basic"},
            actor="cli",
            secret="their-user:their-long-password",
        )

    assert secrets_of(desk, made.source) == ["their-user:their-long-password"]


@pytest.mark.parametrize(
    ("scheme", "secret"), [("basic", "no-colon-in-this-secret"), ("bearer", "with a blank in it...")]
)
def test_a_given_secret_that_does_not_fit_the_scheme_is_refused(desk, scheme, secret):
    source = desk.source(auth=scheme)

    with pytest.raises(InvalidInput) as caught:
        change(desk, source, "rotate_secret", secret=secret)
    assert caught.value.facts["pointer"] == "/secret"


# -- settings ------------------------------------------------------------------------------------------------


def create(desk, source_type: str, settings: dict) -> None:
    with desk.write() as session:
        facts = {"name": "x", "source_type": source_type, "settings": settings, "actor": "cli"}
        sources.create(session, desk.office, desk.issuer, **facts)


def test_an_unknown_type_is_refused_with_those_that_are_known(desk):
    with pytest.raises(InvalidInput, match=r"canvas, .*generic"):
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


# -- settings that change ------------------------------------------------------------------------------------


def test_secrets_that_the_new_way_can_use_stay(desk):
    made = desk.new_source(namespace="a.test", auth="bearer")

    changed = change(
        desk,
        made.source,
        "change",
        name="The LMS",
        settings={"namespace": "b.test", "auth": "header_static", "auth_options": {"headers": ["X-Key"]}},
    )

    assert changed.secret is None
    assert secrets_of(desk, made.source) == [made.secret]
    assert desk.audit_log()[-1].facts == {"changed": ["auth", "auth_options", "name", "namespace"], "new_secret": False}


def test_a_way_that_can_use_none_of_them_gets_a_new_one_in_their_place(desk):
    made = desk.new_source(namespace="a.test", auth="bearer")

    changed = change(desk, made.source, "change", name="LMS", settings={"namespace": "a.test", "auth": "basic"})

    assert changed.secret.startswith("lanyard:")
    assert secrets_of(desk, made.source) == [changed.secret]
    none = change(
        desk,
        made.source,
        "change",
        name="LMS",
        settings={
            "namespace": "a.test",
            "auth": "none",
            "auth_options": {"networks": ["192.0.2.0/28"], "accept_unauthenticated": True},
        },
    )
    assert (none.secret, secrets_of(desk, made.source)) == (None, [])


def test_settings_that_cannot_be_used_change_nothing(desk):
    made = desk.new_source(namespace="a.test", auth="bearer")
    entries = len(desk.audit_log())

    with pytest.raises(InvalidInput):
        change(desk, made.source, "change", name="LMS", settings={"auth": "bearer"})
    change(desk, made.source, "change", name=made.source.name, settings={"namespace": "a.test", "auth": "bearer"})

    assert secrets_of(desk, made.source) == [made.secret]
    assert len(desk.audit_log()) == entries
