"""Signals of fraud from the command line: look now, and say what each rule noticed and how often it was right."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer

from carnet.cli import cases
from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _

_Programme = Annotated[str, typer.Argument(help=_("Le programme : son numéro, ou son nom court."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("look", help=_("Regarder un programme avec chaque règle, jusqu’à hier ; ce qui fut regardé ne l’est plus."))(look)
    group.command("signals", help=_("Ce que chaque règle a remarqué, ce que c’est devenu, et sa justesse."))(signals)
    cases.register(group)
    app.add_typer(
        group, name="controls", help=_("Contrôles : ce qui est remarqué dans des lieux et des guichets, jamais chez des personnes.")
    )


def look(
    programme: _Programme,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help=_("Dernier jour à regarder ; sinon hier."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.controls.operations import signals as operations
        from carnet.kernel.periods import legal_day
        from carnet.web import clock

        found, at = _programme(programme), clock.now()
        last: date = until.date() if until else legal_day(at) - timedelta(days=1)
        if last >= legal_day(at):
            raise CommandFailed(_("Ce jour n’est pas terminé : donnez un jour passé."))
        with _bar(quiet=as_json) as tell:
            made = operations.look(programme_id=found.id, until=last, at=at, tell=tell)
        counts = _counts(found.id)
    if as_json:
        give({"programme": found.id, "until": last.isoformat(), "new": made, "rules": counts})
        return
    say(_("%(programme)s, jusqu’au %(day)s. Signaux nouveaux : %(count)d.") % {"programme": found.name, "day": last, "count": len(made)})


def signals(programme: _Programme, as_json: AsJson = False) -> None:
    with installation():
        from carnet.web.signals import words

        found = _programme(programme)
        counts = _counts(found.id)
        if as_json:
            give({"programme": found.id, "rules": counts})
            return
        for each in counts:
            told = {key: each[key] for key in ("noticed", "waiting", "set_aside", "in_cases", "confirmed", "honest", "sloppy")}
            line = _(
                "remarqués %(noticed)d, à trier %(waiting)d, de côté %(set_aside)d, en dossier %(in_cases)d, "
                "fraudes %(confirmed)d, en ordre %(honest)d, erreurs %(sloppy)d"
            )
            state = words.threshold_of(each["rule"], each["threshold"])
            say(f"{words.name_of(each['rule'])} ({state}) : {line % told}")


def _programme(named: str) -> Any:
    from carnet.funding import queries as funding

    return funding.programme(int(named)) if named.isdecimal() else funding.programme_by_slug(named)


def _counts(programme_id: int) -> list[dict[str, Any]]:
    """The counters of each rule, its threshold, and its precision in thousandths."""
    from carnet.controls.queries import signals as queries
    from carnet.gateways.database import acting_as
    from carnet.kernel.actors import Actor

    actor = Actor.system("command line", programme_ids={programme_id})
    with acting_as(actor):
        thresholds = queries.thresholds_of(programme_id)
        return [
            asdict(each)
            | {"threshold": thresholds[each.rule], "ended": each.ended, "precision": asdict(each.precision) if each.precision else None}
            for each in queries.rule_counts(actor, programme_id)
        ]


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        task = bar.add_task(_("Règles"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
