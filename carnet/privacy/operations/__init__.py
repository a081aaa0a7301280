"""Writes about people's data: erasing, correcting, the nights."""

from carnet.privacy.operations._correcting import correct
from carnet.privacy.operations._erasing import Again, Done, again, erase, resume
from carnet.privacy.operations._keeping import Night, keep_in_time, tend_keys

__all__ = ["Again", "Done", "Night", "again", "correct", "erase", "keep_in_time", "resume", "tend_keys"]
