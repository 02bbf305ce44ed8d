"""A holder sends badges to a host: the whole way over real sockets, and whatever a host may do wrong (OB3-70)."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.issuing import accounts, achievements, award_status, awards, corrections, erasure, renewals
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award, Earned
from app.issuing.holding import choices
from app.issuing.hosts import CHANNEL, Host, HostConnection, HostPush, HostQuestion
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage
from app.outbound import email
from app.outbound.network import Network
from app.web.rates import Rates
from app.worker.hosts import HostLane
from app.worker.sending import Sending
from tests.strangers import Answer, Strangers, strangers
from tests.web.badge_connect.conftest import House, words_of
from tests.web.badge_connect.stub_host import BASE, HOST, StubHost, refusal, said

Connect = Callable[[], Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strangers]:
    """The internet, with a host."""
    with strangers(tmp_path_factory.mktemp("world"), HOST, f"api.{HOST}", "evil.example") as opened:
        yield opened


@pytest.fixture(scope="module")
def way_out(world: Strangers) -> Network:
    """The way to it."""
    return world.network()


@pytest.fixture
def host(world: Strangers, house: House) -> Iterator[StubHost]:
    """A host that nobody here has met."""
    made = StubHost()
    world.services[HOST] = made.answer
    house.app.state.rates = Rates(verify_per_minute=0)
    yield made
    with house.service.database.write() as session:
        for model in (OutboxMessage, HostPush, HostConnection, HostQuestion):
            for row in session.scalars(select(model)):
                session.delete(row)
            session.flush()
        for row in session.scalars(select(Host)):
            session.delete(row)


@pytest.fixture
def connect(house: House, host: StubHost, ana: str) -> Connect:
    """Ana's browser, connected: `connect()` gives it with the page of the host."""

    def done() -> tuple[Any, str]:
        browser = house.enter(ana)
        page = browser.post("/me/hosts", address=HOST)
        assert page.status_code == 200, words_of(page.text)
        back = browser.get(host.agree(address_in(page.text)))
        assert back.status_code == 303, words_of(back.text)
        return browser, back.headers["location"]

    return done


def address_in(page: str) -> str:
    """Where a page sends the browser."""
    found = re.search(r'content="0;url=([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def send(house: House) -> int:
    """Let the worker send what is due."""
    service = house.service
    return Sending(service, email.mailer(service.settings), house.app.state.network).send(threading.Event())


def in_hand(house: House) -> tuple[HostLane, OutboxMessage]:
    """A worker that has taken the one message that is due."""
    lane = HostLane(house.service, house.app.state.network)
    with house.service.database.write() as session:
        [message] = lane.take(session, 2)
    return lane, message


def connection_of(house: House) -> HostConnection:
    """The one connection that there is."""
    with house.service.database.read() as session:
        return session.scalars(select(HostConnection)).one()


def push_of(house: House, award_id: str) -> HostPush:
    """What became of a badge."""
    with house.service.database.read() as session:
        return session.scalars(select(HostPush).where(HostPush.award_id == award_id)).one()


def test_a_badge_goes_the_whole_way_to_a_host_and_the_page_says_that_it_was_taken(
    house: House, host: StubHost, connect: Connect, ana: str
):
    """OB3-70: discovery, registration, authorisation, token, POST."""
    award = house.award(ana, visibility="private")
    browser, page = connect()
    before = words_of(browser.get(page).text)
    browser.post(f"{page}/send", award=award.id)
    waiting = words_of(browser.get(page).text)
    send(house)
    with house.service.database.read() as session:
        signed = awards.credential_of(session, awards.by_id(session, award.id)).json

    assert host.taken == {f"http://badges.test/b/{award.id}": signed}
    assert host.kinds == ["application/json"]
    assert "not sent" in before
    assert "on its way" in waiting
    assert "taken" in words_of(browser.get(page).text)


def moved(house: House, award: Award, ana: str) -> None:
    """The badge was never Ana's: its address is put right."""
    with house.service.database.write() as session:
        found = awards.by_id(session, award.id)
        corrections.correct_address(session, house.service.office, found, f"right-{ana}", actor="test")


def address_gone(house: House, award: Award, ana: str) -> None:
    """Ana takes the address of the badge off her account."""
    del award
    with house.service.database.write() as session:
        account = accounts.people.of_confirmed_address(session, ana)
        accounts.people.confirm_address(session, account, f"second-{ana}")
        accounts.people.remove_address(session, account, ana)


def declined(house: House, award: Award, ana: str) -> None:
    """Ana does not want the badge any more."""
    del ana
    with house.service.database.write() as session:
        choices.decline(session, awards.by_id(session, award.id), actor="test")


def erased(house: House, award: Award, ana: str) -> None:
    """The issuer was asked to forget Ana."""
    del ana
    with house.service.database.write() as session:
        erasure.erase(session, house.service.office, session.get_one(Learner, award.learner_id), actor="test")


@pytest.mark.parametrize("change", [moved, address_gone, declined, erased])
def test_a_badge_that_waits_does_not_go_once_it_is_not_the_sender_s_any_more(
    house: House, host: StubHost, connect: Connect, ana: str, change: Callable[[House, Award, str], None]
):
    award = house.award(ana)
    browser, page = connect()
    browser.post(f"{page}/send", award=award.id)

    change(house, award, ana)
    send(house)

    assert host.taken == {}
    assert push_of(house, award.id).state == "refused"


def test_a_badge_that_was_declined_is_not_offered_to_be_sent_and_not_sent(
    house: House, host: StubHost, connect: Connect, ana: str
):
    award = house.award(ana)
    browser, page = connect()
    declined(house, award, ana)

    assert award.id not in browser.get(page).text
    assert browser.post(f"{page}/send", award=award.id).status_code == 422
    assert host.taken == {}


def test_this_service_registers_once_at_a_host_and_keeps_no_token_in_the_open(
    house: House, host: StubHost, connect: Connect
):
    connect()
    connect()
    with house.service.database.read() as session:
        kept = session.scalars(select(HostConnection)).all()
        secret = session.scalars(select(Host)).one().sealed_secret

    assert len(host.clients) == 1
    assert len(kept) == 1
    assert not any(token in kept[0].sealed_tokens for token in host.good_tokens | host.refresh_tokens)
    assert "a secret" not in secret


def test_a_failure_is_tried_again_and_a_refusal_is_final_with_the_host_s_words(
    house: House, host: StubHost, connect: Connect, ana: str
):
    first, second = house.award(ana), house.award(ana, 2)
    browser, page = connect()
    host.fails = [refusal(503, "Busy", **{"Retry-After": "60"}), refusal(400, "No such <b>achievement</b>")]
    browser.post(f"{page}/send", award=[first.id])
    send(house)
    browser.post(f"{page}/send", award=[second.id])
    send(house)
    shown = browser.get(page).text
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        send(house)

    assert "the last try failed and is repeated" in words_of(shown)
    assert "answered 400: No such &lt;b&gt;achievement&lt;/b&gt;" in shown
    assert push_of(house, first.id).state == "sent"
    assert push_of(house, second.id).state == "refused"


def test_a_badge_that_was_refused_can_be_sent_again_and_one_that_waits_goes_once(
    house: House, host: StubHost, connect: Connect, ana: str
):
    award = house.award(ana)
    browser, page = connect()
    host.fails = [refusal(400, "Not today")]
    browser.post(f"{page}/send", award=award.id)
    browser.post(f"{page}/send", award=award.id)
    send(house)
    browser.post(f"{page}/send", award=award.id)
    send(house)

    assert (push_of(house, award.id).state, len(host.taken)) == ("sent", 1)


def test_a_token_that_ended_is_refreshed_and_the_fresh_one_is_kept(
    house: House, host: StubHost, connect: Connect, ana: str
):
    award, other = house.award(ana), house.award(ana, 2)
    browser, page = connect()
    host.good_tokens.clear()  # ended before its time
    browser.post(f"{page}/send", award=award.id)
    send(house)
    asked_for = set(host.good_tokens)
    browser.post(f"{page}/send", award=other.id)
    send(house)

    assert len(host.taken) == 2
    assert host.good_tokens == asked_for  # the second badge went with the token that was kept


def test_a_fresh_token_outlives_the_worker_that_asked_for_it(house: House, host: StubHost, connect: Connect, ana: str):
    """The host takes each refresh token once: the one that came with the fresh token is the only one that is good."""
    award = house.award(ana)
    browser, page = connect()
    browser.post(f"{page}/send", award=award.id)
    host.good_tokens.clear()
    host.fails = [refusal(503, "Busy")]
    lane, message = in_hand(house)
    lane.deliver(message)  # and then the worker is killed, so that nothing is recorded

    host.good_tokens.clear()
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        send(house)

    assert push_of(house, award.id).state == "sent"


@pytest.mark.parametrize("is_refreshed", [True, False])
def test_a_try_on_its_way_does_not_undo_that_the_holder_connected_once_more(
    house: House, host: StubHost, connect: Connect, ana: str, *, is_refreshed: bool
):
    """Whether the host gave the old connection another token (which must not take the new one's place), or none."""
    award = house.award(ana)
    browser, page = connect()
    browser.post(f"{page}/send", award=award.id)
    host.fails = [refusal(503, "Busy")] if is_refreshed else []
    host.refresh_tokens = host.refresh_tokens if is_refreshed else set()
    host.good_tokens.clear()
    lane, message = in_hand(house)
    browser.get(host.agree(address_in(browser.post(f"{page}/again").text)))
    kept, good = connection_of(house).sealed_tokens, set(host.good_tokens)
    host.good_tokens.clear()
    outcome = lane.deliver(message)
    host.good_tokens |= good
    with house.service.database.write() as session:
        lane.record(session, message, outcome)

    assert connection_of(house).sealed_tokens == kept
    assert connection_of(house).last_error is None
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        send(house)
    assert push_of(house, award.id).state == "sent"


def test_what_the_holder_ends_while_a_token_is_asked_for_is_not_sent(
    house: House, host: StubHost, connect: Connect, ana: str
):
    award = house.award(ana)
    browser, page = connect()
    browser.post(f"{page}/send", award=award.id)
    host.good_tokens.clear()
    lane, message = in_hand(house)
    browser.post(f"{page}/end")
    outcome = lane.deliver(message)
    with house.service.database.write() as session:
        lane.record(session, message, outcome)

    assert host.taken == {}


def test_a_host_that_let_us_go_asks_the_holder_to_connect_once_more(
    house: House, host: StubHost, connect: Connect, ana: str
):
    award = house.award(ana)
    browser, page = connect()
    host.good_tokens.clear()
    host.refresh_tokens.clear()
    browser.post(f"{page}/send", award=award.id)
    send(house)
    shown = words_of(browser.get(page).text)
    browser.get(host.agree(address_in(browser.post(f"{page}/again").text)))
    browser.post(f"{page}/send", award=award.id)
    send(house)

    assert "The host does not accept us any more" in shown
    assert push_of(house, award.id).state == "sent"
    assert "does not accept us" not in words_of(browser.get(page).text)


def test_a_host_that_forgot_this_service_is_registered_at_anew(
    house: House, host: StubHost, connect: Connect, ana: str
):
    award = house.award(ana)
    browser, page = connect()
    answer = host.agree(address_in(browser.post(f"{page}/again").text))
    host.clients.clear()
    forgotten = words_of(browser.get(answer).text)
    connected = browser.get(host.agree(address_in(browser.post(f"{page}/again").text)))
    browser.post(f"{page}/send", award=award.id)
    send(house)

    assert "Connect once more" in forgotten
    assert connected.status_code == 303
    assert push_of(house, award.id).state == "sent"


def test_where_a_host_moved_its_addresses_is_known_from_the_next_connection_on(
    house: House, host: StubHost, connect: Connect
):
    connect()
    host.description = lambda told: _with(told, "tokenUrl", f"{BASE}/v2/token")
    house.enter("somebody.else@example.org").post("/me/hosts", address=HOST)
    with house.service.database.read() as session:
        kept = session.scalars(select(Host)).one()

    assert kept.token_url == f"{BASE}/v2/token"
    assert len(host.clients) == 1


def test_an_answer_counts_once_for_the_account_and_the_host_that_it_is_of(house: House, host: StubHost, ana: str):
    browser, other = house.enter(ana), house.enter(f"other-{ana}")
    answer = host.agree(address_in(browser.post("/me/hosts", address=HOST).text))

    assert other.get(answer).status_code == 404
    assert browser.get(re.sub(r"state=.", "state=_", answer)).status_code == 404
    assert browser.get(answer).status_code == 303
    assert browser.get(answer).status_code == 404


def test_who_does_not_agree_at_the_host_is_told_that_nothing_goes_there(house: House, host: StubHost, ana: str):
    browser = house.enter(ana)
    answer = host.agree(address_in(browser.post("/me/hosts", address=HOST).text))
    declined = browser.get(re.sub(r"code=[^&]+", "error=access_denied", answer))

    assert "You did not agree at the host" in words_of(declined.text)


def test_what_is_no_host_is_refused_in_one_sentence_whatever_is_wrong(house: House, host: StubHost, ana: str):
    browser = house.enter(ana)
    there: dict[str, Callable[[dict[str, Any]], Any]] = {
        "not an object": lambda _told: [],
        "no addresses": lambda _told: {"openapi": "3.0.1"},
        "http": lambda told: _with(told, "tokenUrl", f"http://{HOST}/token"),
        "a local address": lambda told: _with(told, "tokenUrl", "https://10.0.0.1/token"),
        "tokens elsewhere": lambda told: _with(told, "tokenUrl", "https://evil.example/token"),
        "tokens below": lambda told: _with(told, "tokenUrl", f"https://api.{HOST}/token"),
        "tokens at another port": lambda told: _with(told, "tokenUrl", f"https://{HOST}:8443/token"),
        "asks elsewhere": lambda told: _with(told, "authorizationUrl", "https://evil.example/authorize"),
        "asks at a name that ends alike": lambda told: _with(told, "authorizationUrl", f"https://not{HOST}/authorize"),
        "asks at the top": lambda told: _with(told, "authorizationUrl", f"https://{HOST.partition('.')[2]}/authorize"),
        "registration elsewhere": lambda told: _registering_at(told, "https://evil.example/register"),
        "badges elsewhere": lambda told: told | {"servers": [{"url": "https://evil.example/ims/ob/v3p0"}]},
        "takes no badges": lambda told: _with(told, "scopes", {}),
    }
    sentences = {}
    for name, description in there.items():
        host.description = description
        answer = browser.post("/me/hosts", address=f"{BASE}/ims/ob/v3p0/discovery")
        sentences[name] = (answer.status_code, "There is no host of Open Badges 3.0 at this address" in answer.text)
    for address in (
        "http://host.example",
        "https://localhost/",
        "https://127.0.0.1/",
        "nobody",
        "https://evil.example",
        "a b",
        f"{BASE}/{'a' * (1_000 - len(BASE) - 1)}",
        f"{HOST}/{'a' * (1_000 - len(HOST) - 1)}",
        f"{HOST}/{'a' * 962}",
    ):
        answer = browser.post("/me/hosts", address=address)
        sentences[address] = (answer.status_code, "There is no host of Open Badges 3.0 at this address" in answer.text)

    assert set(sentences.values()) == {(422, True)}, sentences
    assert host.clients == {}


def test_a_token_answer_that_cannot_be_used_connects_nothing(house: House, host: StubHost, world: Strangers, ana: str):
    for told in ({"token_type": "mac", "access_token": "x"}, {"token_type": "Bearer"}, ["x"]):
        browser = house.enter(ana)
        answer = host.agree(address_in(browser.post("/me/hosts", address=HOST).text))
        world.services[HOST] = lambda asked, told=told: said(told) if asked.path == "/token" else host.answer(asked)  # type: ignore[misc]

        assert "did not finish the connection" in words_of(browser.get(answer).text)
        world.services[HOST] = host.answer


def test_what_is_ended_is_not_sent_and_the_tokens_are_forgotten(
    house: House, host: StubHost, connect: Connect, ana: str
):
    award = house.award(ana)
    browser, page = connect()
    browser.post(f"{page}/send", award=award.id)
    ended = browser.post(f"{page}/end")
    send(house)
    with house.service.database.read() as session:
        left = [session.scalars(select(model)).all() for model in (HostConnection, HostPush)]
        left.append(session.scalars(select(OutboxMessage).where(OutboxMessage.channel == CHANNEL)).all())

    assert ended.headers["location"] == "/me/hosts"
    assert host.taken == {}
    assert left == [[], [], []]


def test_nobody_sends_somebody_else_s_badge_and_nobody_else_ends_a_connection(house: House, connect: Connect, ana: str):
    theirs = house.award(f"other-{ana}")
    browser, page = connect()
    other = house.enter(f"other-{ana}")

    assert browser.post(f"{page}/send", award=theirs.id).status_code == 404
    assert browser.post(f"{page}/send").status_code == 422
    assert other.post(f"{page}/send", award=theirs.id).status_code == 404
    assert other.post(f"{page}/end").status_code == 404


def sign_anew(house: House, award_id: str) -> bytes:
    """Sign a badge anew; its bytes."""
    with house.service.database.write() as session:
        award = awards.by_id(session, award_id)
        return award_status.reissue(session, house.service.office, award, actor="test").json


def address_of(award_id: str) -> str:
    return f"http://badges.test/b/{award_id}"


@pytest.fixture
def taken(house: House, host: StubHost, connect: Connect, ana: str) -> str:
    """The id of Ana's badge, which the host has."""
    award = house.award(ana)
    browser, page = connect()
    browser.post(f"{page}/send", award=award.id)
    send(house)
    assert set(host.taken) == {address_of(award.id)}
    return award.id


def test_a_badge_that_is_signed_anew_goes_to_the_host_that_has_it(house: House, host: StubHost, taken: str):
    first = host.taken[address_of(taken)]
    signed = sign_anew(house, taken)
    waiting = push_of(house, taken).state
    send(house)

    assert host.taken == {address_of(taken): signed}
    assert signed != first
    assert (waiting, push_of(house, taken).state, push_of(house, taken).revision) == ("waiting", "sent", 2)
    with house.service.database.read() as session:
        logged = select(AuditEntry).where(AuditEntry.action == "award.sent-to-host", AuditEntry.object_id == taken)
        told = [(each.actor.partition(":")[0], each.facts.get("because")) for each in session.scalars(logged)]
    assert told == [("account", None), ("worker", "signed-anew")]


def test_several_new_forms_go_as_the_newest_one_and_once(house: House, host: StubHost, taken: str):
    before = len(host.kinds)
    sign_anew(house, taken)
    newest = sign_anew(house, taken)
    send(house)
    send(house)

    assert (host.taken[address_of(taken)], len(host.kinds) - before) == (newest, 1)


def test_what_is_signed_anew_while_it_is_on_its_way_follows(
    house: House, host: StubHost, connect: Connect, ana: str, world: Strangers
):
    award = house.award(ana)
    browser, page = connect()
    browser.post(f"{page}/send", award=award.id)
    signed: list[bytes] = []

    def slow(asked: Any) -> Answer:
        if asked.path.endswith("/credentials") and not signed:
            signed.append(sign_anew(house, award.id))  # while the host has the first form in hand
        return host.answer(asked)

    world.services[HOST] = slow
    send(house)
    send(house)

    assert host.taken == {address_of(award.id): signed[0]}
    assert push_of(house, award.id).revision == 2


def test_a_badge_that_is_withdrawn_is_not_sent_its_status_list_says_it(house: House, host: StubHost, taken: str):
    first, before = host.taken[address_of(taken)], len(host.kinds)
    with house.service.database.write() as session:
        award = awards.by_id(session, taken)
        award_status.revoke(session, house.service.office, award, reason="issued in error", actor="test")
    send(house)

    assert (host.taken[address_of(taken)], len(host.kinds)) == (first, before)
    with house.service.database.read() as session:
        assert awards.credential_of(session, awards.by_id(session, taken)).json == first


def test_what_a_host_refused_is_not_sent_again_by_itself(house: House, host: StubHost, connect: Connect, ana: str):
    award = house.award(ana)
    browser, page = connect()
    host.fails = [refusal(400, "Not today")]
    browser.post(f"{page}/send", award=award.id)
    send(house)
    sign_anew(house, award.id)
    send(house)

    assert (push_of(house, award.id).state, host.taken) == ("refused", {})


def test_a_badge_that_became_somebody_else_s_does_not_go_to_the_host_of_who_had_it(
    house: House, host: StubHost, taken: str, ana: str
):
    first = host.taken[address_of(taken)]
    theirs = house.award(f"other-{ana}", 2)
    with house.service.database.write() as session:
        awards.by_id(session, taken).learner_id = theirs.learner_id
    sign_anew(house, taken)
    send(house)

    assert host.taken == {address_of(taken): first}


def test_nothing_goes_where_the_connection_was_ended(house: House, host: StubHost, taken: str, ana: str):
    first = host.taken[address_of(taken)]
    browser = house.enter(ana)
    with house.service.database.read() as session:
        connection = session.scalars(select(HostConnection.id)).one()
    browser.post(f"/me/hosts/{connection}/end")
    sign_anew(house, taken)
    send(house)

    assert host.taken == {address_of(taken): first}


@pytest.mark.parametrize("is_renewed", [True, False])
def test_the_badge_that_renews_another_or_takes_its_place_goes_where_that_one_went(
    house: House, host: StubHost, connect: Connect, ana: str, *, is_renewed: bool
):
    award = house.award(ana, validity=100)
    browser, page = connect()
    browser.post(f"{page}/send", award=award.id)
    send(house)
    later = clock.now() + timedelta(days=80)
    with time_machine.travel(later, tick=False), house.service.database.write() as session:
        office, earlier = house.service.office, awards.by_id(session, award.id)
        if is_renewed:
            new = renewals.renew(session, office, earlier, actor="test")
        else:
            same = achievements.by_id(session, earlier.achievement_id)
            learner = session.get_one(Learner, earlier.learner_id)
            earned = Earned(same, learner, clock.now())
            new = award_status.supersede(session, office, earlier, earned, actor="test")
    with time_machine.travel(later + timedelta(minutes=1), tick=False):
        send(house)

    assert set(host.taken) == {address_of(award.id), address_of(new.id)}
    assert push_of(house, new.id).state == "sent"


def test_who_leaves_takes_the_tokens_along(house: House, connect: Connect, ana: str):
    browser, _page = connect()
    browser.post("/me/delete", address=ana, what="account")
    with house.service.database.read() as session:
        assert session.scalars(select(HostConnection)).all() == []


def test_a_host_may_ask_and_take_badges_below_its_name_and_the_page_shows_where_it_asks(
    house: House, host: StubHost, ana: str
):
    host.description = lambda told: (
        _with(told, "authorizationUrl", f"https://login.{HOST}/authorize")
        | {"servers": [{"url": f"https://api.{HOST}/ims/ob/v3p0"}]}
    )

    page = house.enter(ana).post("/me/hosts", address=HOST)

    assert page.status_code == 200, words_of(page.text)
    assert f"You agree at login.{HOST} ," in words_of(page.text)
    assert "http-equiv" not in page.text  # nobody is led to a host that they did not name before they have read it


@pytest.mark.parametrize(("issuer", "status"), [("https://evil.example", 422), ("", 422), (BASE, 303), (None, 303)])
def test_an_answer_that_says_whose_it_is_has_to_be_the_host_s(
    house: House, host: StubHost, ana: str, issuer: str | None, status: int
):
    """RFC 9207."""
    browser = house.enter(ana)
    answer = host.agree(address_in(browser.post("/me/hosts", address=HOST).text))

    assert browser.get(answer if issuer is None else f"{answer}&iss={issuer}").status_code == status
    assert len(host.codes) == (1 if status == 422 else 0)  # its code was shown to nobody


def _registering_at(told: dict[str, Any], url: str) -> dict[str, Any]:
    told["components"]["securitySchemes"]["OAuth2ACG"]["x-imssf-registrationUrl"] = url
    return told


def _with(told: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    told["components"]["securitySchemes"]["OAuth2ACG"]["flows"]["authorizationCode"][name] = value
    return told


@pytest.mark.usefixtures("host")
def test_a_host_that_answers_with_a_heap_is_no_host(house: House, world: Strangers, ana: str):
    world.services[HOST] = lambda _asked: Answer(b"{" * 3_000_000)

    assert house.enter(ana).post("/me/hosts", address=HOST).status_code == 422
