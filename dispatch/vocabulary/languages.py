"""The languages in which the server speaks."""

from enum import StrEnum


class Lang(StrEnum):
    """Indonesian, and English for colleagues from elsewhere."""

    ID = "id"
    EN = "en"
