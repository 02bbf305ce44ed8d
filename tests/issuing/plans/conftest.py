"""An academy with roles to plan for: what the tests of stacks have, and two roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.issuing import plans
from app.issuing.definitions import Kind
from app.issuing.learners import Learner
from app.issuing.plans import Aim, Aims, KeptPlan, MadeBy, Stated
from tests.issuing.stacks.conftest import EMAIL, Academy, academy

__all__ = ["academy"]
ACTOR = "cli"
NURSE = Aim(Aims.ROLE, "role-nurse")
LADDER = Aim(Aims.PATHWAY, "ladder")


@pytest.fixture
def roles(academy: Academy) -> Academy:
    """A nurse needs two of the skills, an aide one."""
    for slug, skills in (("role-nurse", ("sk-bls", "sk-ecg")), ("role-aide", ("sk-bls",))):
        requires = [{"skill": each, "level": 3} for each in skills]
        academy.define(Kind.ROLE, slug, name=slug.removeprefix("role-").title(), requires=requires)
    return academy


@pytest.fixture
def make(roles: Academy) -> Callable[..., KeptPlan]:
    """Keep a plan of a learner: `make(aim=…, email=…, made_by=…, **said)`."""

    def make(aim: Aim = NURSE, email: str = EMAIL, made_by: MadeBy = MadeBy.LEARNER, **said: Any) -> KeptPlan:
        learner = roles.desk.learner(email)
        with roles.desk.write() as session:
            found = session.get_one(Learner, learner.id)
            return plans.make(session, found, Stated(aim, **said), made_by=made_by, actor=ACTOR)

    return make
