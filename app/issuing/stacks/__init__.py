"""Stacks: who is on which pathway, what pathways award by themselves, and on what that rests."""

from app.issuing.stacks import (
    awarded,
    careers,
    enrolling,
    foresight,
    held,
    jobs,
    lists,
    readiness,
    recognitions,
    settling,
    standing,
    versions,
)
from app.issuing.stacks.cases import Settled
from app.issuing.stacks.following import follow
from app.issuing.stacks.settling import settle_learner
from app.issuing.stacks.tables import (
    Career,
    Enrolment,
    ProgrammeEnrolment,
    Recognition,
    RecognitionState,
    SkillRating,
    StackAward,
    StackComponent,
    StackJob,
)

__all__ = [
    "Career",
    "Enrolment",
    "ProgrammeEnrolment",
    "Recognition",
    "RecognitionState",
    "Settled",
    "SkillRating",
    "StackAward",
    "StackComponent",
    "StackJob",
    "awarded",
    "careers",
    "enrolling",
    "follow",
    "foresight",
    "held",
    "jobs",
    "lists",
    "readiness",
    "recognitions",
    "settle_learner",
    "settling",
    "standing",
    "versions",
]
