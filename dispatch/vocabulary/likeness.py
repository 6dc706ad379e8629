"""In what two requests are alike, where they may be the same one."""

from enum import StrEnum, auto


class Alike(StrEnum):
    """One thing that two requests have in common; that somebody is to be carried is never one."""

    SAME_PLACE = auto()
    SAME_TIME = auto()
    SAME_PHONE = auto()
    SAME_NEED = auto()
