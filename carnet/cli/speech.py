"""What the command says, and in which language: French, or English when the terminal's language (LANG) is English."""

import gettext as catalogues
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

LOCALE_DIR = Path(__file__).resolve().parents[2] / "locale"


def language() -> str:
    """`en` when the environment asks for English, else `fr`."""
    asked = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if asked.lower().startswith("en") else "fr"


_catalogue = catalogues.translation("django", LOCALE_DIR, languages=[language()], fallback=True)


def gettext(sentence: str) -> str:
    """The sentence in the terminal's language. Help texts are needed before Django's settings, hence not Django's own."""
    return _catalogue.gettext(sentence)


_ = gettext

AsJson = Annotated[bool, typer.Option("--json", help=_("Répondre en JSON, pour un programme."))]


class CommandFailed(Exception):
    """The command did its work and the answer is no: the sentence says why (exit code 1)."""


def say(sentence: str) -> None:
    """One line for a person."""
    print(sentence)


def give(value: Any) -> None:
    """The answer, for a program."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def complain(sentence: str) -> None:
    """One clear sentence on standard error."""
    print(sentence, file=sys.stderr)
