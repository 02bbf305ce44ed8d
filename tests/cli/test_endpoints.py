"""`lanyard endpoints …` and `lanyard mail …`: the operator's way to webhooks and to mail in an issuer's own words."""

from __future__ import annotations

import pytest

URL = "http://127.0.0.1:9/hooks"


@pytest.fixture
def endpoint(academy) -> str:
    """The id of an endpoint that nobody listens at."""
    out = academy.good("endpoints", "create", "st-anna", URL, "--name", "LMS")
    return out.split("id      ")[1].split()[0]


def test_an_endpoint_is_made_with_a_secret_that_is_shown_once(academy):
    out = academy.good("endpoints", "create", "st-anna", URL, "--event", "badge.issued", "--asymmetric")

    assert "whsec_" in out
    assert "whpk_" in out
    listed = academy.good("endpoints", "list", "st-anna")
    assert URL in listed
    assert "whsec_" not in listed


@pytest.mark.parametrize("url", ["http://hooks.example/", "https://10.0.0.1/", "x"])
def test_an_address_that_nothing_may_be_sent_to_is_refused_in_a_sentence(academy, url):
    assert "must be https" in academy.refused("endpoints", "create", "st-anna", url)


def test_a_test_message_that_nobody_takes_is_seen_among_the_tries_and_sent_once_more(academy, endpoint):
    academy.good("endpoints", "test", endpoint)
    assert academy.good("endpoints", "attempts", endpoint) == ""
    assert academy.good("endpoints", "dead", endpoint) == ""

    assert "0 messages" in academy.good("endpoints", "replay", endpoint, "--since", "2026-03-01T09:00:00Z")
    assert "since when" in academy.refused("endpoints", "replay", endpoint)
    assert academy.refused("endpoints", "replay", endpoint, "--since", "yesterday")


def test_an_endpoint_is_paused_resumed_rotated_and_deleted(academy, endpoint):
    academy.good("endpoints", "pause", endpoint)
    assert "paused" in academy.good("endpoints", "list", "st-anna")
    assert "resume it first" in academy.refused("endpoints", "test", endpoint)
    academy.good("endpoints", "resume", endpoint)
    assert academy.good("endpoints", "rotate", endpoint, "--overlap-hours", "1").startswith("whsec_")
    academy.good("endpoints", "delete", endpoint)
    assert academy.good("endpoints", "list", "st-anna") == ""


def test_own_words_are_looked_at_and_kept(academy):
    file = academy.folder / "words.md"
    file.write_text("{{achievement_name}}\n\nHello **{{learner_name}}**\n\n{{badge_url}}\n", encoding="utf-8")

    assert "Hello Ana Ortiz" in academy.good("mail", "preview", "st-anna", "--file", file)
    academy.good("mail", "set-template", "st-anna", file)
    assert "badge_earned\ten" in academy.good("mail", "templates", "st-anna")
    assert "<strong>Ana Ortiz</strong>" in academy.good("mail", "preview", "st-anna", "--html")
    academy.good("mail", "test", "st-anna", "staff@hospital.example")


def test_words_that_cannot_be_filled_in_are_refused_with_their_place(academy):
    file = academy.folder / "words.md"
    file.write_text("Subject\n\n{{badge_url}} {{secret}}\n", encoding="utf-8")

    said = academy.refused("mail", "set-template", "st-anna", file)
    assert "/body: There is no placeholder {{secret}} here" in said


def test_an_address_is_spared_and_written_to_again(academy):
    academy.good("mail", "suppress", "st-anna", "mira@hospital.example")
    assert "Done." in academy.good("mail", "unsuppress", "st-anna", "Mira@hospital.example")
    assert "Nothing kept" in academy.good("mail", "unsuppress", "st-anna", "mira@hospital.example")
