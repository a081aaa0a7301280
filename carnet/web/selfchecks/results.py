"""What self-checks come to: for whoever reads a programme's figures, and in short for everybody. One query, a page, a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.observatory import queries as observatory
from carnet.observatory.operations import selfchecks
from carnet.observatory.queries import selfchecks as queries
from carnet.observatory.rules import Edition
from carnet.observatory.rules.intervals import Interval
from carnet.observatory.rules.progress import ChangeLine, Progress, Subject
from carnet.observatory.rules.selfchecks import AgeOfTables, Moment
from carnet.parties.rules import allowed, home_of
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Column, Download, Figure, Table
from carnet.web.design.screens import actor_of
from carnet.web.selfchecks import words
from carnet.web.selfchecks.forms import TermsForm
from carnet.web.spreadsheets import KINDS, Sheet, as_file

EDITIONS = {
    Edition.FIVE_DOMAINS: gettext_lazy("Cinq domaines (depuis 2021)"),
    Edition.FOUR_DOMAINS: gettext_lazy("Quatre domaines (2015 à 2019)"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One edition, in tables. `sentence`: the change in one sentence, "" when there is nothing to say."""

    edition: str
    figures: list[Figure]
    sentence: str
    tables: list[Table]


def programme_list(request: HttpRequest) -> HttpResponse:
    """The programmes whose self-checks one reads."""
    actor = actor_of(request)
    asking = queries.programmes_asking()
    rows = [
        [(each.name, reverse("selfchecks:programme", args=[each.id])), _("Oui") if each.id in asking else _("Non")]
        for each in funding.programmes(actor.programme_ids)
    ]
    lines = [{"name": name, "url": url, "asks": asks} for (name, url), asks in rows]
    return render(request, "selfchecks/programmes.html", {"office": _office(actor), "lines": lines})


def programme(request: HttpRequest, programme_id: int) -> HttpResponse:
    """Before, after, later; the same people; beside the national table; and what is to be kept in mind."""
    actor, at = actor_of(request), clock.now()
    funding_access.seen_programme(actor, programme_id)
    terms = queries.terms_of(programme_id)
    may_decide = allowed(actor.roles, "observatory.decide-self-checks")
    context = {
        "office": _office(actor),
        "programme": funding.programme(programme_id),
        "terms": terms,
        "terms_form": TermsForm(initial={"edition": terms.edition.value if terms else Edition.FIVE_DOMAINS.value, "request_id": uuid4()})
        if may_decide
        else None,
        "progress": [tables_of(each) for each in queries.progress(actor, programme_id=programme_id, at=at)],
        "kept": queries.latest_keeping(programme_id),
        "files": [
            Download(_("Ces tableaux"), reverse("selfchecks:programme-file", args=[programme_id, kind]), kind.upper()) for kind in KINDS
        ],
    }
    return render(request, "selfchecks/programme.html", context)


@require_POST
def decide(request: HttpRequest, programme_id: int) -> HttpResponseBase:
    """Ask, or stop asking."""
    actor, form = actor_of(request), TermsForm(request.POST)
    funding_access.seen_programme(actor, programme_id)
    if form.is_valid():
        selfchecks.decide_self_checks(
            programme_id=programme_id, is_on="off" not in request.POST, edition=Edition(form.cleaned_data["edition"]), actor=actor,
            request_id=form.cleaned_data["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(request, _("C’est noté."))
    return redirect("selfchecks:programme", programme_id)


def programme_file(request: HttpRequest, programme_id: int, kind: str) -> HttpResponseBase:
    """The same figures as a file, one line a figure."""
    actor, at = actor_of(request), clock.now()
    if kind not in KINDS:
        raise Http404
    found = funding_access.seen_programme(actor, programme_id)
    lines = [line for each in queries.progress(actor, programme_id=programme_id, at=at) for line in _lines(each)]
    return as_file(kind, f"faire-le-point-{found.slug}", Sheet(_("Faire le point"), _headings(), lambda: lines), actor)


def published(request: HttpRequest) -> HttpResponse:
    """The summary for everybody: programmes that ask, answers finished before this month."""
    at = clock.now()
    told = []
    for each in observatory.published_programmes():
        shown = [tables_of(one) for one in queries.published_progress(each.id, at=at)]
        if shown:
            told.append({"programme": each, "progress": shown})
    return render(request, "selfchecks/published.html", {"told": told})


def _office(actor: Actor) -> str:
    return f"{home_of(actor.roles).split(':')[0]}/office.html"


# --- in tables --------------------------------------------------------------------------------------------------


def tables_of(progress: Progress) -> Shown:
    """An edition's shares, changes and ages, as tables."""
    tables = [_shares(progress)]
    tables += [_changes(progress, moment) for moment in (Moment.AFTER, Moment.LATER) if _any_pair(progress, moment)]
    if progress.edition is Edition.FIVE_DOMAINS:
        tables += _beside(progress)
    return Shown(str(EDITIONS[progress.edition]), _figures(progress), _sentence(progress), tables)


def _subject(subject: Subject) -> str:
    return _("Au moins l’essentiel partout") if subject is None else words.domain_name(subject)


def _share(interval: Interval | None) -> str:
    if interval is None:
        return _("caché")
    return _("%(share)s (%(low)s à %(high)s)") % {
        "share": _percent(interval.value), "low": _percent(interval.low), "high": _percent(interval.high),
    }  # fmt: skip


def _percent(share: float) -> str:
    return formats.basis_points(round(share * 100) * 100)


def _signed(share: float) -> str:
    whole = round(share * 100)
    return f"−{formats.number(-whole)}" if whole < 0 else f"{'+' if whole else ''}{formats.number(whole)}"


def _points(share: float) -> str:
    return _("%(points)s points") % {"points": _signed(share)}


def _shares(progress: Progress) -> Table:
    asked = [moment for moment in Moment if progress.asked[moment] != 0]
    by = {(line.subject, line.moment): line.interval for line in progress.shares}
    subjects = list(dict.fromkeys(line.subject for line in progress.shares))
    rows = [[_subject(subject), *(_share(by[subject, moment]) for moment in asked)] for subject in subjects]
    return Table(
        _("Part des personnes qui font au moins une chose du domaine, et son intervalle à 95 %"),
        [Column(_("Domaine")), *(Column(str(words.MOMENTS[moment]), number=True) for moment in asked)],
        rows if asked else [],
        empty=_("Personne n’a encore répondu."),
    )


def _any_pair(progress: Progress, moment: Moment) -> bool:
    return any(line.moment is moment and line.count for line in progress.changes)


def _changes(progress: Progress, moment: Moment) -> Table:
    rows = [
        [_subject(line.subject), _kept(line.before), _kept(line.after), *_moved(line), _clear(line)]
        for line in progress.changes
        if line.moment is moment
    ]
    caption = (
        _("Les mêmes personnes, avant et après les leçons")
        if moment is Moment.AFTER
        else _("Les mêmes personnes, avant et six mois plus tard")
    )
    columns = [
        Column(_("Domaine")), Column(_("Avant"), number=True), Column(_("Ensuite"), number=True), Column(_("Changement"), number=True),
        Column(_("À 95 %"), number=True), Column(_("Par hasard ?")),
    ]  # fmt: skip
    return Table(caption, columns, rows)


def _moved(line: ChangeLine) -> list[str]:
    if line.change is None:
        return [_("caché"), "–"]
    return [_points(line.change.value), _("%(low)s à %(high)s") % {"low": _signed(line.change.low), "high": _signed(line.change.high)}]


def _kept(share: float | None) -> str:
    return _("caché") if share is None else _percent(share)


def _clear(line: ChangeLine) -> str:
    if line.change is None:
        return "–"
    return _("Peu probable") if line.is_clear else _("Possible")


def _beside(progress: Progress) -> list[Table]:
    """Everybody here beside everybody from 16 to 74; then each age that enough people ticked."""
    by = {(line.subject, line.age): line.interval for line in progress.ages}
    by |= {(line.subject, AgeOfTables.NOT_SAID): line.interval for line in progress.shares if line.moment is Moment.BEFORE}
    subjects = list(dict.fromkeys(line.subject for line in progress.ages))
    ages = [AgeOfTables.NOT_SAID, AgeOfTables.FROM_16_TO_24, AgeOfTables.FROM_25_TO_54, AgeOfTables.FROM_55_TO_74]
    return [
        _beside_age(age, {subject: by[subject, age] for subject in subjects}) for age in ages if any(by[each, age] for each in subjects)
    ]


def _beside_age(age: AgeOfTables, ours: Mapping[Subject, Interval | None]) -> Table:
    national = queries.national_skills()
    rows = [
        [
            _subject(subject), _percent(interval.value) if interval else _("caché"),
            _("%(low)s à %(high)s") % {"low": _percent(interval.low), "high": _percent(interval.high)} if interval else "–",
            _percent(float(national[subject, age]) / 100),
        ]
        for subject, interval in ours.items()
    ]  # fmt: skip
    named = _("16 à 74 ans") if age is AgeOfTables.NOT_SAID else str(words.AGES[age])
    caption = (
        _("Avant les leçons, tout le monde ici, à côté de l’enquête nationale (Eurostat)")
        if age is AgeOfTables.NOT_SAID
        else _("Avant les leçons, %(age)s, à côté de l’enquête nationale (Eurostat)") % {"age": named}
    )
    columns = [
        Column(_("Domaine")), Column(_("Ici"), number=True), Column(_("À 95 %"), number=True),
        Column(_("France 2025, %(age)s") % {"age": named}, number=True),
    ]  # fmt: skip
    return Table(caption, columns, rows)


def _figures(progress: Progress) -> list[Figure]:
    return [
        Figure(_("moins de 5") if count is None else formats.number(count), str(words.MOMENTS[moment]))
        for moment, count in progress.asked.items()
    ]


def _sentence(progress: Progress) -> str:
    """The change over all domains, in one sentence."""
    lines = [line for line in progress.changes if line.subject is None and line.change is not None]
    if not lines:
        return ""
    line = lines[-1]
    assert line.change is not None
    facts = {
        "count": formats.number(line.count), "change": _points(line.change.value), "low": _points(line.change.low),
        "high": _points(line.change.high),
    }  # fmt: skip
    if line.is_clear:
        return _("Parmi %(count)s personnes qui ont répondu deux fois : %(change)s pour l’essentiel (de %(low)s à %(high)s).") % facts
    return (
        _("Parmi %(count)s personnes qui ont répondu deux fois, le changement peut venir du hasard : %(change)s (de %(low)s à %(high)s).")
        % facts
    )


def _headings() -> list[str]:
    return [
        _("Édition"), _("Tableau"), _("Domaine"), _("Moment"), _("Âge"), _("Personnes"), _("Part en %"), _("Bas à 95 %"), _("Haut à 95 %"),
        _("Changement en points"), _("Bas"), _("Haut"), _("Probabilité du hasard (McNemar exact)"),
    ]  # fmt: skip


def _lines(progress: Progress) -> Iterable[list[Any]]:
    edition = progress.edition.value
    for share in progress.shares:
        count = progress.asked[share.moment]
        yield [
            edition,
            _("Parts"),
            _subject(share.subject),
            str(words.MOMENTS[share.moment]),
            "",
            _shown(count),
            *_of(share.interval, count),
            "",
            "",
            "",
            "",
        ]
    for change in progress.changes:
        # Nothing of nobody; hidden where the change is.
        untold = "" if change.change or change.count == 0 else _("caché")
        chance = untold if change.chance is None else _decimal(float(change.chance), 4)
        count = change.count if change.change is not None or change.count == 0 else None
        yield [
            edition, _("Les mêmes personnes"), _subject(change.subject), str(words.MOMENTS[change.moment]), "", _shown(count),
            "", "", "", *_of(change.change, change.count), chance,
        ]  # fmt: skip
    for line in progress.ages:
        yield [
            edition, _("Par âge"), _subject(line.subject), str(words.MOMENTS[Moment.BEFORE]), str(words.AGES[line.age]),
            _shown(line.count if line.interval or line.count == 0 else None), *_of(line.interval, line.count), "", "", "", "",
        ]  # fmt: skip


def _shown(count: int | None) -> str | int:
    return _("caché") if count is None else count


def _of(interval: Interval | None, count: int | None) -> Sequence[str | Decimal]:
    """A share and its bounds in per cent; hidden, as on the page, when they are; nothing of nobody."""
    if interval is None:
        return ["" if count == 0 else _("caché")] * 3
    return [_decimal(100 * each, 1) for each in (interval.value, interval.low, interval.high)]


def _decimal(figure: float, places: int) -> Decimal:
    return Decimal(f"{figure:.{places}f}")
