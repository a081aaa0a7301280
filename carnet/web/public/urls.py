from django.urls import path
from django.views.i18n import set_language

from carnet.web.boards import public as boards
from carnet.web.counted.views import definitions
from carnet.web.design import look
from carnet.web.design import views as design
from carnet.web.doors import public, published
from carnet.web.public import (
    accessibility,
    agenda,
    anchors,
    barrier,
    bookings,
    commitments,
    complaints,
    desks,
    joining,
    month,
    opendata,
    person,
    place_page,
    places,
    reports,
    search,
    spaces,
    structures,
    views,
    widget,
    your_data,
)

app_name = "public"
urlpatterns = [
    path("", published(views.home), name="home"),
    path("places/", published(search.places), name="places"),
    path("places/imprimer/", published(search.paper), name="places-paper"),
    path("places/widget/", published(widget.widget), name="places-widget"),
    path("places/integrer/", published(widget.builder), name="places-embed"),
    path("places/<int:place_id>/", published(place_page.place), name="place"),
    path("places/<int:place_id>/erreur/", public(reports.report), name="report"),
    path("places/erreurs/", public(reports.read), name="report-read"),
    path("places/<int:place_id>/espace/", public(spaces.space), name="space"),
    path("places.csv", published(places.places_csv), name="places-csv"),
    path("places.data-inclusion.json", published(places.places_inclusion), name="places-inclusion"),
    path("agenda/", published(agenda.agenda), name="agenda"),
    path("agenda/<int:session_id>/", public(bookings.session), name="session"),
    path("agenda/<int:session_id>.ics", published(agenda.session_file), name="session-file"),
    path("agenda/lieu/<int:place_id>/", published(agenda.agenda), name="agenda-place"),
    path("agenda/lieu/<int:place_id>.ics", published(agenda.feed), name="agenda-place-feed"),
    path("agenda/lieu/<int:place_id>/mois.pdf", published(month.month_sheet), name="agenda-place-month"),
    path("agenda/reseau/<int:organisation_id>/mois.pdf", published(month.month_sheet), name="agenda-network-month"),
    path("agenda/programme/<slug:slug>/mois.pdf", published(month.month_sheet), name="agenda-programme-month"),
    path("agenda/reseau/<int:organisation_id>/", published(agenda.agenda), name="agenda-network"),
    path("agenda/reseau/<int:organisation_id>.ics", published(agenda.feed), name="agenda-network-feed"),
    path("agenda/programme/<slug:slug>/", published(agenda.agenda), name="agenda-programme"),
    path("agenda/programme/<slug:slug>.ics", published(agenda.feed), name="agenda-programme-feed"),
    path("reservation/", public(bookings.booking), name="booking"),
    path("accessibilite/", published(accessibility.statement), name="accessibility"),
    path("accessibilite/signaler/", public(barrier.report), name="barrier"),
    path("accessibilite/grille.csv", published(accessibility.grid), name="accessibility-grid"),
    path("plan/", published(accessibility.plan), name="plan"),
    path("mentions-legales/", published(views.legal), name="legal"),
    path("vos-donnees/", published(your_data.your_data), name="your-data"),
    path("chiffres/", published(views.all_figures), name="figures"),
    path("chiffres/definitions/", published(definitions), name="definitions"),
    path("chiffres/territoires/", published(boards.search), name="board-search"),
    path("chiffres/<slug:level>/<slug:code>/", published(boards.board), name="board"),
    path("chiffres/<slug:level>/<slug:code>/<slug:by>.<slug:kind>", published(boards.board_file), name="board-file"),
    path("engagements/", published(commitments.everything), name="commitments"),
    path("engagements/<slug:slug>/", published(commitments.one), name="commitments-of"),
    path("opendata/commitments.csv", published(commitments.csv_file), name="commitments-csv"),
    path("opendata/commitments.json", published(commitments.json_file), name="commitments-json"),
    path("opendata/anchors.csv", published(anchors.csv_file), name="anchors-csv"),
    path("opendata/anchors/check_anchors.py", published(anchors.script), name="anchors-script"),
    path("opendata/anchors/<int:number>.tsr", published(anchors.stamp), name="anchors-stamp"),
    path("donnees-ouvertes/journal/", published(anchors.page), name="anchors"),
    path("opendata/<slug:name>.csv", published(views.open_data), name="open-data"),
    path("opendata/catalogue.jsonld", published(opendata.catalogue), name="open-data-catalogue"),
    path("opendata/<slug:name>.zip", published(opendata.archive), name="open-data-archive"),
    path("opendata/<slug:name>/<str:file>", published(opendata.file), name="open-data-file"),
    path("donnees-ouvertes/", published(opendata.listing), name="open-data-home"),
    path("donnees-ouvertes/<slug:name>/", published(opendata.one), name="open-data-release"),
    path("theme/couleur/<str:colour>.css", public(widget.colour), name="theme-colour"),
    path("theme/<slug:slug>.css", published(views.theme), name="theme"),
    path("langue/", public(set_language), name="language"),
    path("contraste/", public(look.choose), name="contrast"),
    path("design/", public(design.gallery), name="design"),
]
urlpatterns += person.urlpatterns + complaints.urlpatterns
urlpatterns += joining.urlpatterns
urlpatterns += desks.urlpatterns
urlpatterns += structures.urlpatterns
