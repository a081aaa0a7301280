"""What is owed and what accounts hold: publish the day, and check a published file as a stranger would, without the database."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, complain, give, say
from carnet.cli.speech import gettext as _

WRONG = {
    "format": _("un autre format que celui qui est annoncé"),
    "digest": _("ce qui est écrit n’est plus ce qui a été signé"),
    "signature": _("la signature n’est pas la bonne"),
    "chain": _("ce jour ne suit pas le jour d’avant"),
    "missing": _("un jour d’avant a été retiré"),
    "twice": _("ce jour est dit deux fois"),
    "key": _("la clé n’est pas celle du programme"),
}


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("publish", help=_("Publier ce qui est promis et ce que contiennent les comptes, une fois par jour et par programme."))(
        publish
    )
    group.command(
        "verify",
        help=_("Vérifier un fichier publié : empreintes, signatures et suite des jours. Sort en 1 si un seul signe a changé."),
    )(verify)
    app.add_typer(group, name="commitments", help=_("Ce qui est promis, et ce qui est sur les comptes."))


def publish(as_json: AsJson = False) -> None:
    with installation():
        from carnet.continuity.operations.commitments import publish as publish_day
        from carnet.web import clock
        from carnet.web.design import formats

        found = publish_day(at=clock.now())
    if as_json:
        give([asdict(each) for each in found])
        return
    for each in found:
        told = {"programme": each.slug, "number": each.number, "gap": formats.euros(each.gap_cents), "digest": each.digest[:16]}
        words = _("%(programme)s : jour %(number)d publié, manque %(gap)s, empreinte %(digest)s…")
        say((words if each.is_new else _("%(programme)s : déjà publié aujourd’hui (jour %(number)d).")) % told)
    if not found:
        say(_("Rien à publier : aucun programme n’a encore reçu d’argent."))


def verify(
    file: Annotated[Path, typer.Argument(help=_("Le fichier, en CSV ou en JSON ; « - » pour l’entrée standard."))],
    key: Annotated[
        list[str] | None,
        typer.Option("--key", help=_("PROGRAMME=EMPREINTE : la clé que vous connaissez par un autre chemin. Peut être répété.")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from carnet.continuity.rules import publication
    from carnet.gateways.keys import COMMITMENTS, signs

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        days = publication.read(text)
    except (OSError, UnicodeDecodeError, publication.FileUnreadable) as error:
        raise CommandFailed(_("%(file)s n’est pas un fichier d’engagements publiés.") % {"file": file}) from error
    trusted = dict(_pair(each) for each in key or ())
    wrong = publication.faults(days, lambda public, message, signature: signs(public, COMMITMENTS, message, signature), trusted=trusted)
    programmes = {str(each.content["programme"]) for each in days}
    if as_json:
        give(
            {
                "verified": bool(days) and not wrong,
                "days": len(days),
                "programmes": len(programmes),
                "faults": [asdict(each) for each in wrong],
            }
        )
    elif not wrong and days:
        say(
            _("%(days)d jours de %(programmes)d programmes : chaque empreinte, chaque signature et la suite des jours sont justes.")
            % {"days": len(days), "programmes": len(programmes)}
        )
    for each in () if as_json else wrong:
        complain(f"{each.programme}, {each.day} : {WRONG[each.what]}")
    if wrong:
        raise typer.Exit(1)
    if not days:
        raise CommandFailed(_("Ce fichier ne contient aucun jour."))


def _pair(told: str) -> tuple[str, str]:
    programme, equals, fingerprint = told.partition("=")
    if not equals:
        raise typer.BadParameter(_("Écrivez PROGRAMME=EMPREINTE."), param_hint="--key")
    return programme, fingerprint.strip().lower()
