from django.urls import path

from carnet.web.design import views

app_name = "design"
urlpatterns = [path("", views.gallery, name="gallery")]
