"""What a command stands on: the database (the one named in the environment, else the embedded one) and Django, loaded in that order."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from carnet.cli.speech import CommandFailed, gettext, language

ROOT = Path(__file__).resolve().parents[2]


def var_dir() -> Path:
    """The folder of everything this installation makes."""
    from carnet.settings import env  # the environment is read when the command runs

    return env.folder("CARNET_VAR_DIR", ROOT / "var")


@contextmanager
def database() -> Iterator[str]:
    """The database's address, with the embedded server held up for as long as the block lasts when no address is given."""
    given = os.environ.get("CARNET_DATABASE_URL", "").strip()
    if given:
        yield given
        return
    if sys.platform == "win32":
        sentence = gettext("La base embarquée ne fonctionne pas sous %(system)s : indiquez une base PostgreSQL dans CARNET_DATABASE_URL.")
        raise CommandFailed(sentence % {"system": "Windows"})
    from carnet.gateways import embedded_postgres  # loads psycopg: not for `carnet --help`

    with embedded_postgres.running(var_dir()) as url:
        os.environ["CARNET_DATABASE_URL"] = url
        try:
            yield url
        finally:
            disconnect()
            del os.environ["CARNET_DATABASE_URL"]


@contextmanager
def installation(*, migrated: bool = True) -> Iterator[None]:
    """Everything a command needs: the database, Django, the terminal's language. Refuses a database whose tables are not up to date."""
    with ExitStack() as stack:
        stack.enter_context(database())
        load_django()
        if migrated:
            refuse_if_behind()
        yield


def load_django() -> None:
    """Load Django once, and speak the terminal's language."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carnet.settings.dev")
    import django
    from django.utils import translation

    django.setup()
    translation.activate(language())


def refuse_if_behind() -> None:
    from carnet.gateways import schema

    if schema.pending():
        raise CommandFailed(gettext("La base de données n’est pas à jour : lancez « carnet init » ou « carnet migrate »."))


def disconnect() -> None:
    """Close this process's connections, so that the server can stop without waiting for them."""
    from django.apps import apps

    if apps.ready:
        from django.db import connection

        connection.close()
        if hasattr(connection, "close_pool") and connection.settings_dict["OPTIONS"].get("pool"):
            connection.close_pool()
