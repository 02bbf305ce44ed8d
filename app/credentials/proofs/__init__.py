"""One file per proof format. Each signs a document, checks a proof under one public key, and says why not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a proof holds; true or false in a condition. `code` is for programs, `sentence` for people."""

    valid: bool
    code: str
    sentence: str

    def __bool__(self) -> bool:
        return self.valid


HOLDS = Verdict(valid=True, code="proof.holds", sentence="The signature fits the document and the key.")


def fails(code: str, sentence: str) -> Verdict:
    """A verdict that says no."""
    return Verdict(valid=False, code=code, sentence=sentence)
