"""The mail that says "you earned a badge", in our words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from app.projections.messages import sentences, wording
from app.projections.messages.content import MailContent, templates


def award_mail(
    *,
    learner_name: str | None,
    achievement_name: str,
    abbreviation: str | None,
    issuer_name: str,
    badge_url: str,
    image_url: str | None,
    awarded_at: datetime,
    valid_until: datetime | None,
    criteria: str | None,
    language: str | None,
    reader_language: str,
    zone: ZoneInfo,
    criteria_language: str | None = None,
) -> MailContent:
    """The mail that says "you earned a badge", with its address, its dates and what it took.

    All facts are data: names are one line each without invisible turns of reading direction (T38, T39). `criteria`
    is plain text and is shortened; `language` is that of the achievement's name (BCP 47, None = not stated),
    `criteria_language` that of the criteria where it is another (None = it is not), `reader_language` that of our own
    sentences (one that `spoken` returned). `image_url` is the badge's PNG, the only remote thing in the mail (None = no
    image). `learner_name=None` greets without a name; `valid_until=None` says that the badge does not end. Days are
    those of the issuer's `zone`.
    Raises InvalidInput for an address that is not http(s).
    """
    say, what = sentences.in_language(reader_language), wording.one_line(achievement_name)
    facts = {
        "say": say,
        "say_fenced": sentences.in_markup(reader_language),
        "language": reader_language,
        "direction": sentences.direction(reader_language),
        "learner": wording.one_line(learner_name or "") or None,
        "achievement": what,
        "abbreviation": wording.one_line(abbreviation or "") or None,
        "issuer": wording.one_line(issuer_name),
        "badge_url": wording.address(badge_url, "/badge_url"),
        "image_url": None if image_url is None else wording.address(image_url, "/image_url"),
        "awarded_on": wording.written_date(awarded_at, zone, reader_language),
        "valid_until": None if valid_until is None else wording.written_end(valid_until, zone, reader_language),
        "criteria": wording.shortened(criteria or "") or None,
        "words_language": wording.language_tag(language),
        "criteria_language": wording.language_tag(criteria_language or language),
    }
    return MailContent(
        subject=wording.one_line(say("You earned a badge: {achievement}", achievement=what)),
        text=templates().get_template("award.txt").render(facts).strip() + "\n",
        html=templates().get_template("award.html").render(facts).strip() + "\n",
        language=reader_language,
    )
