"""What people are called."""

import pytest

from dispatch.words.people import first_name


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Budi Contoh", "Budi"),
        ("H. Budi Contoh", "Budi"),
        ("Bapak Budi", "Budi"),
        ("Sopir Budi Contoh", "Budi"),
        ("Hj. Ibu Siti Contoh", "Siti"),
        ("Slamet", "Slamet"),
        ("dr. Sp.A. Rina Contoh", "Rina"),
        ("Pak", "Pak"),
        ("M.", "M."),
    ],
)
def test_somebody_is_called_by_the_first_name_that_is_no_title(name: str, called: str) -> None:
    assert first_name(name) == called
