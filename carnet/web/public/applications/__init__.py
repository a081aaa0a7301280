"""The pages of every application: the way in, the steps, the whole. Each kind says its words, its forms and its operations; no more."""

from carnet.web.public.applications._file import FilePages
from carnet.web.public.applications._forms import AppealForm, DraftForm, PaperForm, WhoForm, YesForm, filled
from carnet.web.public.applications._kind import Kind, Words
from carnet.web.public.applications._start import StartPages
from carnet.web.public.applications._steps import Items, PaperWords, StepPages

__all__ = [
    "AppealForm",
    "DraftForm",
    "FilePages",
    "Items",
    "Kind",
    "PaperForm",
    "PaperWords",
    "StartPages",
    "StepPages",
    "WhoForm",
    "Words",
    "YesForm",
    "filled",
]
