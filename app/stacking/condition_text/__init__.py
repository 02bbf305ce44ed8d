"""Conditions as people write them: "BLSS and IPES and 2 of (SPMO, ECGR, VBCO)". Read with what is wrong where. Pure.

BLSS                        a credential, by its short name or its abbreviation; in quotes if it has blanks
ever CNA                    also if it has expired
node assistant              another step of the same pathway is complete
skill sk-ecg at 3           a current skill, at this level or above
A and B, A or B             all of them, one of them
all of (A, B), any of (A, B), 2 of (A, B, C)
40 hours from (A, B)        an amount, summed: hours, academic credits, or a unit of continuing education
"""

from __future__ import annotations

from app.stacking.condition_text.reading import Problem, Reading, read
from app.stacking.condition_text.writing import Names, names_of, write

__all__ = ["Names", "Problem", "Reading", "names_of", "read", "write"]
