"""Keeping what was said of the future."""

from datetime import datetime

from django.db import transaction

from carnet.observatory.models import Forecast
from carnet.observatory.rules import AgreementForecast, written


@transaction.atomic
def keep_forecast(forecast: AgreementForecast, *, at: datetime) -> bool:
    """Keep the forecast of an agreement, once a day; return whether it is the first of its day. For background work, in its tenant."""
    row = Forecast(
        programme_id=forecast.programme_id,
        agreement_id=forecast.agreement_id,
        made_on=forecast.as_of,
        made_at=at,
        content=written(forecast),
    )
    kept = Forecast.objects.filter(agreement_id=forecast.agreement_id, made_on=forecast.as_of)
    if kept.exists():
        return False
    Forecast.objects.bulk_create([row], ignore_conflicts=True)  # another timer may have kept it meanwhile
    return True
