"""The `carnet` command: its list of commands, and how what happens becomes an exit code."""

import errno
import signal
import sys
from importlib import import_module
from types import FrameType

import typer

from carnet.cli.speech import CommandFailed, complain
from carnet.cli.speech import gettext as _
from carnet.kernel.refusals import Refusal

COMMANDS = (
    "setup",
    "database",
    "backup",
    "archive",
    "takeover",
    "serve",
    "sessions",
    "fast",
    "doctor",
    "verification",
    "figures",
    "places",
    "parties",
    "state",
    "campaign",
    "demo",
    "jobs",
    "keys",
    "orders",
    "books",
    "opendata",
    "commitments",
    "controls",
    "clearing",
    "indicators",
    "evaluation",
    "connection",
    "territories",
    "need",
    "plan",
    "openid",
    "distribute",
    "data",
)
# What typer makes of Ctrl+C, without a word; no command of ours ends with it (see `database run`).
INTERRUPTED = 130

app = typer.Typer(
    name="carnet",
    help=_("Carnet : les chèques du numérique, du premier euro d’un financeur au dernier relevé."),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for subject in COMMANDS:
    import_module(f"carnet.cli.{subject}").register(app)


def run() -> None:
    """The entry point of the `carnet` command."""
    # Whatever ends the command, the `finally` blocks run: the embedded server is let go of.
    signal.signal(signal.SIGTERM, interrupted)
    try:
        app()
    except SystemExit as end:
        if end.code != INTERRUPTED:
            raise
        complain(_("Interrompu."))
        sys.exit(1)
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        complain(sentence)
        sys.exit(1)


def interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def sentence_of(error: Exception) -> str | None:
    """The one sentence of an expected end, or None for a fault that needs its traceback."""
    from carnet.settings.env import SettingRefused

    if isinstance(error, CommandFailed):
        return str(error)
    if isinstance(error, SettingRefused):
        return _("Réglage %(name)s : %(reason)s.") % {"name": error.name, "reason": error.reason}
    if isinstance(error, Refusal):
        return refusal_sentence(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("Il n’y a plus de place sur le disque (%(file)s) : libérez-en, puis relancez la commande.") % {
            "file": error.filename or "?"
        }
    from django.db import OperationalError  # Django is loaded by now, or about to be of no use

    if isinstance(error, OperationalError):
        reason = (str(error).strip().splitlines() or [""])[-1].strip()
        return _("La base de données ne répond pas : %(reason)s") % {"reason": reason}
    return None


def refusal_sentence(refusal: Refusal) -> str:
    """The same sentence as on the screens."""
    from carnet.cli.running import load_django

    load_django()
    from carnet.web.design.sentences import sentence_for

    return sentence_for(refusal)
