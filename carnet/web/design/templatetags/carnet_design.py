"""The components, as template tags and filters: ``{% load carnet_design %}``."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.money import Euros
from carnet.parties.rules import allowed
from carnet.web.design import charts, contrast, formats, navigation, tokens
from carnet.web.design.components import Cell, Download, Figure, Row, Table, Task, Ticket

register = template.Library()

TONE_ICONS = {"success": "check", "warning": "alert", "danger": "cross", "info": "info", "neutral": "clock"}
VOUCHER_STATES = {
    "PRINTED": (gettext_lazy("En stock"), "neutral", "box"),
    "IN_STOCK": (gettext_lazy("En stock"), "neutral", "box"),
    "HANDED_OVER": (gettext_lazy("Utilisable"), "success", "check"),
    "RESERVED": (gettext_lazy("Réservé"), "info", "clock"),
    "REDEEMED": (gettext_lazy("Utilisé"), "neutral", "check"),
    "LAPSED": (gettext_lazy("Périmé"), "warning", "clock"),
    "VOID": (gettext_lazy("Annulé"), "danger", "cross"),
    "NOT_ACTIVE": (gettext_lazy("Pas encore actif"), "warning", "clock"),
}
SPENT = frozenset({"REDEEMED", "LAPSED", "VOID"})


# --- colours ----------------------------------------------------------------------------------------


@register.simple_tag
def swatch(colour: str) -> SafeString:
    """A colour shown as itself: a drawing's attribute, since no style is written in a page."""
    try:
        shown = contrast.normalise(colour)
    except contrast.ColourUnreadable:
        return SafeString("")
    return format_html(
        '<svg class="swatch" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true"><rect width="1" height="1" fill="{}"/></svg>',
        shown,
    )


@register.simple_tag
def brand_token() -> str:
    """The house's own colour, for the bar that a browser draws around an installed page."""
    return tokens.colours()["brand"]


# --- filters ----------------------------------------------------------------------------------------


@register.filter
def euros(amount: int | Euros) -> str:
    return formats.euros(amount)


@register.filter
def euros_short(amount: int | Euros) -> str:
    return formats.euros(amount, short=True)


@register.filter
def number(count: int) -> str:
    return formats.number(count)


@register.filter
def day(moment: date | datetime) -> str:
    return formats.day(moment)


@register.filter
def weekday(moment: date | datetime) -> str:
    return formats.weekday(moment)


@register.filter
def moment(at: datetime) -> str:
    return formats.moment(at)


@register.filter
def clock_time(at: datetime) -> str:
    return formats.clock_time(at)


@register.filter
def last_day(ends_at: datetime) -> str:
    return formats.last_day(ends_at)


@register.filter
def secret(digits: str) -> str:
    return formats.secret(digits)


@register.filter
def unbroken(serial: str) -> SafeString:
    """A number that stays on one line, even in a title on a phone."""
    return format_html('<span class="number">{}</span>', serial)


@register.filter
def percent_of(part: int, whole: int) -> str:
    return formats.percent(part, whole)


@register.filter
def sees(roles: Iterable[str], action: str) -> bool:
    """Whether these roles hold an action of the table of permissions: to leave out a link that would be refused."""
    return allowed(roles, action)


# --- small drawings ---------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A pictogram, always with words beside it; `size` is empty, "large" or "huge"."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "",
        static("design/pictograms.svg"),
        name,
    )


@register.simple_tag
def pill(text: str, tone: str = "neutral", drawing: str = "") -> SafeString:
    """A state in a word, an icon and a colour; tone is success, warning, danger, info or neutral."""
    return format_html('<span class="pill tone-{}">{}{}</span>', tone, icon(drawing or TONE_ICONS[tone]), text)


@register.simple_tag
def voucher_state(state: str) -> SafeString:
    """The pill of a voucher's state."""
    text, tone, drawing = VOUCHER_STATES[state.upper()]
    return pill(str(text), tone, drawing)


@register.inclusion_tag("design/ticket.html")
def ticket(drawn: Ticket) -> dict[str, Any]:
    """One voucher, drawn as a ticket."""
    return {"ticket": drawn, "is_spent": drawn.state.upper() in SPENT}


@register.inclusion_tag("design/strip.html")
def ticket_strip(value_cents: int, count: int, spent: int = 0, most: int = 12) -> dict[str, Any]:
    """A row of small tickets: `count` in all, the first `spent` of them struck through; beyond `most`, a number."""
    shown = min(count, most)
    return {
        "value_cents": value_cents,
        "tickets": [{"is_spent": rank < spent} for rank in range(shown)],
        "more": count - shown,
    }


# --- actions ----------------------------------------------------------------------------------------


@register.inclusion_tag("design/button.html")
def button(text: str, kind: str = "", drawing: str = "", name: str = "", value: str = "") -> dict[str, Any]:
    """The button that sends the form it stands in; kind is empty, "secondary", "danger" or "large"."""
    return {"text": text, "kind": kind, "drawing": drawing, "name": name, "value": value}


@register.inclusion_tag("design/link_button.html")
def link_button(url: str, text: str, kind: str = "", drawing: str = "") -> dict[str, Any]:
    """A link that looks like a button, for an address one goes to."""
    return {"url": url, "text": text, "kind": kind, "drawing": drawing}


@register.inclusion_tag("design/post_button.html", takes_context=True)
def post_button(context: Context, url: str, text: str, kind: str = "", drawing: str = "") -> dict[str, Any]:
    """A form of one button, for an act without other input."""
    return {"url": url, "text": text, "kind": kind, "drawing": drawing, "csrf_token": context.get("csrf_token", "")}


# --- blocks -----------------------------------------------------------------------------------------


@register.inclusion_tag("design/page_header.html")
def page_header(title: str, lead: str = "", back_url: str = "", back_text: str = "") -> dict[str, Any]:
    """The only h1 of a page, a sentence under it, and a way back above it."""
    return {"title": title, "lead": lead, "back_url": back_url, "back_text": back_text or _("Retour")}


@register.inclusion_tag("design/error_summary.html")
def error_summary(form: BaseForm | None) -> dict[str, Any]:
    """Every error of a form, first on the page, each leading to its field."""
    errors: list[dict[str, Any]] = []
    if form is not None and form.is_bound:
        for name, messages in form.errors.items():
            target, label = _place_of(form, name)
            asks = label.endswith("?")  # a question takes no colon
            errors += [{"text": str(message), "label": label, "asks": asks, "target": target} for message in messages]
    return {"errors": errors}


def _place_of(form: BaseForm, name: str) -> tuple[str, str]:
    """Where an error leads, and the name of its field; an error of the whole form has neither."""
    if name not in form.fields or form[name].is_hidden:
        return "", ""
    field = form[name]
    # A group of choices has no control of its own: its first choice is where the hand goes.
    return field.id_for_label or f"{field.auto_id}_0", str(field.label)


@register.inclusion_tag("design/banner.html")
def banner(text: str, tone: str = "info", title: str = "") -> dict[str, Any]:
    """A notice; tone is success, warning, danger, info or neutral."""
    return {"text": text, "tone": tone, "title": title, "drawing": TONE_ICONS[tone]}


@register.inclusion_tag("design/result.html")
def result(title: str, tone: str, text: str = "", sound: bool = False) -> dict[str, Any]:
    """The large answer at a counter: a word, an icon, a colour, and (if asked) a sound."""
    return {"title": title, "tone": tone, "text": text, "sound": sound, "drawing": TONE_ICONS[tone]}


@register.inclusion_tag("design/summary.html")
def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Names and values, one under the other."""
    return {"rows": rows}


@register.inclusion_tag("design/tasks.html")
def task_list(tasks: Sequence[Task], empty: str = "") -> dict[str, Any]:
    """What waits for you today: oldest first, one verb each. Empty, it says so."""
    return {"tasks": tasks, "empty": empty or _("Rien ne vous attend aujourd’hui.")}


@register.inclusion_tag("design/figures.html")
def figures(items: Sequence[Figure]) -> dict[str, Any]:
    """A row of figures, each with its name."""
    return {"figures": items}


@register.inclusion_tag("design/steps.html")
def steps(labels: Sequence[str], current: int) -> dict[str, Any]:
    """Where one stands in a piece of work; `current` counts from 1, and past the last all is done."""
    return {"steps": [{"label": label, "rank": rank} for rank, label in enumerate(labels, 1)], "current": current}


@register.inclusion_tag("design/empty.html")
def empty(title: str, text: str = "", url: str = "", verb: str = "") -> dict[str, Any]:
    """Nothing here yet, why, and what to do about it."""
    return {"title": title, "text": text, "url": url, "verb": verb}


@register.inclusion_tag("design/table.html")
def data_table(table: Table) -> dict[str, Any]:
    """A table with caption; on a phone each row becomes a card."""
    return {"table": table, "rows": [_labelled(table, row) for row in table.rows], "total": _labelled(table, table.total)}


def _labelled(table: Table, row: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "label": column.label,
            "kind": "number" if column.number else "code" if column.code else "",
            "cell": cell if isinstance(cell, Cell) else Cell(cell if isinstance(cell, SafeString) else str(cell)),
        }
        for column, cell in zip(table.columns, row, strict=bool(row))
    ]


@register.inclusion_tag("design/chart.html", takes_context=True)
def chart(context: Context, drawn: charts.Chart, is_open: bool = False) -> dict[str, Any]:
    """A chart or a map with the table of its numbers, folded unless `is_open`. Its style sheet comes with the first of a page."""
    request = getattr(context, "request", None)  # an included template counts on from those before it
    counted: Any = vars(request) if request is not None else context.render_context
    rank = counted["charts_drawn"] = counted.get("charts_drawn", 0) + 1
    return {**charts.for_tag(drawn, rank=rank, is_open=is_open), "is_first": rank == 1}


@register.inclusion_tag("design/downloads.html")
def downloads(files: Sequence[Download]) -> dict[str, Any]:
    """Files to take away, each with its kind."""
    return {"files": files}


@register.inclusion_tag("design/pagination.html", takes_context=True)
def pagination(context: Context, page: Page, name: str = "page", label: str = "") -> dict[str, Any]:
    """Links to the other pages of a list, keeping the filter in the address. Of several lists on a screen, each has a name and a label."""
    return {"page": page, "label": label, **navigation.pages(context["request"], page, name)}


@register.inclusion_tag("design/nav_item.html", takes_context=True)
def nav_item(context: Context, route: str, text: str) -> dict[str, Any]:
    """One entry of a role's navigation; the one being read is marked. Left out: a route that does not exist, or that a PIN does not open."""
    return {"text": text, **navigation.entry(context["request"], route)}


@register.simple_block_tag
def menu_group(content: SafeString, title: str) -> SafeString:
    """Entries of a long navigation folded under a title; nothing when the reader has none of them."""
    return render_to_string("design/menu_group.html", {"title": title, "entries": content}) if "<a " in content else SafeString("")
