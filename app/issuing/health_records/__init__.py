"""What health-record systems may read of an issuer, as FHIR: who is found, what is told of them, who asked for it.

Nobody is told of who did not agree to it (`learners.sharing`), and every read is in the audit log.
"""

from app.issuing.health_records import clients, finding, reading, telling, tokens
from app.issuing.health_records.finding import Changed, PeopleWanted, Token
from app.issuing.health_records.telling import View

__all__ = ["Changed", "PeopleWanted", "Token", "View", "clients", "finding", "reading", "telling", "tokens"]
