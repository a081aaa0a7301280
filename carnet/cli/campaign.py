"""Play a whole campaign, from the first euro to the last statement, through the screens' own operations."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from carnet.cli import apart
from carnet.cli.running import installation, load_django
from carnet.cli.speech import CommandFailed, say
from carnet.cli.speech import gettext as _

PRINTING = ("none", "sample", "all")


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(lambda: None)
    group.command(
        "play",
        help=_(
            "Jouer une campagne entière : « nantes », « departement », « national », « helpers », « connection », ou un fichier TOML à vous."
        ),
    )(play)
    group.command(
        "stock",
        help=_("Mesurer les propositions de transfert sur une saison : chèques déplacés, jours de sommeil des carnets, avant et après."),
    )(stock)
    app.add_typer(group, name="campaign", help=_("Des campagnes simulées, pour essayer et pour prouver."))


def play(
    scenario: Annotated[
        str, typer.Argument(help=_("Un nom livré (nantes, departement, national, helpers, connection) ou un fichier TOML."))
    ],
    json_file: Annotated[Path | None, typer.Option("--json", help=_("Écrire le bilan dans ce fichier."))] = None,
    out: Annotated[Path | None, typer.Option(help=_("Le dossier des carnets, paiements, relevés et données ouvertes."))] = None,
    seed: Annotated[int, typer.Option(help=_("La même graine joue la même campagne."))] = 1,
    printing: Annotated[str, typer.Option("--print", help=_("Les carnets à imprimer : none, sample ou all."))] = "sample",
) -> None:
    if printing not in PRINTING:
        raise typer.BadParameter(", ".join(PRINTING), param_hint="--print")
    started = time.monotonic()
    refuse_unwritable(json_file)
    with installation():
        from carnet import scenarios
        from carnet.kernel.periods import legal_day
        from carnet.web import clock

        chosen, today = scenarios.open_scenario(scenario), legal_day(clock.now())
        played: scenarios.Played | scenarios.PlayedNation
        with progress_bar() as progress:
            if isinstance(chosen, scenarios.HelpersScenario):
                helped = scenarios.play_helpers(chosen, today=today, seed=seed, progress=progress)
            elif isinstance(chosen, scenarios.ConnectionScenario):
                connected = scenarios.play_connections(chosen, today=today, seed=seed, progress=progress)
            elif isinstance(chosen, scenarios.NationalScenario):
                begin = apart.begin if apart.pays() else None
                try:
                    played = scenarios.play_nation(
                        chosen, today=today, seed=seed, out=out, printing=printing, apart=begin, progress=progress
                    )
                except scenarios.PlayInterrupted as interrupted:
                    raise CommandFailed(_("Un des programmes s’est arrêté : %(why)s") % {"why": interrupted}) from None
            else:
                played = scenarios.play(chosen, today=today, seed=seed, out=out, printing=printing, progress=progress)
            progress("verify", 0, 1)
            scenarios.seal(at=clock.now())
            scenarios.count(at=clock.now())
            seconds = time.monotonic() - started
            if isinstance(chosen, scenarios.HelpersScenario):
                summary = scenarios.summarise_helpers(helped, seconds=seconds)
            elif isinstance(chosen, scenarios.ConnectionScenario):
                summary = scenarios.summarise_connections(connected, seconds=seconds)
            else:
                summary = scenarios.summarise(played, seconds=seconds)
            progress("verify", 1, 1)
    tell(summary, json_file)
    if not summary["ledger_verified"]:
        raise CommandFailed(_("Le registre ne se vérifie pas : lancez « carnet ledger verify »."))


def stock(
    scenario: Annotated[str, typer.Argument(help=_("Un nom livré (nantes, departement) ou un fichier TOML."))],
    json_file: Annotated[Path | None, typer.Option("--json", help=_("Écrire le bilan dans ce fichier."))] = None,
    seed: Annotated[int, typer.Option(help=_("La même graine joue la même campagne."))] = 1,
) -> None:
    refuse_unwritable(json_file)
    load_django()  # no database: nothing of it is read or written
    from carnet import scenarios
    from carnet.kernel.periods import legal_day
    from carnet.web import clock

    measured = scenarios.compare_stock(scenarios.load(scenario), today=legal_day(clock.now()), seed=seed)
    if json_file is not None:
        json_file.write_text(json.dumps(measured, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    before, after = measured["before"], measured["after"]
    say(
        _(
            "%(scenario)s : %(moved)d chèques déplacés en %(parcels)d colis. Un carnet attend %(before)d jours avant d’être remis, puis"
            " %(after)d ; personnes reparties sans carnet : %(away_before)d, puis %(away_after)d."
        )
        % {
            "scenario": measured["scenario"],
            "moved": after["vouchers_moved"],
            "parcels": after["parcels"],
            "before": before["days_slept_per_booklet"],
            "after": after["days_slept_per_booklet"],
            "away_before": before["people_turned_away"],
            "away_after": after["people_turned_away"],
        }
    )


def refuse_unwritable(json_file: Path | None) -> None:
    """Better now than after three minutes."""
    if json_file is not None and not json_file.resolve().parent.is_dir():
        raise CommandFailed(_("Ce dossier n’existe pas : %(folder)s") % {"folder": json_file.parent})


def tell(summary: dict[str, Any], json_file: Path | None) -> None:
    """The campaign in one line, and its summary in a file if one is asked for."""
    if json_file is not None:
        json_file.write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if "mandates" in summary:
        say(
            _(
                "%(scenario)s : %(structures)d structures, %(people)d personnes, %(mandates)d mandats, %(uses)d démarches ; registre vérifié."
            )
            % summary
        )
        return
    if "homes" in summary:
        say(
            _(
                "%(scenario)s : %(homes)d logements branchés, %(months)d mois facturés, %(provider)s payés au fournisseur, dont %(landlord)s du"
                " bailleur et des ménages, %(returned)s rendus aux financeurs ; registre vérifié."
            )
            % {
                "scenario": summary["scenario"],
                "homes": summary["homes"],
                "months": summary["months_billed"],
                "provider": in_words(summary["provider_paid_cents"]),
                "landlord": in_words(summary["landlord_paid_cents"] + summary["households_paid_cents"]),
                "returned": in_words(summary["money_cents"]["returned"]),
            }
        )
        return
    vouchers, money = summary["vouchers"], summary["money_cents"]
    say(
        _("%(scenario)s : %(issued)d chèques, %(redeemed)d dépensés, %(paid)s payés aux lieux, %(returned)s rendus aux financeurs ; registre vérifié.")
        % {
            "scenario": summary["scenario"],
            "issued": vouchers["issued"],
            "redeemed": vouchers["redeemed"],
            "paid": in_words(money["paid"]),
            "returned": in_words(money["returned"]),
        }
    )  # fmt: skip


def in_words(cents: int) -> str:
    """An amount as the terminal's language writes it."""
    from carnet.web.design.formats import euros

    return str(euros(cents))


@contextmanager
def progress_bar() -> Iterator[Any]:
    """A bar a step, on standard error, so that a program reading the answer is not disturbed."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    words = {
        "cast": _("Organisations et lieux"),
        "draw": _("Codes tirés"),
        "print": _("Carnets imprimés"),
        "ship": _("Carnets livrés"),
        "season": _("Remises et leçons"),
        "connect": _("Logements branchés"),
        "close": _("Clôture"),
        "verify": _("Vérification du registre"),
    }
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks or (done == 0 and bar.tasks[tasks[what]].finished):
                tasks[what] = bar.add_task(words[what], total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield progress
