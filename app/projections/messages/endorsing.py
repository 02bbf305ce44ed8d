"""The mail that asks an organisation for its endorsement."""

from __future__ import annotations

from app.projections.messages import answers, wording
from app.projections.messages.content import MailContent


def asked_mail(*, asker: str, what: str, message: str, until: str, url: str, is_member: bool) -> MailContent:
    """Ask for an endorsement of `what`, until a day in words. `is_member`: the reader signs on our pages of staff."""
    who, thing = wording.one_line(asker), wording.one_line(what)
    how = (
        "You find it among the endorsements of your organisation, where you can sign it or decline."
        if is_member
        else "The page shows what is asked, gives you the document to sign with your own key, and takes it back. "
        "Whoever has the link can answer, so pass it on only to those who may sign for you."
    )
    said = [
        f"{who} asks your organisation to endorse: {thing}.",
        how,
        f"The request is open until {until}. If you know nothing of {who}, do nothing: then nothing happens.",
    ]
    return answers.letter(
        f"{who} asks you for an endorsement", said, quoted=message, url=url, button="See what is asked"
    )
