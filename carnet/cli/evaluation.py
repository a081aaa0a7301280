"""Evaluation of a programme: a plan checked, drawn, sealed; results compared as it says."""

from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from carnet.cli.running import installation, load_django
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _

_Plan = Annotated[Path, typer.Argument(help=_("Le plan : un fichier TOML (docs/evaluation.md)."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("check", help=_("Lire un plan, et dire son empreinte."))(check)
    group.command("draw", help=_("Tirer au sort qui commence et qui attend ; chacun peut le refaire."))(draw)
    group.command("seal", help=_("Sceller un plan dans le journal, avant tout résultat."))(seal)
    group.command("read", help=_("Comparer des résultats comme le plan le dit, sans rien garder : une exploration."))(read)
    app.add_typer(group, name="evaluation", help=_("Évaluer un programme, sans dire plus que ce qui est montré."))


def check(plan: _Plan, as_json: AsJson = False) -> None:
    load_django()
    from carnet.observatory.rules import evaluations
    from carnet.web.evaluations import words

    found = evaluations.read_plan(_content(plan))
    if as_json:
        give({"name": found.name, "design": found.design, "units": len(found.units), "digest": found.digest})
        return
    for row in words.plan_rows(found):
        say(f"{row.label} : {row.value}")
    for sentence in words.assumptions(found.design):
        say(f"- {sentence}")


def draw(
    plan: _Plan,
    out: Annotated[Path | None, typer.Option("--out", help=_("Écrire le tirage dans ce fichier CSV."))] = None,
    as_json: AsJson = False,
) -> None:
    load_django()
    from carnet.observatory.rules import evaluations
    from carnet.web.evaluations import words
    from carnet.web.spreadsheets import csv_of

    found = evaluations.read_plan(_content(plan))
    if not found.design.is_drawn:
        raise CommandFailed(_("Ce plan ne tire personne au sort."))
    steps = evaluations.draw(found)
    if out is not None:
        out.write_bytes(b"".join(csv_of(words.draw_sheet(found))))
    if as_json:
        give({"digest": found.digest, "steps": steps})
    else:
        for unit, step in sorted(steps.items(), key=lambda each: (each[1] or 10**6, each[0])):
            say(_("%(unit)s : attend") % {"unit": unit} if step == 0 else _("%(unit)s : étape %(step)s") % {"unit": unit, "step": step})


def seal(
    plan: _Plan,
    programme: Annotated[int, typer.Option("--programme", help=_("Numéro du programme."))],
    as_json: AsJson = False,
) -> None:
    content = _content(plan)
    with installation():
        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.observatory.operations.evaluations import seal_plan
        from carnet.observatory.rules.evaluations import digest_of
        from carnet.web import clock

        actor = Actor.system("carnet evaluation seal", programme_ids={programme})
        with acting_as(actor):
            plan_id = seal_plan(programme_id=programme, content=content, actor=actor, request_id=uuid4(), at=clock.now())
    if as_json:
        give({"plan": plan_id, "digest": digest_of(content)})
    else:
        say(_("Plan %(plan)s scellé : %(digest)s") % {"plan": plan_id, "digest": digest_of(content)})


def read(plan: _Plan, results: Annotated[Path, typer.Argument(help=_("Les résultats, en CSV ou XLSX."))], as_json: AsJson = False) -> None:
    load_django()
    from carnet.observatory.rules import evaluations
    from carnet.places.rules.tables import read_table
    from carnet.web.evaluations import words

    found = evaluations.read_plan(_content(plan))
    result = evaluations.result_of(found, read_table(_content(results)), sealed_on=None)
    if as_json:
        give({**evaluations.written(result), "sentence": words.said(found, result)})
        return
    say(words.said(found, result))
    for sentence in words.doubts(result):
        say(f"! {sentence}")
    for row in words.result_rows(result):
        say(f"{row.label} : {row.value}")
    for table in words.result_tables(result):
        say(table.caption)
        for line in table.rows:
            say("  " + " ; ".join(str(cell) for cell in line))
    for sentence in words.assumptions(found.design):
        say(f"- {sentence}")


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise CommandFailed(_("Le fichier %(file)s n’existe pas.") % {"file": file})
    return file.read_bytes()
