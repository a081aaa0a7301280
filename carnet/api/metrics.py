"""Counters every monitoring reads. Nothing about a person, a place or an organisation: only routes, statuses and outcomes."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("carnet_http_requests_total", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram(
    "carnet_http_seconds", "Time to answer a request.", ["route"], buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
)
REDEMPTIONS = Counter("carnet_redemptions_total", "Vouchers presented to be spent, by outcome.", ["outcome"])
GROUPED = Histogram("carnet_redemptions_grouped", "Redemptions made durable by one commit.", buckets=(1, 2, 4, 8, 16, 32, 64))
