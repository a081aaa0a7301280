from django.urls import URLPattern

from carnet.web.reminders import desk, news, office

app_name = "reminders"
urlpatterns: list[URLPattern] = [*desk.urlpatterns, *news.urlpatterns, *office.urlpatterns]
