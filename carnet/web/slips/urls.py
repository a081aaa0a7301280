from django.urls import URLPattern

from carnet.web.slips import leaflets, papers, translations, views

app_name = "slips"
urlpatterns: list[URLPattern] = [*leaflets.urlpatterns, *views.urlpatterns, *papers.urlpatterns, *translations.urlpatterns]
