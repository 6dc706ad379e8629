"""How long what people write may be, how many of a thing, and which times: for the API and scenario files alike."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Bounds:
    """From the fewest to the most: signs of a text without the blanks around it, or things."""

    least: int
    most: int


ID = Bounds(1, 80)
ID_SIGNS = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"
PHONE_SIGNS = r"^\+?[0-9][0-9 -]{5,18}[0-9]$"
TEXT = Bounds(0, 500)
REASON = Bounds(3, 500)
NOTE = Bounds(2, 500)
TOLD = Bounds(2, 200)  # who was told of an end
CALLER = Bounds(2, 80)  # who gave an answer by phone
DOCTOR = Bounds(2, 120)
COUNT = Bounds(1, 20)  # of patients, living or dead
SEQ_MOST = 2**53  # of a device's taps: what JSON's numbers can tell apart

# Before and after these nobody dispatches, and a time zone may have offsets with seconds, which ISO 8601 cannot say.
FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)
LAST_DAY = datetime(2200, 1, 1, tzinfo=UTC)

# Control characters beside tab and line feed, and signs that turn the direction of what follows them.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
