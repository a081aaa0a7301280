"""The steps of an application. Whatever is typed is kept; the page says what is left to mend."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.web.applications import attachment, problem_words
from carnet.web.design.screens import show_refusal
from carnet.web.public.applications._forms import DraftForm, PaperForm, WhoForm, filled
from carnet.web.public.applications._kind import Kind, kept_first

PAPER_PROBLEMS = ("document-too-heavy", "document-unreadable", "document-locked", "structure-papers-too-many", "documents-too-many")


@dataclass(frozen=True, slots=True)
class Items:
    """What one step holds several of: where they are in the answers, their pages, their form, their operations."""

    step: Any
    list_page: str
    one_page: str
    list_template: str
    one_template: str
    form: type[DraftForm]
    typed: Callable[[DraftForm], dict[str, Any]]
    write: Callable[..., str]
    remove: Callable[..., None]
    named: str  # what their operations call an item's key
    nameless: Promise
    removed: Promise
    rows: Callable[[Mapping[str, Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class PaperWords:
    """The papers of one kind: their step, their words by kind of paper, their operations and how one is found again."""

    step: Any
    words: Mapping[Any, tuple[Promise, Promise]]
    always: Collection[Any]  # may be sent although nobody asks
    needed: Callable[[Any], Sequence[Any]]
    held: Callable[[Any], Sequence[Any]]
    add: Callable[..., int]
    remove: Callable[..., None]
    own: Callable[..., tuple[bytes, str]]
    page: str
    numbered: str  # what the view calls a paper's id
    named: str  # what the operations call it


@dataclass(frozen=True, slots=True)
class StepPages:
    """The pages of the steps of one kind."""

    kind: Kind
    write: Callable[..., None]

    def page(self, request: HttpRequest, step: Any, template: str = "", *, status: int = 200, **context: Any) -> HttpResponse:
        """The page of one step."""
        steps = list(self.kind.steps)
        standard = {"file": self.kind.file(request), "title": self.kind.titles[step], "rank": steps.index(step) + 1, "count": len(steps)}
        return self.kind.render(request, template or step.value, standard | context, status=status)

    def locked(self, request: HttpRequest) -> HttpResponseBase | None:
        """An application that was sent is only read: back to where it says so."""
        if self.kind.file(request).is_writable:
            return None
        messages.info(request, str(self.kind.words.locked))
        return self.kind.whole()

    def plain(self, request: HttpRequest, step: Any, form_class: Callable[..., DraftForm], **context: Any) -> HttpResponseBase:
        """A step of one form."""
        if (stopped := self.locked(request)) is not None:
            return stopped
        if request.method == "POST":
            self._write(request, step, form_class(request.POST).typed())
            left = self.kind.problems(request, step)
            if not left or "later" in request.POST:
                return self.kind.after(request, step)
            form = form_class(request.POST)
            form.show(left)
            return self.page(request, step, form=form, status=422, **context)
        kept, view = self.kind.file(request).answers[step.value], self.kind.file(request)
        if not self.kind.is_begun(step, view):
            return self.page(request, step, form=form_class(initial=kept), **context)
        form = filled(form_class, kept)  # type: ignore[arg-type]
        form.show(self.kind.problems(request, step))
        return self.page(request, step, form=form, **context)

    def who(self, request: HttpRequest, step: Any, form_class: type[WhoForm]) -> HttpResponseBase:
        """A number first: what the directory knows of it fills the rest."""
        if request.method != "POST" or "fill" not in request.POST:
            return self.plain(request, step, form_class)
        if (stopped := self.locked(request)) is not None:
            return stopped
        given = form_class(request.POST).typed()
        known = places.known_structure(request.POST.get("number", ""))
        if known is not None:
            found = {"name": known.name, "street": known.street, "postcode": known.postcode, "city": known.city}
            given |= {name: value for name, value in found.items() if not given.get(name)}
        self._write(request, step, given)
        form = filled(form_class, self.kind.file(request).answers["who"])
        form.show([each for each in self.kind.problems(request, step) if each.field == "number"])
        words = _("Voici ce qui est connu de ce numéro. Corrigez si besoin.") if known else ""
        text = words or _("Rien n’est encore connu de ce numéro : remplissez le reste.")
        return self.page(request, step, form=form, told="" if form.errors else text)

    def items(self, request: HttpRequest, of: Items, *, is_enough: bool = False, **context: Any) -> HttpResponseBase:
        """The items already written, and the way to add one. `is_enough`: one may go on with none."""
        if (stopped := self.locked(request)) is not None:
            return stopped
        kept = self.kind.file(request).answers[of.step.value]
        if request.method == "POST":
            if kept or is_enough or "later" in request.POST:
                return self.kind.after(request, of.step)
            return redirect(self.kind.route(f"{of.one_page}-new"))
        shown = [
            {
                "key": int(each["key"]),
                "name": each.get("name") or of.nameless,
                "rows": of.rows(each),
                "problems": [problem_words(left) for left in self.kind.problems(request, of.step, str(each["key"]))],
            }
            for each in kept
        ]
        return self.page(request, of.step, of.list_template, items=shown, **context)

    def new_item(self, request: HttpRequest, of: Items, initial: dict[str, Any] | None = None) -> HttpResponseBase:
        """Another item."""
        if (stopped := self.locked(request)) is not None:
            return stopped
        if request.method == "POST":
            key = self.kind.call(of.write, request, given=of.typed(of.form(request.POST)))
            return self._item_written(request, of, key)
        return self.page(request, of.step, of.one_template, form=of.form(initial=initial))

    def item(self, request: HttpRequest, of: Items, key: int) -> HttpResponseBase:
        """One item, to be corrected."""
        if (stopped := self.locked(request)) is not None:
            return stopped
        kept = next((each for each in self.kind.file(request).answers[of.step.value] if each["key"] == str(key)), None)
        if kept is None:
            raise Http404
        if request.method == "POST":
            self.kind.call(of.write, request, **{of.named: str(key)}, given=of.typed(of.form(request.POST)))
            return self._item_written(request, of, str(key))
        form = filled(of.form, kept)
        form.show(self.kind.problems(request, of.step, str(key)))
        return self.page(request, of.step, of.one_template, form=form)

    def remove_item(self, request: HttpRequest, of: Items, key: int) -> HttpResponseBase:
        """Take an item out."""
        self.kind.call(of.remove, request, **{of.named: str(key)})
        messages.success(request, str(of.removed))
        return redirect(self.kind.route(of.list_page))

    def papers(self, request: HttpRequest, of: PaperWords) -> HttpResponseBase:
        """The papers asked for, one at a time."""
        if (stopped := self.locked(request)) is not None:
            return stopped
        view = self.kind.file(request)
        needed, held = of.needed(view), {each.kind for each in of.held(view)}
        is_sent = request.method == "POST" and "kind" in request.POST
        if request.method == "POST" and not is_sent:
            return self.kind.after(request, of.step)
        kinds = [(each.value, of.words[each][0]) for each in kept_first(needed, held, of.always)]
        form = PaperForm(request.POST if is_sent else None, request.FILES if is_sent else None, kinds=kinds)
        if is_sent and form.is_valid():
            given = form.cleaned_data
            try:
                self.kind.call(of.add, request, kind=given["kind"], content=given["file"].read(), request_id=given["request_id"])
            except Refusal as refusal:
                show_refusal(form, refusal, dict.fromkeys(PAPER_PROBLEMS, "file"))
            else:
                names = {str(code): words[0] for code, words in of.words.items()}
                messages.success(request, _("« %(name)s » est ajouté.") % {"name": names[given["kind"]]})
                return redirect(self.kind.route(of.step.value))
        left = [each for each in self.kind.problems(request, of.step) if each.code != "document-missing"]
        context = {
            "form": form,
            "needed": [(*of.words[each], each in held) for each in needed],
            "held": [(each, getattr(each, of.numbered), of.words[each.kind][0]) for each in of.held(view)],
            "told": [problem_words(each) for each in left],
            "paper_route": self.kind.route(of.page),
            "remove_route": self.kind.route(f"{of.page}-remove"),
        }
        return self.page(request, of.step, "papers", status=422 if is_sent else 200, **context)

    def paper(self, request: HttpRequest, of: PaperWords, paper_id: int) -> HttpResponseBase:
        """One of one's own papers, to save."""
        content, media_type = of.own(**{self.kind.key: self.kind.pages.link_of(request), of.named: paper_id})
        return attachment(content, media_type, f"document-{paper_id}")

    def remove_paper(self, request: HttpRequest, of: PaperWords, paper_id: int) -> HttpResponseBase:
        """Take a paper out: it is erased at once."""
        self.kind.call(of.remove, request, **{of.named: paper_id})
        messages.success(request, _("Le document est effacé."))
        return redirect(self.kind.route(of.step.value))

    def _write(self, request: HttpRequest, step: Any, given: Mapping[str, Any]) -> None:
        self.kind.call(self.write, request, step=step, given=given)
        self.kind.pages.reloaded(request)

    def _item_written(self, request: HttpRequest, of: Items, key: str) -> HttpResponseBase:
        self.kind.pages.reloaded(request)
        left = self.kind.problems(request, of.step, key)
        if not left or "later" in request.POST:
            return redirect(self.kind.route(of.list_page))
        form = of.form(request.POST)
        form.show(left)
        # Sent again, it corrects the item just kept rather than adding one.
        return self.page(request, of.step, of.one_template, form=form, key=int(key), status=422)
