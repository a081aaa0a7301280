"""When a programme's keys may be drawn anew, and when a version may be ended. Vouchers never depend on either."""

from collections.abc import Collection
from typing import ClassVar

from carnet.issuing.rules._orders import IssuingRefused


class KeyVersionUnknown(IssuingRefused):
    """The ring holds no such version of that programme's keys. Facts: version."""

    code: ClassVar[str] = "key-version-unknown"


class KeyVersionCurrent(IssuingRefused):
    """The version that the next edition would use: new keys are drawn first. Facts: version."""

    code: ClassVar[str] = "key-version-current"


def check_endable(version: int, *, versions: Collection[int]) -> None:
    """Whether a version may be ended: known, and not the one that signs the next edition.

    Raises: KeyVersionUnknown, KeyVersionCurrent.
    """
    if version not in versions:
        raise KeyVersionUnknown(version=version)
    if version == max(versions):
        raise KeyVersionCurrent(version=version)
