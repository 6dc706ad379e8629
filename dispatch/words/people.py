"""What people are called."""

_BEFORE_NAMES = frozenset(
    {"bapak", "pak", "bpk", "ibu", "bu", "haji", "hj", "hajah", "mas", "bang", "kang", "sopir", "supir"}
)


def first_name(name: str) -> str:
    """The name by which somebody is called: the first of theirs that is no title or initial, else all of it."""
    names = name.split()
    return next((one for one in names if not one.endswith(".") and one.casefold() not in _BEFORE_NAMES), name)
