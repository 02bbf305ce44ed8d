"""The door for operators' machines: whether this process lives, and whether it can do its work."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app import migrating
from app.errors import ServiceError
from app.issuing import heartbeat
from app.service import Service
from app.web.deps import TheService

router = APIRouter(tags=["operator"])
log = structlog.get_logger()

REMEMBERED_SECONDS = 10  # anybody may ask, and opening every key takes a tenth of a second
NO_STORE = {"Cache-Control": "no-store"}
WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be right. One that is not `required` does not make the service unready."""

    name: str
    ok: bool
    sentence: str
    required: bool = True


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """200 while the process lives. Not in a thread: it must answer also when every thread waits for the database."""
    return JSONResponse({"status": "alive"}, headers=NO_STORE)


@router.get("/readyz")
def readyz(request: Request, service: TheService) -> JSONResponse:
    """200 when the service can do its work, else 503; each check with a sentence. Details are for `lanyard doctor`."""
    state = request.app.state
    remembered = state.readiness = getattr(state, "readiness", {})
    checks = [
        _checked(_database, service),
        _remembered(_schema, service, remembered),
        _remembered(_keys, service, remembered),
        _checked(_worker, service),
    ]
    is_ready = all(check.ok for check in checks if check.required)
    document = {"status": "ready" if is_ready else "not ready", "checks": [asdict(check) for check in checks]}
    return JSONResponse(document, status_code=200 if is_ready else 503, headers=NO_STORE)


def _remembered(
    check: Callable[[Service], Check], service: Service, remembered: dict[str, tuple[float, Check]]
) -> Check:
    made_at, answer = remembered.get(check.__name__, (-math.inf, None))
    if answer is None or time.monotonic() - made_at > REMEMBERED_SECONDS:
        answer = _checked(check, service)
        remembered[check.__name__] = (time.monotonic(), answer)
    return answer


def _checked(check: Callable[[Service], Check], service: Service) -> Check:
    try:
        return check(service)
    except ServiceError as error:
        log.warning("not ready", check=check.__name__, slug=error.slug, detail=error.detail)
    except Exception:
        log.exception("not ready", check=check.__name__)
    name = check.__name__.removeprefix("_")
    return Check(name, ok=False, sentence="This could not be found out; the log says why.")


def _database(service: Service) -> Check:
    with service.database.read() as session:
        session.connection()
    return Check("database", ok=True, sentence="The database answers.")


def _schema(service: Service) -> Check:
    current, head = migrating.current_and_head(service.database)
    if current == head:
        return Check("schema", ok=True, sentence="The schema is the one that this version needs.")
    if current is not None and not migrating.knows(current):
        # Migrations come before the code that needs them, and the code before survives them: this is an upgrade.
        return Check("schema", ok=True, sentence="The schema is of a newer version.")
    return Check("schema", ok=False, sentence="The schema is not the one that this version needs: run lanyard migrate.")


def _keys(service: Service) -> Check:
    count = len(service.office.keystore.problems())
    if count == 0:
        return Check("keys", ok=True, sentence="The key store can be used.")
    return Check("keys", ok=False, sentence=f"The key store has problems ({count}); lanyard doctor names them.")


def _worker(service: Service) -> Check:
    # A worker in another process may be down while this process serves badges as it should. Calling every web
    # process unready for that would take the pages down with the mail.
    required = service.settings.run_worker
    with service.database.read() as session:
        age = heartbeat.seconds_since(session, WORKER)
    if age is not None and age <= heartbeat.STALE_SECONDS:
        return Check("worker", ok=True, sentence=f"A worker was seen {age} seconds ago.", required=required)
    seen = "was ever seen" if age is None else f"was seen for {age} seconds"
    return Check("worker", ok=False, sentence=f"No worker {seen}; mail and large deliveries wait.", required=required)
