"""Tables of the observatory: what was said of the future, what is counted ahead, what people answered, what a territory decides."""

from carnet.observatory.models._forecasts import Forecast, LetterChoice, MonthlyLetter
from carnet.observatory.models._personal import PERSONAL_DATA
from carnet.observatory.models._releases import Release, ReleaseFile, ReleaseTruth

__all__ = ["PERSONAL_DATA", "Forecast", "LetterChoice", "MonthlyLetter", "Release", "ReleaseFile", "ReleaseTruth"]
