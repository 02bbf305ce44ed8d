"""The mail that asks an organisation for its endorsement."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from app.projections.messages import answers, sentences, wording
from app.projections.messages.content import MailContent

_OF_A_MEMBER = "You find it among the endorsements of your organisation, where you can sign it or decline."
_OF_A_STRANGER = (
    "The page shows what is asked, gives you the document to sign with your own key, and takes it back. "
    "Whoever has the link can answer, so pass it on only to those who may sign for you."
)


def asked_mail(
    *,
    asker: str,
    what: str,
    message: str,
    until: datetime,
    zone: ZoneInfo,
    url: str,
    is_member: bool,
    language: str,
) -> MailContent:
    """Ask for an endorsement of `what`, until a day. `is_member`: the reader signs on our pages of staff."""
    who, thing = wording.one_line(asker), wording.one_line(what)
    say = sentences.in_language(language)
    day = wording.written_date(until, zone, language)
    said = [
        say("{who} asks your organisation to endorse: {thing}.", who=who, thing=thing),
        say(_OF_A_MEMBER if is_member else _OF_A_STRANGER),
        say(
            "The request is open until {day}. If you know nothing of {who}, do nothing: then nothing happens.",
            day=day,
            who=who,
        ),
    ]
    subject, button = say("{who} asks you for an endorsement", who=who), say("See what is asked")
    return answers.letter(subject, said, quoted=message, url=url, button=button, language=language)
