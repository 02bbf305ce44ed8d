"""Rules: what earns what. Mappings are the short way; a document of an achievement, in versions, is the long one."""

from app.issuing.rules.mappings import LONGEST_ACTIVITY_ID, Rule, create, delete, of_source
from app.issuing.rules.preview import Decision, decide

__all__ = ["LONGEST_ACTIVITY_ID", "Decision", "Rule", "create", "decide", "delete", "of_source"]
