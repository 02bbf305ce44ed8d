"""Mails that answer a learner: about another name, and about an application by prior learning."""

from __future__ import annotations

from enum import StrEnum

from app.projections.messages import wording
from app.projections.messages.content import MailContent, templates


class Step(StrEnum):
    """What became of an application."""

    NEEDS_MORE = "needs-more"
    APPROVED = "approved"
    REFUSED = "refused"


def name_approved(*, issuer_name: str, name: str, badges: int, url: str) -> MailContent:
    """Say that the learner is called so now, and on how many badges."""
    issuer, who = wording.one_line(issuer_name), wording.one_line(name)
    signed = {
        0: "It shows on none of your badges at present.",
        1: "The badge that shows it was signed anew, at its old address.",
    }.get(badges, f"The {badges} badges that show it were signed anew, at their old addresses.")
    said = [f"{issuer} calls you {who} from now on.", signed]
    return letter("Your name was changed", said, quoted="", url=url, button="See your account")


def name_refused(*, issuer_name: str, name: str, reason: str, url: str) -> MailContent:
    """Say that the name stays as it was, and why."""
    issuer, who = wording.one_line(issuer_name), wording.one_line(name)
    said = [f"You asked {issuer} to call you {who}. The name stays as it was. They say why:"]
    return letter("Your name stays as it was", said, quoted=reason, url=url, button="See your account")


def application_mail(step: Step, *, issuer_name: str, achievement: str, said: str, url: str) -> MailContent:
    """Say what an assessor decided about an application, with the reasons as they were written."""
    issuer, what = wording.one_line(issuer_name), wording.one_line(achievement)
    match step:
        case Step.NEEDS_MORE:
            subject = f"{what}: please add to your application"
            told = f"{issuer} looked at your application for {what} and asks you for more before they decide:"
            button = "Add to the application"
        case Step.APPROVED:
            subject = f"{what}: your application was approved"
            told = f"{issuer} approved your application for {what}; the badge is among yours. The assessor writes:"
            button = "See the decision"
        case Step.REFUSED:
            subject = f"{what}: your application was not approved"
            told = f"{issuer} did not approve your application for {what}. The assessor writes why:"
            button = "See the decision"
    return letter(subject, [told], quoted=said, url=url, button=button)


def letter(subject: str, paragraphs: list[str], *, quoted: str, url: str, button: str) -> MailContent:
    """A short letter: paragraphs of ours, what somebody wrote as a quotation, and one address to go on to."""
    facts = {
        "subject": wording.one_line(subject),
        "paragraphs": paragraphs,
        "quoted": [line.strip() for line in wording.whole(quoted).split("\n") if line.strip()],
        "url": wording.address(url, "/url"),
        "button": button,
    }
    return MailContent(
        subject=str(facts["subject"]),
        text=templates().get_template("answer.txt").render(facts).strip() + "\n",
        html=templates().get_template("answer.html").render(facts).strip() + "\n",
        language="en",
    )
