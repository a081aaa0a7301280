"""The operator's office: programmes and agreements, orders, places, stock, payments, closing.

One module per subject, each with its own `urlpatterns`; `urls.py` gathers them. Pages extend `operator/office.html`.
"""
