"""Mails that answer a learner: about another name, and about an application by prior learning."""

from __future__ import annotations

from enum import StrEnum

from app.projections.messages import sentences, wording
from app.projections.messages.content import MailContent, templates


class Step(StrEnum):
    """What became of an application."""

    NEEDS_MORE = "needs-more"
    APPROVED = "approved"
    REFUSED = "refused"


def name_approved(*, issuer_name: str, name: str, badges: int, url: str, language: str) -> MailContent:
    """Say that the learner is called so now, and on how many badges."""
    say = sentences.in_language(language)
    signed = {
        0: say("It shows on none of your badges at present."),
        1: say("The badge that shows it was signed anew, at its old address."),
    }.get(badges, say("The {number} badges that show it were signed anew, at their old addresses.", number=badges))
    issuer, who = wording.one_line(issuer_name), wording.one_line(name)
    said = [say("{issuer} calls you {name} from now on.", issuer=issuer, name=who), signed]
    subject, button = say("Your name was changed"), say("See your account")
    return letter(subject, said, quoted="", url=url, button=button, language=language)


def name_refused(*, issuer_name: str, name: str, reason: str, url: str, language: str) -> MailContent:
    """Say that the name stays as it was, and why."""
    issuer, who = wording.one_line(issuer_name), wording.one_line(name)
    say = sentences.in_language(language)
    sentence = "You asked {issuer} to call you {name}. The name stays as it was. They say why:"
    subject, button = say("Your name stays as it was"), say("See your account")
    said = [say(sentence, issuer=issuer, name=who)]
    return letter(subject, said, quoted=reason, url=url, button=button, language=language)


def application_mail(
    step: Step, *, issuer_name: str, achievement: str, said: str, url: str, language: str
) -> MailContent:
    """Say what an assessor decided about an application, with the reasons as they were written."""
    issuer, what = wording.one_line(issuer_name), wording.one_line(achievement)
    match step:
        case Step.NEEDS_MORE:
            subject = "{what}: please add to your application"
            told = "{issuer} looked at your application for {what} and asks you for more before they decide:"
            button = "Add to the application"
        case Step.APPROVED:
            subject = "{what}: your application was approved"
            told = "{issuer} approved your application for {what}; the badge is among yours. The assessor writes:"
            button = "See the decision"
        case Step.REFUSED:
            subject = "{what}: your application was not approved"
            told = "{issuer} did not approve your application for {what}. The assessor writes why:"
            button = "See the decision"
    say = sentences.in_language(language)
    paragraphs = [say(told, issuer=issuer, what=what)]
    return letter(say(subject, what=what), paragraphs, quoted=said, url=url, button=say(button), language=language)


def letter(
    subject: str,
    paragraphs: list[str],
    *,
    quoted: str,
    url: str,
    button: str,
    closing: str = "",
    language: str = sentences.ENGLISH,
) -> MailContent:
    """A short letter: paragraphs of ours, what somebody wrote as a quotation, one address to go on to, a last word."""
    facts = {
        "language": language,
        "direction": sentences.direction(language),
        "hello": sentences.in_language(language)("Hello,"),
        "subject": wording.one_line(subject),
        "paragraphs": paragraphs,
        "quoted": [line.strip() for line in wording.whole(quoted).split("\n") if line.strip()],
        "url": wording.address(url, "/url"),
        "button": button,
        "closing": closing,
    }
    return MailContent(
        subject=str(facts["subject"]),
        text=templates().get_template("answer.txt").render(facts).strip() + "\n",
        html=templates().get_template("answer.html").render(facts).strip() + "\n",
        language=language,
    )
