"""`lanyard serve | worker | migrate | doctor | audit verify`: running the service."""

from __future__ import annotations

from typing import Any

import typer
import uvicorn

from app import doctor as doctors
from app import main, migrating
from app import worker as workers
from app.cli.terminal import err, out, service
from app.errors import UnsafeConfiguration
from app.issuing import audit_chain, issuers
from app.service import START_PATIENCE_SECONDS
from app.settings import Settings

audit = typer.Typer(help="The audit log.", no_args_is_help=True)
LEVEL_STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}
KEEP_ALIVE_SECONDS = 5
SHUTDOWN_SECONDS = 15


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (serve, worker, migrate, doctor):
        app.command()(command)


def serve() -> None:
    """Run the web service, and the worker inside it unless LANYARD_RUN_WORKER is false."""
    settings = Settings()
    application = main.create_app(settings)
    _see_to_schema(settings)
    uvicorn.run(application, **listening(settings))


def listening(settings: Settings) -> dict[str, Any]:
    """How the web server listens, as uvicorn names it."""
    return {
        "host": settings.host,
        "port": settings.port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": SHUTDOWN_SECONDS,
        # Anybody may write X-Forwarded-For: it counts where a proxy that is named wrote it, and nowhere else.
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies,
    }


def worker() -> None:
    """Run a worker process: deliveries that wait, mail, the audit chain, the daily round."""
    with service(patience_seconds=START_PATIENCE_SECONDS) as opened:
        _see_to_schema(opened.settings)
        workers.main_loop(opened)


def migrate() -> None:
    """Bring the database to the newest schema."""
    migrating.upgrade(Settings().database_url)
    out.print("The database has the newest schema.")


def doctor() -> None:
    """Say whether everything is ready, naming every unsafe default. Exit code 1 when something must be mended."""
    findings = doctors.examine(Settings())
    for finding in findings:
        style = LEVEL_STYLES[finding.level]
        out.print(f"{finding.level:5} {finding.subject}: {finding.sentence}", style=style, markup=False)
    if any(finding.level == "fail" for finding in findings):
        raise typer.Exit(1)


@audit.callback()
def _group() -> None:
    """The audit log."""


@audit.command("verify")
def verify_audit() -> None:
    """Check every issuer's audit chain; exit code 1 when an entry was changed, removed or put in."""
    is_sound = True
    with service() as opened, opened.database.read() as session:
        for issuer in issuers.every(session):
            report = audit_chain.verify(session, opened.office, issuer)
            is_sound = is_sound and report.is_sound
            (out if report.is_sound else err).print(f"{issuer.slug}: {report.sentence}", markup=False)
    if not is_sound:
        raise typer.Exit(1)


def _see_to_schema(settings: Settings) -> None:
    # SQLite is the one-machine default: nobody else uses the file, so the service looks after its schema itself.
    # On PostgreSQL several versions may run side by side, and an operator says when the schema changes.
    if settings.database_url.startswith("sqlite"):
        migrating.upgrade(settings.database_url)
        return
    with service() as opened:
        current, head = migrating.current_and_head(opened.database)
    if current != head:
        raise UnsafeConfiguration("The database does not have the schema that this version needs: run lanyard migrate")
