"""What decides about each achievement, for the list of rules: the newest version, mappings, and whether it is on."""

from __future__ import annotations

from datetime import timedelta

from app import clock
from app.issuing import achievements, rules
from app.issuing.rules import listing, switches, versions

RULE = "match: {activities: [bls]}"


def lines_of(desk) -> dict[str, listing.RuleLine]:
    with desk.read() as session:
        return {line.achievement.slug: line for line in listing.lines(session, desk.issuer.id)}


def test_achievements_are_named_as_published_or_as_their_draft_says_and_sorted_by_name(desk):
    for slug, name in (("b", "Übung"), ("a", "zoo"), ("c", "Alpha")):
        desk.achievement(slug, name=name)
    desk.draft("d", name="beta")

    with desk.read() as session:
        found = listing.achievements_of(session, desk.issuer.id)

    assert [each.name for each in found] == ["Alpha", "beta", "zoo", "Übung"]
    assert [str(each.state) for each in found] == ["published", "draft", "published", "published"]


def test_a_line_tells_the_newest_version_the_mappings_and_the_switch(desk):
    both, mapped, _none = desk.achievement("both"), desk.achievement("mapped"), desk.achievement("none")
    source = desk.source()
    with desk.write() as session:
        for achievement in (both, mapped):
            rules.create(session, source, activity_id="x", achievement=achievement, actor="cli")
        found = achievements.by_id(session, both.id)
        versions.put(session, found, RULE, actor="cli")
        versions.put(session, found, RULE, actor="cli", effective_from=clock.now() + timedelta(days=1))
        switches.turn(session, achievements.by_id(session, mapped.id), on=False, actor="cli")

    lines = lines_of(desk)

    assert set(lines) == {"both", "mapped"}
    assert (lines["both"].version, lines["both"].mappings, lines["both"].is_in_force) == (2, 1, False)
    assert (lines["mapped"].version, lines["mapped"].mappings, lines["mapped"].is_in_force) == (None, 1, True)
    assert lines["mapped"].off_since is not None


def test_the_newest_version_that_has_begun_decides_until_it_ends(desk):
    achievement = desk.achievement("bls")
    now = clock.now()
    with desk.write() as session:
        found = achievements.by_id(session, achievement.id)
        first = versions.put(session, found, RULE, actor="cli")
        versions.put(session, found, RULE, actor="cli", effective_from=now + timedelta(days=1))
        deciding = versions.deciding(versions.of_achievement(session, found))
        versions.put(
            session,
            found,
            RULE,
            actor="cli",
            effective_from=now - timedelta(days=2),
            effective_until=now - timedelta(days=1),
        )
        ended = versions.deciding(versions.of_achievement(session, found))

    assert deciding is not None
    assert (deciding.number, first.number) == (1, 1)
    assert ended is None
    assert versions.deciding([]) is None
