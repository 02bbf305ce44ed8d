"""Mails of watches: to a holder who is asked, and to an organisation that is told what became of a badge."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from app.projections.messages import sentences, wording
from app.projections.messages.answers import letter
from app.projections.messages.content import MailContent


def watch_request(
    *, watcher: str, achievement: str, purpose: str, recipient: str | None, url: str, language: str
) -> MailContent:
    """Ask the holder whether an organisation may be told what becomes of a badge; `recipient` None = its systems."""
    who, what = wording.one_line(watcher), wording.one_line(achievement)
    say = sentences.in_language(language)
    told = say("its own systems alone, to no mailbox") if recipient is None else wording.one_line(recipient)
    asked = "{who} asks whether it may be told when your badge {what} ends, is renewed, paused or withdrawn."
    said = [
        say(asked, who=who, what=what),
        say("News go to {told}.", told=told),
        say("Nothing is told unless you agree, and you can end it at any time. They say what it is for:"),
    ]
    subject = say("{who} asks about your badge {what}", who=who, what=what)
    return letter(subject, said, quoted=purpose, url=url, button=say("Agree or decline"), language=language)


def watch_news(
    *, watcher: str, words: str, ends_on: datetime | None, zone: ZoneInfo, url: str, language: str
) -> MailContent:
    """Tell what became of a watched badge. The holder is not named: a mailbox cannot be emptied.

    Days are those of the badge's issuer, in `zone`.
    """
    say = sentences.in_language(language)
    what = say(words)
    said = [say("A badge that {watcher} watches {what}.", watcher=wording.one_line(watcher), what=what)]
    if ends_on is not None:
        said.append(say("Its last day is, or was, {day}.", day=wording.written_end(ends_on, zone, language)))
    subject, button = say("A watched badge {what}", what=what), say("See the badge")
    return letter(subject, said, quoted="", url=url, button=button, language=language)
