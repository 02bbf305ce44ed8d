"""Structured logs in which no person and no secret can be read (T48): one pipe for our lines and those of libraries.

What is masked is replaced by a keyed hash, so that two lines about the same thing can still be told to be that.
Names of people cannot be recognised in free text. Hence exceptions are shown as places in the code with their type,
and with their text only where the text cannot hold what somebody sent.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any, TextIO

import structlog
from sqlalchemy.exc import DataError, SQLAlchemyError
from structlog.typing import EventDict, Processor, WrappedLogger

from app.errors import ServiceError
from app.settings import Settings

DENIED_KEY = re.compile(
    r"password|passwd|secret|token|authori[sz]ation|cookie|api[-_]?key|private|signature|credential"
    r"|e[-_]?mail|phone|birth|address|recipient|learner_?name|display_?name|full_?name|(given|family|first|last)_?name"
    r"|(^|_)(name|to|sender|body|payload|query|headers|params|parameters|subject|narrative)$",
    re.IGNORECASE,
)
_AT = r"(?:@|%40|＠)"
_WORD = r"[^\s\"'<>()\[\],;:=&?/\\@]"
PATTERNS = re.compile(
    "|".join(
        (
            r"-----BEGIN [A-Z ]*-----[\s\S]*?(?:-----END [A-Z ]*-----|$)",
            r"(?i:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}",
            r"whsec_[A-Za-z0-9+/=_-]+",
            r"lyd_[0-9A-Za-z]+_[0-9A-Za-z_-]+",
            r"l[crw]t_[0-9A-Za-z_-]{8,}",  # access tokens of programs, of health-record systems and of wallets
            r"eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)?",
            r"(?<=://)[^/\s:@]{0,200}:[^/\s@]{0,200}(?=@)",
            rf"{_WORD}{{1,64}}{_AT}{_WORD}{{1,255}}",
        )
    )
)
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_OWN_KEYS = frozenset({"event", "level", "logger", "timestamp", "exception", "request_id"})
# Their texts are of the code or the system, not of what was sent. Those of SQLAlchemy are cut to the first line.
_SPEAKING = (ServiceError, OSError, SQLAlchemyError, ImportError, AttributeError, NotImplementedError, MemoryError)
_LONGEST_TEXT = 2_000
_DEEPEST = 6
# At their more talkative levels these write what they handle: rows of the database, headers, addresses.
_QUIET = ("sqlalchemy", "httpx", "httpcore", "asyncio", "multipart", "python_multipart", "PIL", "alembic", "psycopg")


class Mask:
    """Hides people and secrets in a line of the log. The key makes the hashes useless for guessing."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.sha256(b"lanyard log masks 1" + key).digest()

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """The line with everything masked; keys of ours keep their meaning."""
        masked = {}
        for key, value in event.items():
            if key == "exception":  # made of masked lines by `describe`; its line breaks are ours
                masked[key] = "\n".join(self.text(line, _LONGEST_TEXT) for line in str(value).split("\n"))
            else:
                masked[self.text(key, 100)] = self._value(key, value, depth=0)
        return masked

    def text(self, text: str, longest: int = _LONGEST_TEXT) -> str:
        """The text without addresses, tokens and control characters, cut to a length."""
        # A cut must not leave half an address that is no longer known for one, so the last word goes as well.
        cut = text if len(text) <= longest else re.sub(r"\S*$", "…", text[:longest])
        return _UNSAFE.sub(_escaped, PATTERNS.sub(lambda found: self._hash(found[0]), cut))

    def _value(self, key: str, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if key not in _OWN_KEYS and DENIED_KEY.search(key):
            return self._hash(repr(value))
        if isinstance(value, str | date):
            return self.text(str(value))
        return self._many(key, value, depth + 1) if depth < _DEEPEST else f"<{type(value).__name__}>"

    def _many(self, key: str, value: Any, depth: int) -> Any:
        if isinstance(value, Mapping):
            return {self.text(str(name), 100): self._value(str(name), each, depth) for name, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(key, each, depth) for each in value]
        return f"<{type(value).__name__}>"  # its text could say anything

    def _hash(self, text: str) -> str:
        digest = hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"[hidden {digest[:8]}]"


def configure(settings: Settings, *, stream: TextIO | None = None) -> None:
    """Send every log line of this process through one pipe to `stream` (standard error by default). May be repeated."""
    key = settings.secret.get_secret_value().encode() if settings.secret else b""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            describe_exception,
            Mask(key),
            _renderer(settings),
        ],
    )
    _install(_Pipe(stream), formatter, level=settings.log_level.upper())


def describe_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An exception as text: where it was raised, its type, and its words where those are harmless."""
    raised = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if raised is True:
        raised = sys.exc_info()
    if isinstance(raised, tuple):
        raised = raised[1]
    if isinstance(raised, BaseException):
        event["exception"] = "\n".join(describe(raised))
    return event


def describe(error: BaseException) -> list[str]:
    """The lines of an exception and of those that led to it, the first one first."""
    chain = [error]
    while (earlier := _earlier(chain[-1])) is not None and earlier not in chain:
        chain.append(earlier)
    lines = []
    for each in reversed(chain):
        frames = traceback.extract_tb(each.__traceback__)
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}: {frame.line or ''}" for frame in frames]
        lines.append(f"{type(each).__module__}.{type(each).__qualname__}: {_words(each)}")
    return lines


def _earlier(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _words(error: BaseException) -> str:
    if not isinstance(error, _SPEAKING) or isinstance(error, DataError):
        return "(its words are left out: they could hold personal data)"
    if isinstance(error, OSError):
        return error.strerror or "(no words)"  # without the file's name
    # PostgreSQL repeats the row in the lines that follow: DETAIL: Failing row contains (…)
    return str(error).split("\n", 1)[0]


class _Pipe(logging.Handler):
    """Our one handler; known by its class, so that configuring again replaces it.

    A line that cannot be written (a full disk) is dropped: the service goes on, and nothing raw is shown instead.
    """

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, or nothing."""
        with suppress(Exception):
            stream = self._stream or sys.stderr
            stream.write(self.format(record) + "\n")
            stream.flush()


def _install(pipe: _Pipe, formatter: logging.Formatter, *, level: str) -> None:
    pipe.setFormatter(formatter)
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Pipe)]:
        root.removeHandler(old)
    root.addHandler(pipe)
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    logging.getLogger("app").setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        own = logging.getLogger(name)
        own.handlers.clear()
        own.propagate = True
        own.setLevel(logging.NOTSET)  # as the one above it says, whatever a server in this process wished before
    logging.getLogger("uvicorn").setLevel(level)
    logging.getLogger("uvicorn.access").propagate = False  # it writes query strings; ours does not
    logging.getLogger("uvicorn.access").addHandler(logging.NullHandler())


def _renderer(settings: Settings) -> Processor:
    if settings.log_format == "json":
        return structlog.processors.JSONRenderer(sort_keys=False, ensure_ascii=False)
    # Plain: local variables hold what nobody else may read, and take a minute to write.
    plainly = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, exception_formatter=plainly)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - two hex digits
