"""Allotment plans from the command line: files in, the best allotment beside the two others out, with its proof and what each guarantee costs."""

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from carnet.cli.running import load_django
from carnet.cli.speech import AsJson, CommandFailed, complain, give, say
from carnet.cli.speech import gettext as _

FAULTS_SHOWN = 50
# People who cannot use digital tools, of a thousand: INSEE Première 1953 (2021). What a commune counts when no file says better.
IN_NEED_PERMILLE = 154
_FOLDER = typer.Option("--out", help=_("Dossier où écrire les fichiers."))
_Folder = Annotated[Path, _FOLDER]


def _file(option: str, words: str) -> Any:
    return typer.Option(option, exists=True, dir_okay=False, help=words)


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("prepare", help=_("Écrire les trois fichiers d’un plan pour un département : vraies communes, vrais lieux."))(prepare)
    group.command("allot", help=_("Répartir des carnets au mieux, avec la preuve, à côté des deux autres méthodes."))(allot)
    app.add_typer(group, name="plan", help=_("Répartir les carnets là où ils sont nécessaires."))


def prepare(
    departement: Annotated[str, typer.Argument(help=_("Son numéro, comme 44."))],
    out: _Folder,
    need: Annotated[Path | None, _file("--need", _("CSV « code;need;population » de communes ou de leurs quartiers (IRIS)."))] = None,
    booklets_each: Annotated[
        int, typer.Option("--booklets-each", min=1, help=_("Carnets que chaque lieu peut servir : à vous de dire."))
    ] = 60,
    as_json: AsJson = False,
) -> None:
    load_django()
    from carnet.planning.queries.plan_samples import sample

    scores = _scores(_text(need)) if need else {}
    if need and not scores:
        raise CommandFailed(_("%(file)s ne dit le besoin d’aucune commune.") % {"file": need})
    files = sample(departement, scores=scores, booklets_each=booklets_each, in_need_permille=IN_NEED_PERMILLE)
    if files is None:
        raise CommandFailed(_("Aucune commune n’est connue dans le département %(code)s.") % {"code": departement})
    _write(out, files, quiet=as_json)
    if as_json:
        give({"files": [str(out / name) for name in files]})


def allot(
    communes: Annotated[Path, _file("--communes", _("Les communes : personnes, besoin, coordonnées."))],
    desks: Annotated[Path, _file("--desks", _("Les guichets qui remettent des carnets."))],
    places: Annotated[Path, _file("--places", _("Les lieux, et les carnets que leurs places peuvent servir."))],
    budget: Annotated[int, typer.Option("--budget", min=1, help=_("En euros entiers."))],
    out: _Folder,
    booklet: Annotated[int, typer.Option("--booklet", min=1, help=_("Prix d’un carnet, papier compris, en centimes."))] = 5000,
    delivery: Annotated[int, typer.Option("--delivery", min=0, help=_("Prix d’un colis par guichet servi, en centimes."))] = 0,
    minute: Annotated[int, typer.Option("--minute", min=0, help=_("Ce que retire une minute de trajet, en centièmes de point."))] = 20,
    floor: Annotated[int, typer.Option("--floor", min=0, help=_("Carnets promis à chaque commune qui peut être servie."))] = 0,
    everywhere: Annotated[bool, typer.Option("--everywhere", help=_("Promettre aussi aux communes hors d’atteinte."))] = False,
    priority: Annotated[int, typer.Option("--priority", min=0, max=100, help=_("Part des publics prioritaires, en pour cent."))] = 0,
    minutes: Annotated[int, typer.Option("--minutes", min=0, help=_("Trajet le plus long, en minutes ; 0 : sans limite."))] = 30,
    desk_minimum: Annotated[int, typer.Option("--desk-minimum", min=0, help=_("Le moins qu’un guichet servi reçoit."))] = 0,
    fixed: Annotated[int, typer.Option("--fixed", min=0, help=_("Part fixe de la formule, par commune."))] = 10,
    mode: Annotated[str, typer.Option("--mode", help=_("car, walk ou no-car."))] = "car",
    gap: Annotated[
        float, typer.Option("--gap", min=0.0, max=1.0, help=_("Écart demandé à la preuve ; 0 : le meilleur, exactement."))
    ] = 0.001,
    seconds: Annotated[int, typer.Option("--seconds", min=1, help=_("Temps accordé au plan, puis à chaque garantie."))] = 60,
    as_json: AsJson = False,
) -> None:
    load_django()
    from carnet.places import queries as directory
    from carnet.planning.queries import solving
    from carnet.planning.rules import plan_files
    from carnet.planning.rules.allotment import GuaranteesContradict, Prices
    from carnet.planning.rules.plan_ground import Asked, problem_of
    from carnet.planning.rules.travel import Mode

    if mode not in {each.value for each in Mode}:
        raise typer.BadParameter(mode)
    found = plan_files.read(
        *(_text(each) for each in (communes, desks, places)), booklet_cents=booklet, mode=Mode(mode), density=directory.density
    )
    _say_faults(found.faults)
    if found.ground is None:
        raise CommandFailed(_("Rien n’est réparti : corrigez ces lignes."))
    asked = Asked(budget * 100, floor, priority, minutes or None, desk_minimum)
    problem = problem_of(found.ground, asked)
    problem = replace(
        problem,
        desks=found.ground.desks,
        prices=Prices(booklet, delivery, minute),
        guarantees=replace(problem.guarantees, floor_everywhere=everywhere, keeps_desk_maximum=True),
    )
    try:
        solved = solving.solve(problem, seconds=seconds, gap=gap)
    except GuaranteesContradict as refused:
        raise CommandFailed(_contradiction(refused, problem)) from None
    every = {each.allotment.method: each for each in solving.compare(problem, solved, fixed=fixed, seconds=seconds)}
    report = _report(problem, solved, every)
    made = {method: each.allotment for method, each in every.items()}
    _write(
        out,
        {
            "desks.csv": plan_files.as_csv(plan_files.lines_by_desk(problem, solved.allotment)),
            "places.csv": plan_files.as_csv(plan_files.lines_by_place(problem, solved.allotment)),
            "communes.csv": plan_files.as_csv(plan_files.lines_by_commune(problem, made)),
            "report.txt": report,
        },
        quiet=as_json,
    )
    if as_json:
        give(_facts(solved, every))
    else:
        say(report)


def _contradiction(refused: Any, problem: Any) -> str:
    names = {each.code: each.name for each in problem.demands}
    short = refused.facts["short"]
    return _("Ces garanties se contredisent : %(guarantees)s. Il manque %(count)d carnets, à %(communes)s.") % {
        "guarantees": ", ".join(_words()[each] for each in refused.facts["guarantees"]),
        "count": sum(short.values()),
        "communes": ", ".join(names[code] for code in list(short)[:5]) + (" …" if len(short) > 5 else ""),
    }


def _words() -> dict[Any, str]:
    from carnet.planning.rules.allotment import Guarantee

    return {
        Guarantee.BUDGET: _("le budget"),
        Guarantee.BOOKLETS: _("le nombre de carnets"),
        Guarantee.FLOOR: _("le plancher par commune"),
        Guarantee.PRIORITY: _("la part des publics prioritaires"),
        Guarantee.SEATS: _("les places des lieux"),
        Guarantee.TRAVEL: _("la limite de trajet"),
        Guarantee.DESK_MINIMUM: _("le minimum par guichet"),
        Guarantee.DESK_MAXIMUM: _("le maximum par guichet"),
    }


def _report(problem: Any, solved: Any, every: Mapping[Any, Any]) -> str:
    """What a person reads first: the three methods, the proof, what each guarantee costs."""
    from carnet.planning.rules.allotment import Method

    words = {Method.OPTIMAL: _("au mieux"), Method.PER_HEAD: _("par habitant"), Method.FORMULA: _("part fixe et part sociale")}
    lines = [
        _("%(communes)d communes, %(desks)d guichets, %(places)d lieux ; %(reached)d communes ont un guichet et un lieu à portée.")
        % {"communes": len(problem.demands), "desks": len(problem.desks), "places": len(problem.sites), "reached": len(problem.reached())}
    ]
    for method, each in every.items():
        found = each.allotment
        trips = 2 * found.booklets or 1
        lines.append(
            _(
                "%(method)s : besoin couvert %(covered)s points, %(booklets)d carnets utiles, %(idle)d sans usage, trajet moyen %(mean)s min, %(euros)s €."
            )
            % {
                "method": words[method],
                "covered": _hundredths(found.covered),
                "booklets": found.booklets,
                "idle": found.idle_booklets,
                "mean": f"{(found.minutes * 10 + trips // 2) // trips / 10:.1f}".replace(".", ","),
                "euros": _hundredths(found.cents),
            }
        )
        broken = sorted({breach.guarantee for breach in each.breaches})
        if broken:
            lines.append("  " + _("ne respecte pas : %(guarantees)s") % {"guarantees": ", ".join(_words()[name] for name in broken)})
    lines.append(
        _("Preuve (%(solver)s) : aucune répartition ne vaut plus de %(gap)s %% de mieux. %(seconds)s s en tout.")
        % {
            "solver": solved.version,
            "gap": f"{solved.gap * 100:.4f}".replace(".", ","),
            "seconds": f"{solved.seconds:.1f}".replace(".", ","),
        }
    )
    lines += [_cost_words(cost) for cost in solved.constraint_costs]
    return "\n".join(lines) + "\n"


def _cost_words(cost: Any) -> str:
    if not cost.is_found:
        return _("%(guarantee)s : son coût n’a pas été trouvé à temps.") % {"guarantee": _words()[cost.guarantee]}
    sentence = (
        _("%(guarantee)s, un dixième de plus : %(covered)s points, %(minutes)s minutes, %(euros)s €, à %(within)s point près.")
        if cost.extended
        else _("Sans %(guarantee)s : %(covered)s points, %(minutes)s minutes, %(euros)s €, à %(within)s point près.")
    )
    return sentence % {
        "guarantee": _words()[cost.guarantee],
        "covered": _signed(_hundredths(cost.covered)),
        "minutes": _signed(str(cost.minutes)),
        "euros": _signed(_hundredths(cost.cents)),
        "within": _hundredths(cost.within),
    }


def _facts(solved: Any, every: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "methods": {
            method.value: {
                "covered": each.allotment.covered, "booklets": each.allotment.booklets, "idle": each.allotment.idle_booklets,
                "minutes": each.allotment.minutes, "cents": each.allotment.cents, "worth": each.worth,
                "breaks": sorted({breach.guarantee.value for breach in each.breaches}),
            }
            for method, each in every.items()
        },
        "worth": solved.worth, "bound": solved.bound, "gap": solved.gap, "seconds": solved.seconds, "solver": solved.version,
        "constraint_costs": [{**asdict(cost), "guarantee": cost.guarantee.value} for cost in solved.constraint_costs],
    }  # fmt: skip


def _hundredths(value: int) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100}" + (f",{abs(value) % 100:02}" if value % 100 else "")


def _signed(value: str) -> str:
    return value if value.startswith("-") or value == "0" else f"+{value}"


def _say_faults(faults: tuple[Any, ...]) -> None:
    for each in faults[:FAULTS_SHOWN]:
        complain(
            _("%(file)s, ligne %(line)d, colonne %(column)s : « %(value)s » ne va pas.")
            % {"file": each.file, "line": each.line, "column": each.column, "value": each.value}
        )
    if len(faults) > FAULTS_SHOWN:
        complain(_("… et %(count)d autres lignes en défaut.") % {"count": len(faults) - FAULTS_SHOWN})


def _scores(text: str) -> dict[str, list[tuple[int, int]]]:
    """Need (whole points) and people by commune, from lines of communes or of their neighbourhoods; the columns of the index of 2020 are known."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row in csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.split("\n", 1)[0] else ","):
        code, need = row.get("code") or row.get("code_iris") or "", row.get("need") or row.get("score_global") or ""
        try:
            score = (round(float(need.replace(",", "."))), int(float(row.get("population") or 0)))
        except (ValueError, OverflowError):
            continue  # a neighbourhood without a score counts for nothing
        found.setdefault(code[:5], []).append(score)
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise CommandFailed(_("%(file)s ne peut pas être lu.") % {"file": file}) from None


def _write(out: Path, files: Mapping[str, str], *, quiet: bool = False) -> None:
    for name, text in files.items():
        try:
            out.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(text, encoding="utf-8", newline="")
        except OSError:
            raise CommandFailed(_("%(file)s ne peut pas être écrit.") % {"file": out / name}) from None
        if not quiet:
            say(_("%(file)s est écrit.") % {"file": out / name})
