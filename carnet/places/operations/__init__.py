"""Writing the directory: files imported, programmes accepted, places run and ended."""

from carnet.places.operations._acceptance import accept_programme, attach_operator, end_acceptance, end_place
from carnet.places.operations._imports import check_place_file, import_places

__all__ = ["accept_programme", "attach_operator", "check_place_file", "end_acceptance", "end_place", "import_places"]
