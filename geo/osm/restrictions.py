"""Turn restrictions of OpenStreetMap (the wiki's pages Relation:restriction and Conditional restrictions)."""

from collections.abc import Iterable
from dataclasses import dataclass

from geo.osm.access import MODES
from geo.osm.hours import between, clauses, is_always, read_hours
from geo.osm.left_out import LeftOut
from geo.osm.tags import Tags, words_of

# What a relation may be of, to say something to an ambulance.
TYPES = ("restriction", "restriction:motorcar", "restriction:motor_vehicle")
KINDS = frozenset(
    {
        "no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit",
        "only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn",
    }
)  # fmt: skip
KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
CONDITIONAL_KEYS = tuple(f"{key}:conditional" for key in KEYS)
ONCE_KEYS = ("day_on", "day_off", "hour_on", "hour_off")
# Who is let off by a word in `except`.
_EXEMPT = {
    "motorcar": frozenset(MODES),
    "motor_vehicle": frozenset(MODES),
    "vehicle": frozenset(MODES),
    "emergency": frozenset({"siren"}),
}


@dataclass(frozen=True, slots=True)
class Restriction:
    """A turn restriction: its kind such as `no_left_turn`, the numbers of its ways, its via as one node or as ways in
    the order in which they are driven, which of MODES it holds for, and its hours as they are written ("" for always).
    """

    kind: str
    from_ways: tuple[int, ...]
    via_node: int | None
    via_ways: tuple[int, ...]
    to_ways: tuple[int, ...]
    modes: frozenset[str]
    hours: str = ""


def restriction_of(tags: Tags) -> str | None:
    """The kind of a restriction that holds always, or None; one that is not one of KINDS forbids nothing."""
    kind = next((tags[key] for key in KEYS if key in tags), None)
    return None if kind in (None, "none", "") or not bound(tags) else kind


def bound(tags: Tags) -> frozenset[str]:
    """Which of MODES a restriction holds for."""
    words = words_of(tags.get("except", ""))
    return frozenset(MODES).difference(*(_EXEMPT.get(word, frozenset()) for word in words))


def read_restriction(tags: Tags, members: Iterable[tuple[str, str, int]], left_out: LeftOut) -> tuple[Restriction, ...]:
    """The restrictions of a relation by its tags and its members as kind (n, w), role and number; counts what is none.

    One with several members where one is meant forbids nothing: nobody knows which of them it means.
    """
    if tags.get("type") not in TYPES:
        return ()
    found = _kinds(tags, left_out)
    if not found:
        return ()
    by_role: dict[tuple[str, str], list[int]] = {}
    for kind, role, number in members:
        by_role.setdefault((kind, role.strip().lower()), []).append(number)
    from_ways, to_ways = by_role.get(("w", "from"), []), by_role.get(("w", "to"), [])
    nodes, ways = by_role.get(("n", "via"), []), by_role.get(("w", "via"), [])
    kept = []
    for kind, hours in found:
        if not from_ways or not to_ways or len(nodes) + bool(ways) != 1:
            left_out.add("turn restrictions without their from, via and to")
        elif (len(from_ways) > 1 and kind != "no_entry") or (len(to_ways) > 1 and kind != "no_exit"):
            left_out.add("turn restrictions with several from or to")
        else:
            via = nodes[0] if nodes else None
            kept.append(Restriction(kind, tuple(from_ways), via, tuple(ways), tuple(to_ways), bound(tags), hours))
    return tuple(kept)


def _kinds(tags: Tags, left_out: LeftOut) -> list[tuple[str, str]]:
    """The kinds with their hours, of those who are not let off."""
    found = []
    if (kind := restriction_of(tags)) is not None:
        found.append((kind, _between_hours(tags, left_out)))
    conditional = next((tags[key] for key in CONDITIONAL_KEYS if key in tags), None)
    if conditional is not None and bound(tags):
        parts = clauses(conditional)
        for kind, hours in parts or ():
            if read_hours(hours) is None:
                parts = None
            elif kind == "none":
                left_out.add("hours at which a turn restriction does not hold: it is held at all")
            else:
                found.append((kind, "" if is_always(hours) else hours))
        if parts is None:
            left_out.add("turn restrictions at hours that cannot be read")
    found = list(dict.fromkeys(found))
    known = [one for one in found if one[0] in KINDS]
    for _ in range(len(found) - len(known)):
        left_out.add("turn restrictions of a kind that forbids nothing")
    return known


def _between_hours(tags: Tags, left_out: LeftOut) -> str:
    """The hours of `hour_on`, `hour_off`, `day_on` and `day_off`, as these were written once; "" for always."""
    if not any(key in tags for key in ONCE_KEYS):
        return ""
    hours = between(*(tags.get(key, "") for key in ONCE_KEYS))
    if read_hours(hours) is None:
        left_out.add("hours of a turn restriction that cannot be read: it is held at all")
        return ""
    return "" if is_always(hours) else hours
