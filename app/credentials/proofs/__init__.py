"""One file per proof format. Each signs a document, checks a proof under one public key, and says why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.credentials.data_integrity import ProofProblem
from app.credentials.jsonld import UnsafeDocument
from app.errors import InvalidInput


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


CHANGED = fails("signature.invalid", "The document was changed after it was signed, or another key signed it.")


def judged(check: Callable[[], bool]) -> Verdict:
    """The verdict of a check that answers whether the signature holds, or raises what is wrong before that."""
    try:
        return HOLDS if check() else CHANGED
    except ProofProblem as problem:
        return fails(problem.code, problem.sentence)
    except UnsafeDocument as error:
        return fails(error.code, error.detail)
    except InvalidInput as error:  # of the key: whatever else is wrong has its own error
        return fails("key.unacceptable", error.detail)
