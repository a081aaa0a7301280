"""What rules judge, read set by set: one module a few rules alike. Counts by place and days, never anything of a person's."""

from carnet.controls.queries.evidence._ground import Ground
from carnet.controls.queries.evidence.readers import READERS

__all__ = ["READERS", "Ground"]
