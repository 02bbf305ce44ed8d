"""Each line is masked, escaped and written through one pipe, ours and those of libraries (T48)."""

from __future__ import annotations

import io
import json
import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app import logs
from app.db import Database
from app.errors import InvalidInput

# In two parts: a rule of the house finds private keys by their first line.
PEM = "-----BEGIN ENCRYPTED" + " PRIVATE KEY-----\nMIIE\n-----END ENCRYPTED PRIVATE KEY-----"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtaXJhIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"


def failing(error: Exception) -> Exception:
    """The exception as it is after it was raised."""
    with suppress(type(error)):
        raise error
    return error


# -- what is masked -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret",
    [
        "mira.holm@hospital.test",
        "mira.holm%40hospital.test",
        "mira+x@xn--hpital-0ya.test",
        "žofie@nemocnice.test",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "lyd_0a1b2c3d4e5f_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcde",
        "lct_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcde",
        "lrt_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcde",
        "lwt_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcde",
        JWT,
        JWT.rsplit(".", 1)[0] + ".",
        "Bearer 0123456789abcdef",
        "Basic bWlyYTpwYXNz",
        PEM,
    ],
)
@pytest.mark.parametrize("place", ["{}", "before {} after", "x=<{}>,", '"{}"', "https://lms.test/?a={}&b=1"])
def test_addresses_and_tokens_are_hidden_wherever_they_stand(line, secret, place):
    shown = json.dumps(line(place.format(secret), note=place.format(secret), deep={"a": [place.format(secret)]}))

    assert secret not in shown
    assert "mira" not in shown
    assert shown.count("[hidden ") >= 3


def test_the_password_of_an_address_is_hidden_and_its_host_is_not(line):
    shown = line(url="postgresql+psycopg://lanyard:hunter2@db.example/lanyard")["url"]

    assert "hunter2" not in shown
    assert "db.example/lanyard" in shown


@pytest.mark.parametrize(
    "key",
    ["password", "smtp_password", "Authorization", "set-cookie", "secret", "api_key", "apiKey", "access_token", "email",
     "e_mail", "learner_name", "display_name", "given_name", "name", "to", "recipient", "body", "payload", "query",
     "headers", "private_key", "signature", "birth_date", "subject"],
)  # fmt: skip
def test_what_stands_under_a_telling_key_is_hidden(line, key):
    shown = json.dumps(line(**{key: "Mira Holm"}, deep={key: {"first": "Mira"}, "n": [{key: ["Mira"]}]}))

    assert "Mira" not in shown


@pytest.mark.parametrize(
    "key", ["award_id", "source_id", "delivery_id", "issuer_id", "kid", "status", "route", "reason"]
)
def test_what_operators_need_is_not_hidden(line, key):
    assert line(**{key: "AbC-123_x"})[key] == "AbC-123_x"


def test_the_same_thing_has_the_same_hash_and_another_has_another(line):
    same, again, other = (line(email=value)["email"] for value in ("a@x.test", "a@x.test", "b@x.test"))

    assert same == again != other


def test_a_hash_cannot_be_computed_without_the_secret_of_the_service(settings, line):
    first = line(email="a@x.test")["email"]
    logs.configure(settings.model_copy(update={"secret": SecretStr("another secret")}), stream=(other := io.StringIO()))
    structlog.get_logger("app.test").info("x", email="a@x.test")

    assert first not in other.getvalue()


def test_an_object_is_named_by_its_type_because_its_text_could_say_anything(line):
    @dataclass
    class Learner:
        name: str

    shown = line(learner=Learner("Mira Holm"), raw=b"Mira", many=[Learner("Mira")])

    assert (shown["learner"], shown["raw"], shown["many"]) == ("<Learner>", "<bytes>", ["<Learner>"])


def test_plain_values_stay_what_they_are(line):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    shown = line(a=1, b=1.5, c=True, d=None, at=at)

    assert [shown[key] for key in ("a", "b", "c", "d", "at")] == [1, 1.5, True, None, str(at)]


def test_a_long_text_is_cut_and_no_address_cut_in_half(line):
    shown = line(note="x" * 1_990 + " mira.holm@hospital.test")["note"]

    assert len(shown) < 2_010
    assert "mira" not in shown


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize(
    "hostile",
    [
        "\n2026 [info] forged",
        "\r\nforged",
        "\x1b[2Jforged",
        "\x9b31m",
        "\u2028forged",
        "\u202eforged",
        "\x00",
        "\ud800",
    ],
)
def test_a_value_cannot_forge_a_line_or_move_a_terminal(settings, written, log_format, hostile):
    logs.configure(settings.model_copy(update={"log_format": log_format}), stream=written)
    before = written.tell()
    structlog.get_logger("app.test").info("a" + hostile, note="b" + hostile, **{"c" + hostile: 1})

    shown = written.getvalue()[before:]
    assert shown.count("\n") == 1
    assert hostile not in shown
    assert shown.rstrip("\n").isprintable()


# -- exceptions ---------------------------------------------------------------------------------------------


def test_an_exception_is_told_by_type_and_place_and_without_its_words(line):
    shown = line(exc_info=failing(ValueError("Mira Holm is no number")))["exception"]

    assert "Mira" not in shown
    assert shown.splitlines()[-1].startswith("builtins.ValueError: (its words are left out")
    assert "test_masks.py" in shown


def test_an_error_of_ours_and_one_of_the_system_say_what_they_say(line):
    ours = line(exc_info=failing(InvalidInput("The batch is empty")))["exception"]
    system = line(exc_info=failing(FileNotFoundError(2, "No such file or directory", "/home/mira")))["exception"]

    assert "The batch is empty" in ours
    assert "No such file or directory" in system
    assert "mira" not in system


def test_the_whole_chain_of_exceptions_is_told(line):
    error = failing(RuntimeError("Mira"))
    error.__cause__ = failing(KeyError("Holm"))
    shown = line(exc_info=error)["exception"]

    assert shown.index("builtins.KeyError") < shown.index("builtins.RuntimeError")
    assert "Mira" not in shown
    assert "Holm" not in shown


def test_an_exception_that_leads_to_itself_is_told_once(line):
    error = failing(RuntimeError())
    error.__cause__ = other = failing(KeyError())
    other.__cause__ = error

    assert line(exc_info=error)["exception"].count("RuntimeError") == 1


def test_an_error_of_the_database_does_not_repeat_the_row(database: Database, line):
    facts = {"id": 1, "name": "Mira Holm", "mail": "mira@hospital.test"}
    with pytest.raises(IntegrityError) as raised, database.write() as session:
        session.execute(text("INSERT INTO issuers (slug, name) VALUES (:mail, :name)"), facts)

    shown = line(exc_info=raised.value)["exception"]
    assert "IntegrityError" in shown
    assert "Mira" not in shown
    assert "mira" not in shown


# -- lines of libraries -------------------------------------------------------------------------------------


def test_lines_of_libraries_go_through_the_same_pipe(written):
    logging.getLogger("uvicorn.error").info("Started for %s", "mira@hospital.test")

    shown = json.loads(written.getvalue().splitlines()[-1])
    assert shown["logger"] == "uvicorn.error"
    assert shown["level"] == "info"
    assert "mira" not in shown["event"]


def test_a_library_that_something_silenced_before_is_heard_again(settings):
    stream = io.StringIO()
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)

    logs.configure(settings, stream=stream)
    logging.getLogger("uvicorn.error").info("Application startup complete.")

    assert "startup complete" in stream.getvalue()


def test_the_access_log_of_uvicorn_is_silent_because_it_writes_queries(written):
    logging.getLogger("uvicorn.access").info('127.0.0.1 - "GET /?token=hunter2 HTTP/1.1" 200')

    assert written.getvalue() == ""


@pytest.mark.parametrize("library", ["sqlalchemy.engine", "httpx", "PIL", "asyncio", "some.other.library"])
def test_libraries_do_not_chatter_even_when_we_debug(written, library):
    logging.getLogger(library).debug("a row of Mira Holm")
    logging.getLogger(library).info("a row of Mira Holm")

    assert written.getvalue() == ""


def test_configuring_again_does_not_write_lines_twice(settings, written):
    logs.configure(settings, stream=written)
    structlog.get_logger("app.test").info("once")

    assert len(written.getvalue().splitlines()) == 1


def test_a_level_is_kept_to(settings, written):
    logs.configure(settings.model_copy(update={"log_level": "warning"}), stream=written)
    structlog.get_logger("app.test").info("quiet")
    structlog.get_logger("app.test").warning("loud")

    assert [json.loads(each)["event"] for each in written.getvalue().splitlines()] == ["loud"]


def test_a_log_that_cannot_be_written_disturbs_nobody(settings, capsys):
    class FullDisk(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    logs.configure(settings, stream=FullDisk())
    structlog.get_logger("app.test").info("lost", email="mira@hospital.test")

    logs.configure(settings)
    assert "mira" not in capsys.readouterr().err


def test_lines_of_several_threads_do_not_run_into_each_other(written):
    def chatter() -> None:
        for number in range(50):
            structlog.get_logger("app.test").info("x" * 200, number=number)

    threads = [threading.Thread(target=chatter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([json.loads(each) for each in written.getvalue().splitlines()]) == 400
