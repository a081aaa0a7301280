"""A desk leaves a programme, or changes its mind."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _

from carnet.distribution import operations
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.prescriber.membership import Confirm


class Leave(Confirm):
    """Say that the desk leaves."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Quitter « %(programme)s » ?") % {"programme": self.desk.programme.name},
            lead=_("Vos remises seront refusées aussitôt. Vous rendez vos carnets, puis votre participation se termine."),
            rows=[Row(_("Carnets à rendre"), formats.number(self.desk.left_to_return))],
            verb=_("Quitter"), kind="danger", **more,
        )  # fmt: skip

    def perform(self, form: OperationForm) -> HttpResponseBase:
        given = {"actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()}
        operations.leave(**self.about, **given)
        return self.done(_("Votre départ est noté. Rendez vos carnets : le colis est préparé dans « Mon stock »."))


class Stay(Confirm):
    """Change one's mind."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Rester finalement ?"), lead=_("Vous pourrez de nouveau remettre des carnets. Les carnets déjà rendus restent rendus."),
            rows=[], verb=_("Rester"), kind="", **more,
        )  # fmt: skip

    def perform(self, form: OperationForm) -> HttpResponseBase:
        given = {"actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()}
        operations.stay(**self.about, **given)
        return self.done(_("Vous restez guichet."))


_leave = door("distribution.leave")

urlpatterns = [
    path("part/<int:programme_id>/leave/", _leave(Leave.as_view()), name="part-leave"),
    path("part/<int:programme_id>/stay/", _leave(Stay.as_view()), name="part-stay"),
]
