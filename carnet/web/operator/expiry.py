"""The end of validity, from the operator's office."""

from carnet.web.expiry.urls import operator_urls

urlpatterns = operator_urls
