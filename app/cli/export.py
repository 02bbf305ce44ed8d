"""`lanyard export`: every badge that may be seen, with all it takes to check it, as files that need no Lanyard."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import typer
from anyio.from_thread import start_blocking_portal
from rich.progress import Progress
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.cli.terminal import err, out, service
from app.credentials.jsonld.contexts import PINNED, context_file
from app.errors import InvalidInput
from app.issuing import issuers, signing_keys
from app.issuing.awards import Award
from app.issuing.office import Addresses
from app.service import Service
from app.web import former_addresses, languages, pages, standalone
from app.web.standalone import Doors, Wanted

MANIFEST, SITE, FORMER = "MANIFEST.json", "site", "former"
MAKER = "Lanyard"
_OURS = {MANIFEST, SITE, "README.txt"}
A_TIME = 500  # awards that are looked up at once

README = """\
The files in site/ are what {base_url} published, as it was at {made_at}.

To serve them
  At the old addresses: let the name {host} lead to any web server, and make site/ its root. A folder's document
  is index.html for people, or index.json (nginx: "index index.html index.json;"). Files without a suffix below
  status/, endorsements/, issuers/*/keys/ and ob2/ are JSON.
  Anywhere else, to look at them:  python3 -m http.server --directory site
  Serve site/ only: {manifest} beside it names every badge, and who holds a badge decides who has its address.

To check a badge
  Open /b/ID/ on that server and press the button: the browser checks the signature, the dates and the list.
  Or give b/ID.json (with its proof inside), b/ID.jwt or b/ID.png to any program that reads Open Badges 3.0. It finds
  the issuer's keys in issuers/NAME/did.json and the list of withdrawn badges in status/, at the old addresses or where
  you tell it that they are. Beside each list is the same list as a token, with the suffix .jwt.
  contexts/index.json names the vocabularies that the documents were signed with, and a file for each.

{former}What a copy cannot do
  A badge that is withdrawn later is not withdrawn here. And whoever can change a badge here can change the keys beside
  it: {manifest} has the SHA-256 of every file, so that two copies can be compared.
"""

README_OF_FORMER = """\
Addresses of before
  The service was at {hosts} before, and badges of then have those addresses. {folder}/HOST/ is the site of each:
  the same files, but for those that say who an issuer is. Serve it at that name, as site/ at {host}.

"""


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(export)


def export(
    folder: Annotated[Path, typer.Argument(help="where to write; new, empty, or an earlier export, which is replaced")],
    language: Annotated[str, typer.Option(help="of the pages: en, es or ar")] = "en",
) -> None:
    """Write all badges that others may see, with keys, lists, pages and vocabularies, as files that need no Lanyard.

    Private badges and erased ones are left out, as at their addresses. It is written in full or not at all.
    """
    if language not in languages.LANGUAGES:
        raise InvalidInput(f"Pages are written in {', '.join(languages.LANGUAGES)}, and not in {language}")
    with service() as opened:
        copy = write_copy(opened, folder, language=language)
    out.print(f"{copy.files} files are in {folder}. To look at them:", markup=False)
    out.print(f"  python3 -m http.server --directory {shlex.quote(str(folder / SITE))}", markup=False)
    if copy.left_out:
        err.print(f"{copy.left_out} badges are private, pending or erased, and were left out.", markup=False)


@dataclass(frozen=True, slots=True)
class Copy:
    """How many files were written, and how many awards were left out."""

    files: int
    left_out: int


def write_copy(opened: Service, folder: Path, *, language: str = "en") -> Copy:
    """Write a copy of what the service publishes, with pages in a language.

    Raises InvalidInput for a folder with something else in it, ExportFailed when an address does not answer; the folder
    is as it was before then.
    """
    folder = folder.resolve()
    _refuse_what_is_not_ours(folder)
    unfinished = folder.with_name(f".{folder.name}.{clock.new_id()}")
    try:
        written = _Written(unfinished)
        with start_blocking_portal() as portal:  # a thread of its own: the caller's may run a loop already
            left_out = portal.call(_write, opened, written, language)
        _put_in_place(unfinished, folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return Copy(written.number, left_out)


class _Written:
    """A folder that is being written, and what is in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digests: dict[str, str] = {}
        self._former: dict[str, dict[str, str]] = {}
        folder.mkdir(parents=True)

    @property
    def number(self) -> int:
        """How many files there are."""
        return len(self._digests)

    def put(self, file: str, content: bytes) -> None:
        """Write a file of the site, named with `/` between folders."""
        path = self._path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._digests[file] = hashlib.sha256(content).hexdigest()

    def take_back(self, file: str) -> None:
        """Remove a file that was written."""
        self._path(file).unlink()
        del self._digests[file]

    def fill_folders(self, content: bytes) -> None:
        """Write a page into every folder that has no document of its own, or a server would list what is in there."""
        folders = {str(above) for file in self._digests for above in PurePosixPath(file).parents if str(above) != "."}
        for folder in sorted(folders):
            if not {f"{folder}/index.html", f"{folder}/index.json"} & self._digests.keys():
                self.put(f"{folder}/index.html", content)

    def begin_former(self, host: str) -> None:
        """Begin the site of a former address with all files of the site; they take no room a second time."""
        shutil.copytree(self._folder / SITE, self._folder / FORMER / host, copy_function=_link)
        self._former[host] = {}

    def put_former(self, host: str, file: str, content: bytes) -> None:
        """Write a file of a former address, if it is another than that of the site."""
        digest = hashlib.sha256(content).hexdigest()
        if digest == self._digests.get(file):
            return
        path = self._folder.joinpath(FORMER, host, *PurePosixPath(file).parts)
        path.unlink(missing_ok=True)  # or the file of the site would change with it
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._former[host][file] = digest

    def finish(self, *, base_url: str, made_at: datetime) -> None:
        """Say beside the site what it is and what is in it."""
        words = {"base_url": base_url, "host": base_url.partition("://")[2], "made_at": made_at.isoformat()}
        hosts = " and ".join(self._former)
        former = README_OF_FORMER.format(**words, hosts=hosts, folder=FORMER) if hosts else ""
        readme = README.format(**words, manifest=MANIFEST, former=former)
        (self._folder / "README.txt").write_text(readme, encoding="utf-8")
        manifest: dict[str, Any] = {
            "base_url": base_url,
            "made_at": made_at.isoformat(),
            "made_by": f"{MAKER} {version('lanyard')}",
            "sha256": dict(sorted(self._digests.items())),
        }
        if self._former:  # of each such site, the files that say something else there
            manifest["former"] = {host: dict(sorted(files.items())) for host, files in self._former.items()}
        (self._folder / MANIFEST).write_bytes(_json(manifest))

    def _path(self, file: str) -> Path:
        return self._folder.joinpath(SITE, *PurePosixPath(file).parts)


async def _write(opened: Service, written: _Written, language: str) -> int:
    """Write everything; how many badges were left out."""
    languages.use(language)
    made_at, base_url = clock.now(), opened.office.addresses.base_url
    day = made_at.date()
    doors = Doors(opened, day)
    with opened.database.read() as session:
        things = list(standalone.of_things(session, opened.office))
        written.put("index.html", standalone.front(session, base_url=base_url, day=day))
        for issuer in issuers.every(session):
            written.put(f"issuers/{issuer.slug}/key-history.json", _json(_key_history(session, issuer)))
        awards = session.scalar(select(func.count()).select_from(Award)) or 0
        shown = session.scalar(select(func.count()).select_from(Award).where(*standalone.SHOWN)) or 0
    badges: dict[str, list[str]] = {}
    with Progress(console=err, transient=True) as progress:
        told = progress.add_task("Badges", total=shown)
        await _keep(doors, written, things)
        for some in _badges(opened):
            for award in some:
                badges[award.id] = await _keep(doors, written, standalone.of_badges([award]))
            progress.update(told, advance=len(some))
    with opened.database.read() as session:
        lists = list(standalone.of_lists(session))
    await _keep(doors, written, lists)
    still_shown = {award.id for some in _badges(opened) for award in some}
    for gone in badges.keys() - still_shown:  # made private, or erased, while the rest was written
        for file in badges.pop(gone):
            written.take_back(file)
    for name, content in pages.static_files().items():
        written.put(f"static/{name}", content)
    _put_contexts(written)
    written.fill_folders(standalone.nothing_listed(day=day))
    for former in former_addresses.by_host(opened.office).values():
        await _write_former(written, Doors(opened, day, era=former.era), things, _host_of(former))
    written.finish(base_url=base_url, made_at=made_at)
    return awards - len(badges)


async def _write_former(written: _Written, doors: Doors, things: Iterable[Wanted], host: str) -> None:
    """Write the site of a former address."""
    written.begin_former(host)
    for each in things:
        content = await doors.get(each)
        if content is not None:
            written.put_former(host, each.file, content)


def _host_of(addresses: Addresses) -> str:
    """The host and port of an address as the name of a folder."""
    return addresses.base_url.partition("://")[2].replace(":", "_")


async def _keep(doors: Doors, written: _Written, wanted: Iterable[Wanted]) -> list[str]:
    """Write what is wanted; the files that there are of it."""
    kept = []
    for each in wanted:
        content = await doors.get(each)
        if content is not None:
            written.put(each.file, content)
            kept.append(each.file)
    return kept


def _badges(opened: Service) -> Iterator[Sequence[Award]]:
    """All awards that others may see, some at a time, each time in a transaction of its own."""
    last = ""
    while True:
        with opened.database.read() as session:
            query = select(Award).where(Award.id > last, *standalone.SHOWN).order_by(Award.id).limit(A_TIME)
            some = session.scalars(query).all()
            session.expunge_all()
        if not some:
            return
        yield some
        last = some[-1].id


def _key_history(session: Session, issuer: issuers.Issuer) -> list[dict[str, Any]]:
    """Every key that the issuer had, and when: for whoever asks which key was in use on a day."""
    return [
        {
            "kid": key.kid,
            "algorithm": key.algorithm,
            "state": key.state,
            "created_at": _iso(key.created_at),
            "activated_at": _iso(key.activated_at),
            "retired_at": _iso(key.retired_at),
            "revoked_at": _iso(key.revoked_at),
            "jwk": key.public_jwk,
        }
        for key in signing_keys.of_issuer(session, issuer)
    ]


def _put_contexts(written: _Written) -> None:
    index = {}
    for url in PINNED.names():
        content = context_file(url)
        digest = hashlib.sha256(content).hexdigest()
        written.put(f"contexts/{digest}.json", content)
        index[url] = {"file": f"{digest}.json", "sha256": digest}
    written.put("contexts/index.json", _json(index))


def _refuse_what_is_not_ours(folder: Path) -> None:
    """Raise InvalidInput for a folder that has something else in it, or cannot be replaced."""
    if folder == Path.cwd() or folder.is_mount():
        raise InvalidInput(f"{folder} cannot be replaced while it is in use. Name a folder below it")
    if folder.exists() and not _is_export(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInput(f"{folder} has something else in it. Name a new or an empty folder")


def _is_export(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        found = {each.name for each in folder.iterdir()}
        return str(manifest["made_by"]).startswith(MAKER) and found - {FORMER} == _OURS
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _put_in_place(unfinished: Path, folder: Path) -> None:
    """Give the finished folder its name; an earlier export goes when the new one stands."""
    former = unfinished.with_name(f"{unfinished.name}.former")
    if folder.exists():
        folder.rename(former)
    unfinished.rename(folder)
    shutil.rmtree(former, ignore_errors=True)


def _link(source: str, target: str) -> None:
    """Give a file a second name; where that cannot be done, a copy is as good."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
