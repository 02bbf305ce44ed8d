"""What holders do with their badges, each with one entry of the audit log, and with nobody else's badge."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.credentials import strict_json
from app.credentials.model import Evidence
from app.errors import AlreadyDecided, AlreadyExists, Gone, InvalidInput, NotFound
from app.issuing import audit, award_status, awards, consent, erasure, issuers, learners
from app.issuing.accounts import people
from app.issuing.awards import Award, Visibility
from app.issuing.holding import (
    HolderEvidence,
    NameRequest,
    choices,
    evidence,
    mail_choices,
    names,
    portfolios,
    sharing,
    shelf,
)
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage

MIRA = "mira.holm@hospital.test"
ME = "account:mira"
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # portfolios and applications try both


def account_of(desk, email: str = MIRA) -> str:
    with desk.write() as session:
        return people.of_confirmed_address(session, email).id


def actions_of(desk, object_id: str) -> list[str]:
    return [entry.action for entry in desk.audit_log() if entry.object_id == object_id]


def signed(desk, award: Award) -> dict:
    with desk.read() as session:
        return strict_json.loads(awards.credential_of(session, session.get_one(Award, award.id)).json)


def change(desk, award: Award, act, **named) -> Award:
    """Do something with the award in a transaction of its own; the award as it stands then."""
    with desk.write() as session:
        found = session.get_one(Award, award.id)
        act(session, found, **named)
        session.flush()
        session.refresh(found)
        return found


def test_the_shelf_holds_the_badges_of_every_issuer_and_every_confirmed_address(desk):
    first, second = desk.award(), desk.another_issuer().award("mira@home.test")
    desk.award("somebody.else@hospital.test")
    account_id = account_of(desk)
    with desk.write() as session:
        people.add_address(session, people.by_id(session, account_id), "mira@home.test", is_confirmed=True)

    with desk.read() as session:
        assert {held.award.id for held in shelf.of_account(session, account_id)} == {first.id, second.id}


def test_an_address_that_is_not_confirmed_shows_no_badge(desk):
    desk.award("mira@home.test")
    account_id = account_of(desk)
    with desk.write() as session:
        people.add_address(session, people.by_id(session, account_id), "mira@home.test", is_confirmed=False)

    with desk.read() as session:
        assert shelf.of_account(session, account_id) == []


def test_a_badge_of_somebody_else_is_not_there(desk):
    award = desk.award("somebody.else@hospital.test")
    account_id = account_of(desk)

    with desk.read() as session, pytest.raises(NotFound):
        shelf.mine(session, account_id, award.id)


def test_accepting_is_written_down_once_however_often_it_is_said(desk):
    award = desk.award()

    for _ in range(2):
        change(desk, award, choices.accept, actor=ME)

    assert actions_of(desk, award.id).count("award.claimed") == 1


def test_declining_hides_the_badge_ends_its_links_and_can_be_taken_back(desk):
    award = desk.award()
    with desk.write() as session:
        made = sharing.create(session, desk.office, session.get_one(Award, award.id), days=7, label=None, actor=ME)

    declined = change(desk, award, choices.decline, actor=ME)
    with desk.read() as session, pytest.raises(Gone):
        sharing.by_token(session, made.url.rsplit("/", 1)[1])
    accepted = change(desk, award, choices.accept, actor=ME)

    assert (declined.visibility, declined.state) == (Visibility.PRIVATE, "issued")
    assert accepted.declined_at is None
    assert accepted.claimed_at is not None
    assert actions_of(desk, award.id)[-3:] == ["award.shared", "award.declined", "award.claimed"]


def test_a_declined_badge_is_shown_to_nobody(desk):
    award = desk.award()
    change(desk, award, choices.decline, actor=ME)

    with pytest.raises(InvalidInput):
        change(desk, award, choices.show_to, visibility=Visibility.PUBLIC, actor=ME)


def test_a_badge_that_was_revoked_is_neither_accepted_nor_declined(desk):
    award = desk.award()
    with desk.write() as session:
        award_status.revoke(session, desk.office, session.get_one(Award, award.id), reason="error", actor="cli")

    for act in (choices.accept, choices.decline):
        with pytest.raises(InvalidInput):
            change(desk, award, act, actor=ME)


def test_a_change_of_what_is_shown_gives_the_page_another_number(desk):
    award = desk.award()

    after = [
        change(desk, award, choices.show_to, visibility=visibility, actor=ME).page_revision
        for visibility in (Visibility.PUBLIC, Visibility.PRIVATE, Visibility.PRIVATE)
    ]

    assert after == [1, 2, 2]
    assert actions_of(desk, award.id).count("award.visibility") == 2


def test_results_that_are_hidden_are_not_in_the_signed_badge_either(desk):
    shown = Evidence(name="Final examination", narrative="Score 92 %.")
    award = desk.award(evidence=(shown,), narrative="Worked calmly.")
    assert "Score 92" in str(signed(desk, award))

    with desk.write() as session:
        choices.show_results(session, desk.office, session.get_one(Award, award.id), is_shown=False, actor=ME)
    hidden = signed(desk, award)
    with desk.write() as session:
        choices.show_results(session, desk.office, session.get_one(Award, award.id), is_shown=True, actor=ME)

    assert "Score 92" not in str(hidden)
    assert "calmly" not in str(hidden)
    assert hidden["id"] == signed(desk, award)["id"]
    assert "Score 92" in str(signed(desk, award))
    assert actions_of(desk, award.id).count("award.reissued") == 2


def test_a_link_shows_a_private_badge_until_its_day(desk):
    award = desk.award()
    change(desk, award, choices.show_to, visibility=Visibility.PRIVATE, actor=ME)
    with desk.write() as session:
        found = session.get_one(Award, award.id)
        made = sharing.create(session, desk.office, found, days=7, label="The ward", actor=ME)
    token = made.url.rsplit("/", 1)[1]

    with desk.read() as session:
        assert sharing.by_token(session, token)[1].id == award.id
        assert token not in {made.link.token_sha256, made.link.id}
    with time_machine.travel(clock.now() + timedelta(days=8), tick=False), desk.read() as session, pytest.raises(Gone):
        sharing.by_token(session, token)


def test_a_link_of_another_badge_cannot_be_ended(desk):
    mine, other = desk.award(), desk.award("somebody.else@hospital.test")
    with desk.write() as session:
        theirs = sharing.create(session, desk.office, session.get_one(Award, other.id), days=7, label=None, actor=ME)

    with pytest.raises(NotFound):
        change(desk, mine, sharing.end, link_id=theirs.link.id, actor=ME)


def add_evidence(desk, award: Award, **named) -> HolderEvidence:
    facts = {"name": "A letter", "url": "https://letters.example/1", "text": None, "is_shown": True}
    with desk.write() as session:
        found = session.get_one(Award, award.id)
        return evidence.add(session, found, **(facts | {"is_to_be_signed": False, "actor": ME} | named))


def test_evidence_of_the_holder_is_no_part_of_what_was_signed(desk):
    award = desk.award()

    add_evidence(desk, award)

    assert "letters.example" not in str(signed(desk, award))
    with desk.read() as session:
        assert [each.name for each in evidence.shown(session, session.get_one(Award, award.id))] == ["A letter"]


def test_evidence_that_the_issuer_signs_is_part_of_the_badge_until_the_holder_removes_it(desk):
    award = desk.award()
    added = add_evidence(desk, award, is_to_be_signed=True)

    with desk.write() as session:
        evidence.sign(session, desk.office, issuers.by_id(session, desk.issuer.id), added.id, actor="account:olga")
    with_it = str(signed(desk, award))
    with desk.write() as session:
        evidence.remove(session, desk.office, session.get_one(Award, award.id), added.id, actor=ME)

    assert "letters.example" in with_it
    assert "letters.example" not in str(signed(desk, award))
    assert actions_of(desk, award.id)[-3:] == ["award.evidence-added", "award.reissued", "award.reissued"]


def test_nobody_signs_evidence_that_the_holder_did_not_ask_to_have_signed(desk):
    award = desk.award()
    added = add_evidence(desk, award)

    with desk.write() as session, pytest.raises(AlreadyDecided):
        evidence.sign(session, desk.office, issuers.by_id(session, desk.issuer.id), added.id, actor="account:olga")


def test_another_issuer_decides_about_no_evidence_here(desk):
    added = add_evidence(desk, desk.award(), is_to_be_signed=True)
    other = desk.another_issuer().issuer

    with desk.write() as session, pytest.raises(NotFound):
        evidence.refuse(session, issuers.by_id(session, other.id), added.id, reason="no", actor="account:olga")


def test_evidence_is_at_a_web_address_or_nowhere(desk):
    award = desk.award()

    for url in ("javascript:alert(1)", "ftp://files.example/", "letters.example", "https://a b"):
        with pytest.raises(InvalidInput):
            add_evidence(desk, award, url=url)


def ask_for_name(desk, learner: Learner, name: str = "Mira Holm-Berg") -> NameRequest:
    with desk.write() as session:
        return names.ask(session, session.get_one(Learner, learner.id), name, note="I married", actor=ME)


def test_an_approved_name_is_on_the_badges_at_their_old_addresses_and_the_learner_is_told(desk):
    award, learner = desk.award(), desk.learner()
    with desk.write() as session:
        consent.change(session, desk.office, session.get_one(Learner, learner.id), actor=ME, name_shown=True)
    request = ask_for_name(desk, learner)

    with desk.write() as session:
        count = names.approve(session, desk.office, session.get_one(NameRequest, request.id), actor="account:olga")

    assert count == 1
    assert "Mira Holm-Berg" in str(signed(desk, award))
    with desk.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.event.like("learner.name-approved%"))
        assert "Mira Holm-Berg" in session.scalars(query).one().payload["text"]


def test_what_a_source_calls_the_learner_changes_a_settled_name_no_more(desk):
    learner = desk.learner()
    request = ask_for_name(desk, learner)
    with desk.write() as session:
        names.approve(session, desk.office, session.get_one(NameRequest, request.id), actor="account:olga")

    with desk.write() as session:
        facts = {"namespace": None, "source_id": None, "email": MIRA, "display_name": "HOLM, MIRA"}
        again = learners.resolve(session, desk.issuer, **facts)

    assert again is not None
    assert again.display_name == "Mira Holm-Berg"


def test_one_wish_for_a_name_waits_at_a_time_and_is_decided_once(desk):
    learner = desk.learner()
    request = ask_for_name(desk, learner)
    with pytest.raises(AlreadyExists):
        ask_for_name(desk, learner, "Another Name")

    with desk.write() as session:
        found = session.get_one(NameRequest, request.id)
        names.refuse(session, desk.office, found, reason="Please send the certificate", actor="account:olga")
    with desk.write() as session, pytest.raises(AlreadyDecided):
        names.approve(session, desk.office, session.get_one(NameRequest, request.id), actor="account:olga")

    ask_for_name(desk, learner, "Another Name")
    with desk.read() as session:
        assert session.get_one(Learner, learner.id).display_name == "Mira Holm"


def test_a_reader_ends_mails_that_gather_and_has_them_again(desk):
    learner = desk.learner()

    def wants(*, choose: bool | None = None) -> bool:
        with desk.write() as session:
            found = session.get_one(Learner, learner.id)
            if choose is not None:
                mail_choices.choose_digests(session, desk.office, found, wanted=choose, actor=ME)
            return mail_choices.wants_digests(session, desk.office, found)

    assert [wants(), wants(choose=False), wants(choose=True)] == [True, False, True]


def test_erasing_a_person_takes_everything_that_they_added(desk):
    award, learner = desk.award(), desk.learner()
    account_id = account_of(desk)
    add_evidence(desk, award)
    ask_for_name(desk, learner)
    with desk.write() as session:
        found = session.get_one(Award, award.id)
        token = sharing.create(session, desk.office, found, days=7, label="The ward", actor=ME).url.rsplit("/", 1)[1]
        page = portfolios.create(session, account_id, title="Mine")
        portfolios.put(session, page, [award.id])

    with desk.write() as session:
        erasure.erase(session, desk.office, session.get_one(Learner, learner.id), actor=ME)

    with desk.read() as session:
        for model in (HolderEvidence, NameRequest):
            assert session.scalar(select(func.count()).select_from(model)) == 0
        assert session.scalars(select(sharing.ShareLink.label)).one() is None
        with pytest.raises(Gone):
            sharing.by_token(session, token)
        assert portfolios.of_account(session, account_id)[0][1] == 0


def test_the_audit_log_holds_no_word_of_a_holder(desk):
    award = desk.award()
    add_evidence(desk, award, name="Letter of Dr Quark")
    ask_for_name(desk, desk.learner(), "Zoe Quark")

    with desk.read() as session:
        facts = [str(entry.facts) for entry in session.scalars(select(audit.AuditEntry))]
    assert not any("Quark" in each for each in facts)
