"""What a pathway says: one definition that the API, the catalogue and the database share."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from app.errors import InvalidInput
from app.issuing.achievement_facts import Name, Text, checked_condition, without_stray_controls
from app.stacking import conditions
from app.stacking.publishing import MOST_NODES
from app.stacking.world import Mode, Node, OnLoss, OnNewVersion, Pathway, StackType

ConditionFacts = Annotated[dict[str, Any], BeforeValidator(checked_condition)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?$")]


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    _without_stray_controls = field_validator("*")(without_stray_controls)


class NodeFacts(_Facts):
    """A step: who meets `condition` has completed it, and is awarded the stack `awards` if it names one."""

    id: Slug
    name: Name
    condition: ConditionFacts
    level: int = Field(1, ge=1, le=20)
    required: bool = True
    awards: Slug | None = None
    description: Text | None = None


class PathwayFacts(_Facts):
    """A pathway, whole. What must hold to publish it is in `stacking/publishing.py`."""

    name: Name
    description: Text | None = None
    stack_type: StackType
    mode: Mode = Mode.INDEPENDENT
    entry: ConditionFacts | None = None
    nodes: tuple[NodeFacts, ...] = Field((), max_length=MOST_NODES)
    completion: Slug
    on_component_loss: OnLoss = OnLoss.KEEP
    on_new_version: OnNewVersion = OnNewVersion.GRANDFATHER
    grandfather_months: int = Field(0, ge=0, le=240)
    open_to_learners: bool = False  # whether they come and leave by themselves
    tags: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = Field((), max_length=50)

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [node.id for node in self.nodes]
        if len(set(names)) < len(names):
            raise ValueError("two nodes have the same id")
        return self

    def to_json(self) -> dict[str, Any]:
        """As it is stored; `parse` reads it back to an equal object."""
        return self.model_dump(mode="json", exclude_none=True)

    def pathway(self, slug: str, number: int) -> Pathway:
        """As the drawing office takes it."""
        return Pathway(
            id=slug,
            number=number,
            name=self.name,
            description=self.description or "",
            stack_type=self.stack_type,
            mode=self.mode,
            entry=None if self.entry is None else conditions.read(self.entry),
            nodes=tuple(
                Node(
                    id=node.id,
                    name=node.name,
                    condition=conditions.read(node.condition),
                    level=node.level,
                    required=node.required,
                    awards=node.awards,
                )
                for node in self.nodes
            ),
            completion=self.completion,
            on_component_loss=self.on_component_loss,
            on_new_version=self.on_new_version,
            grandfather_months=self.grandfather_months,
        )


def parse(document: Any) -> PathwayFacts:
    """Check and read. Raises InvalidInput with `problems`: a pointer and a sentence for each."""
    try:
        return PathwayFacts.model_validate(document)
    except ValidationError as error:
        problems = [
            {"pointer": "/" + "/".join(str(part) for part in item["loc"]), "sentence": item["msg"]}
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        first = problems[0]
        raise InvalidInput(f"{first['pointer']}: {first['sentence']}", problems=problems) from error
