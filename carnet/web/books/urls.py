"""Addresses of the accountants' books."""

from django.urls import path

from carnet.web.books import views
from carnet.web.doors import door

app_name = "books"
_see = door("settlement.see-books")
_OF_AGREEMENT = "agreements/<int:agreement_id>"
urlpatterns = [
    path("", door("home.books")(views.home), name="home"),
    path("agreements/", _see(views.home), name="agreements"),
    path(f"{_OF_AGREEMENT}/", _see(views.agreement), name="agreement"),
    path(f"{_OF_AGREEMENT}/<slug:book>/", _see(views.book), name="book"),
    path(f"{_OF_AGREEMENT}/<slug:book>.pdf", _see(views.book_paper), name="book-paper"),
    path(f"{_OF_AGREEMENT}/<slug:book>.csv", _see(views.book_file), name="book-file"),
    path(f"{_OF_AGREEMENT}/<slug:book>/draw-up/", door("settlement.draw-up-books")(views.DrawUp.as_view()), name="draw-up"),
    path("kept/<int:book_id>/", _see(views.kept), name="kept"),
    path("kept/<int:book_id>.pdf", _see(views.kept_paper), name="kept-paper"),
    path("kept/<int:book_id>.csv", _see(views.kept_file), name="kept-file"),
]
