"""Prove that nothing was lost: recompute every figure and every seal from the rows."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, complain, give, say
from carnet.cli.speech import gettext as _
from carnet.gateways import checks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from carnet.continuity.rules.anchors import Standing, Wrong
    from carnet.journal.queries import Verification
    from carnet.journal.rules import Named

# What is wrong of a line kept outside, in words: chain, line, day, and how far this database goes.
WRONG = {
    "cut": _("la fin de « %(chain)s » a été coupée : le jour %(day)s en disait plus, elle s’arrête au bloc %(reached)d"),
    "rewritten": _("« %(chain)s » a été réécrite : elle ne dit plus ce qu’elle disait le %(day)s"),
    "older": _(
        "cette base est celle de la ligne %(reached)d : une copie ancienne a été remise, ou tout a été coupé depuis (le %(day)s manque)"
    ),
    "line-rewritten": _("la base ne se rappelle pas la ligne %(number)d du %(day)s comme elle est sortie"),
    "line-forgotten": _("la base a oublié la ligne %(number)d du %(day)s, qui est pourtant sortie"),
    "file-cut": _("le fichier ne contient plus la ligne %(number)d, que la base a fait sortir"),
    "digest": _("la ligne %(number)d du %(day)s ne dit plus ce qui a été signé"),
    "signature": _("la signature de la ligne %(number)d du %(day)s n’est pas la bonne"),
    "key": _("la clé de la ligne %(number)d du %(day)s n’a été annoncée par aucune autre"),
    "chain": _("la ligne %(number)d du %(day)s ne suit pas la ligne d’avant"),
    "missing": _("une ligne manque avant la ligne %(number)d du %(day)s"),
    "twice": _("la ligne %(number)d du %(day)s est dite deux fois"),
    "stamp": _("l’horodatage de la ligne %(number)d du %(day)s n’est pas le sien"),
}
NOT_SENT = {
    "line": _("aucune ligne n’est dite : %(why)s"),
    "file": _("le fichier n’a pas reçu la ligne : %(why)s"),
    "mail": _("les lettres ne sont pas parties : %(why)s"),
    "timestamp": _("pas d’horodatage : %(why)s"),
}


def register(app: typer.Typer) -> None:
    ledger = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    ledger.command("verify", help=_("Recalculer chaque règle du grand livre et nommer ce qui y contrevient."))(verify_ledger)
    app.add_typer(ledger, name="ledger", help=_("Le grand livre des chèques et de l’argent."))
    journal = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    journal.command("verify", help=_("Recalculer les sceaux du journal et nommer la partie pas encore scellée."))(verify_journal)
    journal.command("anchor", help=_("Dire dehors, une fois par jour, jusqu’où va chaque chaîne scellée : fichier, lettres, horodatage."))(
        anchor
    )
    app.add_typer(journal, name="journal", help=_("Le journal : qui a fait quoi, quand."))


def ledger_faults() -> "list[Named]":
    """Every rule of the ledger that its rows break; the installation is loaded."""
    from carnet.gateways.database import acting_as_everything
    from carnet.jobs import verification
    from carnet.journal.rules import What

    with acting_as_everything(why=verification.WHY):
        return [fault for step in verification.steps_of(What.LEDGER) for fault in step()]


def verify_ledger(as_json: AsJson = False) -> None:
    with installation():
        began = _now()
        faults = ledger_faults()
        _note(checks.LEDGER, faults, began)
    if as_json:
        give({"verified": not faults, "faults": [dataclasses.asdict(fault) for fault in faults]})
    elif not faults:
        say(_("Le grand livre est exact : aucun centime ne manque."))
    for fault in () if as_json else faults:
        complain(_("%(where)s : %(what)s (règle %(invariant)s)") % dataclasses.asdict(fault))
    if faults:
        raise typer.Exit(1)


def _now() -> "datetime":
    from carnet.web import clock

    return clock.now()


def _note(name: str, found: "Sequence[Named]", began: "datetime") -> None:
    """For the doctor, for monitoring and for the operators' pages, which read when it was last asked and what was found."""
    from django.conf import settings

    from carnet.gateways.database import acting_as_everything
    from carnet.journal import operations as journal
    from carnet.journal.rules import What

    at = _now()
    checks.note_checked(settings.VAR_DIR, name, fault_count=len(found), at=at)
    with acting_as_everything(why="a verification is of the whole installation"):
        journal.note_verification(what=What(name), found=found, begun_at=began, at=at)


def journal_found() -> "Verification":
    """Every seal against its rows; the installation is loaded."""
    from carnet.gateways.database import acting_as_everything
    from carnet.journal import queries

    with acting_as_everything(why="verification recomputes every seal"):
        return queries.verify()


def verify_journal(
    anchors: Annotated[
        Path | None,
        typer.Option(
            "--anchors", help=_("Un fichier de lignes gardées dehors, ou son dossier : la base est-elle bien celle qu’elles disent ?")
        ),
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option("--key", help=_("Empreinte d’une clé connue par un autre chemin. Peut être répété."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    from carnet.journal.rules import Named

    with installation():
        began = _now()
        found = journal_found()
        standing = _beside(anchors, key or ()) if anchors is not None else None
        named = [Named("seal", f"{each.table} {each.row or each.block}", each.what) for each in found.breaks]
        if standing is not None:
            named += [Named("anchor", f"line {each.number} {each.day} {each.chain}".strip(), each.what) for each in standing.wrong]
        _note(checks.JOURNAL, named, began)
    if as_json:
        beside = {"anchors": _told(standing)} if standing is not None else {}
        give({"verified": not named, **dataclasses.asdict(found), **beside})
    elif not named:
        say(_("Le journal est intact : %(rows)d lignes en %(blocks)d blocs scellés.") % {"rows": found.rows, "blocks": found.blocks})
        for table, rows in found.tail.items():
            say(_("%(table)s : %(rows)d lignes pas encore scellées.") % {"table": table, "rows": rows})
        if standing is not None:
            _say_agreement(standing)
    if not as_json:
        for problem in found.breaks:
            complain(str(problem))
        for each in standing.wrong if standing is not None else ():
            complain(WRONG[each.what] % dataclasses.asdict(each))
    if named:
        raise typer.Exit(1)


def _beside(path: Path, keys: "Sequence[str]") -> "Standing":
    """This database beside the lines somebody kept; the installation is loaded."""
    from carnet.continuity.queries import anchors
    from carnet.continuity.rules.anchors import AnchorFileUnreadable
    from carnet.gateways import anchor_file
    from carnet.gateways.database import acting_as_everything

    file = path / anchor_file.NAME if path.is_dir() else path
    try:
        told, wrong = anchors.read(file.read_text(encoding="utf-8"), trusted=keys)
    except (AnchorFileUnreadable, OSError, UnicodeDecodeError) as error:
        raise CommandFailed(_("%(file)s n’est pas un fichier de lignes gardées dehors.") % {"file": file}) from error
    if not told:
        raise CommandFailed(_("%(file)s ne contient aucune ligne.") % {"file": file})
    with acting_as_everything(why="the lines kept outside tell of every chain"):
        found = anchors.compare(told, whole=False)
        stamps: list[Wrong] = anchors.false_stamps()
    return dataclasses.replace(found, wrong=(*wrong, *found.wrong, *stamps))


def _told(standing: "Standing") -> dict[str, object]:
    agrees = standing.agrees_until
    return {
        "wrong": [dataclasses.asdict(each) for each in standing.wrong],
        "agrees_until": {"number": agrees.number, "day": agrees.day.isoformat()} if agrees is not None else None,
        "lost": list(standing.lost),
    }


def _say_agreement(standing: "Standing") -> None:
    agrees = standing.agrees_until
    if agrees is not None:
        said = _("La base est celle que disent les lignes gardées dehors, jusqu’à la ligne %(number)d du %(day)s.")
        say(said % {"number": agrees.number, "day": agrees.day.isoformat()})
    if standing.lost:
        numbers = ", ".join(str(number) for number in standing.lost[:20])
        say(_("Une copie ancienne a été remise, et c’est dit : le passé des lignes %(numbers)s est perdu.") % {"numbers": numbers})


def anchor(
    restored: Annotated[
        bool, typer.Option("--restored", help=_("Dire, pour toujours, qu’une copie ancienne a été remise et que la suite est perdue."))
    ] = False,
    new_key: Annotated[
        bool, typer.Option("--new-key", help=_("Tirer une nouvelle clé : la prochaine ligne l’annonce, la suivante la porte."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.continuity.queries import anchors
        from carnet.gateways.keys import key_ring
        from carnet.jobs.anchors import send_outside

        if new_key:
            key_ring().draw_anchor_key(at=_now())
        gone = send_outside(now=_now, restored=restored)
        outside = anchors.is_outside()
    line = gone.line
    if as_json:
        give(
            {
                "number": line.number if line is not None else None,
                "day": line.day.isoformat() if line is not None else None,
                "digest": line.digest if line is not None else None,
                "words": line.words if line is not None else None,
                "is_new": gone.is_new,
                "written": gone.lines_written,
                "letters": gone.letters,
                "stamped_at": gone.stamped_at.isoformat() if gone.stamped_at is not None else None,
                "failures": dict(gone.failures),
            }
        )
    elif line is not None:
        say(_("Ligne %(number)d du %(day)s : %(words)s") % {"number": line.number, "day": line.day.isoformat(), "words": line.words})
        if not outside:
            say(_("Elle n’est sortie nulle part : réglez CARNET_ANCHORS_DIR, CARNET_ANCHORS_TO ou CARNET_TIMESTAMP_URL."))
    for way, why in () if as_json else gone.failures:
        complain(NOT_SENT[way] % {"why": why})
    if gone.failures:
        raise typer.Exit(1)
