"""Who may drive where by OpenStreetMap's tags: for each way of speeds, and in each direction, open, local or shut.

The rules follow the OpenStreetMap wiki's pages Key:access, Key:oneway and Key:barrier. `car` is an ambulance
without lights and sirens, `siren` one with them, `hearse` a hearse. What `siren` may pass is never less than what `car`
may: `emergency=no` shuts a way to both.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum

from geo.osm.limits import SIZES, Size, fits
from geo.osm.tags import BY_WORD, FERRY, ROADS, Tags, road_of, words_of

MODES = ("car", "siren", "hearse")
SIREN = MODES.index("siren")


class Access(IntEnum):
    """Local: for who starts or ends there, and for nobody on the way through."""

    SHUT = 0
    LOCAL = 1
    OPEN = 2


# What each of MODES may do.
Passage = tuple[Access, Access, Access]
NOWHERE: Passage = (Access.SHUT, Access.SHUT, Access.SHUT)

# From the most general to the most special: the last that is there decides.
ACCESS_KEYS = ("access", "vehicle", "motor_vehicle", "motorcar")
ONE_WAY_KEYS = ("oneway", "oneway:vehicle", "oneway:motor_vehicle", "oneway:motorcar")
# What may be said of some hours (geo.osm.hours), each with `:conditional`.
HOURS_KEYS = tuple(
    f"{key}:conditional"
    for key in (*(f"{key}{way}" for key in ACCESS_KEYS for way in ("", ":forward", ":backward")), *ONE_WAY_KEYS)
)
SHUT = frozenset(
    {
        "no", "agricultural", "forestry", "military", "psv", "bus", "taxi", "bicycle", "foot", "use_sidepath",
        "dismount", "hgv", "motorcycle", "emergency",
    }
)  # fmt: skip
# A gate stands before these: nobody drives through, with sirens or without.
PRIVATE = frozenset(
    {
        "private", "permit", "restricted", "resident", "residents", "employee", "employees", "staff", "member",
        "members", "authorized", "authorised", "owner", "owners", "student", "students",
    }
)  # fmt: skip
# Through traffic is forbidden by a sign, which does not hold with lights and sirens (UU 22/2009 art. 134 and 135).
_DESTINATION = frozenset(
    {
        "destination", "local", "delivery", "loading", "customer", "customers", "visitor", "visitors", "guest",
        "guests", "patients",
    }
)  # fmt: skip
_YES = frozenset({"yes", "designated", "official", "permissive"})
_KNOWN = SHUT | PRIVATE | _DESTINATION | _YES
# Ways that are no roads, but which a word about all vehicles opens too.
_WIDER = frozenset({"track", "pedestrian"})
_NO_CARS = ("foot", "bicycle")
_BUS_KEYS = ("bus", "psv")
_WITH_SIREN = frozenset({"bus", "psv", "emergency"})
_ONE_WAY: Mapping[str, tuple[bool, bool]] = (
    dict.fromkeys(("yes", "true", "1"), (True, False))
    | dict.fromkeys(("-1", "reverse"), (False, True))
    | dict.fromkeys(("no", "false", "0", "alternating"), (True, True))
    | {"reversible": (False, False)}
)
# What has one of these is no point of a road but something beside it that is drawn on it.
_BESIDE = ("amenity", "shop", "office", "tourism", "leisure", "entrance")
# Barriers through which a car passes, or that are opened for an ambulance.
_PASSABLE = frozenset(
    {
        "border_control", "bump_gate", "cattle_grid", "coupure", "entrance", "gate", "hampshire_gate",
        "height_restrictor", "lift_gate", "no", "rope", "sally_port", "sliding_beam",
        "sliding_gate", "spikes", "swing_gate", "toll_booth", "wicket_gate",
    }
)  # fmt: skip


def passage_of(tags: Tags) -> tuple[Passage, Passage]:
    """What each of MODES may do on a way in the order of its nodes, and against it."""
    highway = road_of(tags)
    if tags.get("area") == "yes" or highway not in (*ROADS, *BY_WORD, FERRY):
        return NOWHERE, NOWHERE
    along, against = _one_way(tags, highway, ())
    siren = _one_way(tags, highway, ("oneway:emergency",))
    return (
        _towards(tags, highway, "forward", driven=along, driven_with_siren=siren[0]),
        _towards(tags, highway, "backward", driven=against, driven_with_siren=siren[1]),
    )


def unread_one_way(tags: Tags) -> bool:
    """Whether a word says something of the directions in which a way is driven that is not understood."""
    return any(key in tags and tags[key] not in _ONE_WAY for key in (*ONE_WAY_KEYS, "oneway:emergency"))


def passes(tags: Tags, sizes: Mapping[str, Size] = SIZES) -> Passage:
    """What each of MODES may do at a node with these tags: local is what lies behind a private gate."""
    if "barrier" not in tags and any(key in tags for key in _BESIDE):
        return Access.OPEN, Access.OPEN, Access.OPEN
    said = _last_of(tags, ACCESS_KEYS, "")
    plain, siren = _level(said), _level(said, siren=True)
    if not _lets_through(tags) and (said is None or _words(said) <= PRIVATE):
        # Nobody opens these, as somebody does a private gate for an ambulance and for a hearse.
        plain = siren = Access.SHUT
    emergency = _words(tags.get("emergency"))
    if emergency & _YES:
        siren = Access.OPEN
    elif emergency & SHUT:
        plain = siren = Access.SHUT
    return narrowed((plain, max(siren, plain), plain), tags, sizes)


def narrowed(passage: Passage, tags: Tags, sizes: Mapping[str, Size]) -> Passage:
    """What each of MODES may do where vehicles must not be too wide, high or heavy."""
    car, siren, hearse = (
        here if fits(tags, sizes[mode]) else Access.SHUT for here, mode in zip(passage, MODES, strict=True)
    )
    return car, siren, hearse


def _lets_through(tags: Tags) -> bool:
    """Whether a car passes what stands at a node, if nothing is said about who may."""
    match tags.get("barrier"):
        case None:
            return True
        case "bollard":
            return tags.get("bollard") == "rising"
        case "chain":
            return tags.get("locked") == "no"
        case "kerb":
            # Of a crossing the kerb is at its side (OSRM reads it so too).
            return tags.get("kerb") != "raised" or tags.get("highway") == "crossing"
        case barrier:
            return barrier in _PASSABLE


def _towards(tags: Tags, highway: str, way: str, *, driven: bool, driven_with_siren: bool) -> Passage:
    """What each may do in one direction, `forward` or `backward`."""
    by_word = highway in BY_WORD
    said = _last_of(tags, ACCESS_KEYS[1:] if highway in _WIDER else ACCESS_KEYS[2:] if by_word else ACCESS_KEYS, way)
    if said is None and tags.get("service") == "emergency_access":
        said = "emergency"
    if said is None and highway == FERRY and _without_cars(tags):
        said = "no"
    if by_word and said is None:
        plain, siren = Access.SHUT, Access.SHUT
    else:
        plain, siren = _level(said), _level(said, siren=True)
    buses = {_level(tags[key]) for key in _BUS_KEYS if tags.get(key) in _KNOWN}
    if siren is Access.SHUT and (highway == "busway" or buses & {Access.OPEN} or _words(said) & _WITH_SIREN):
        siren = Access.OPEN
    emergency = tags.get(f"emergency:{way}", tags.get("emergency"))
    if emergency is not None and _words(emergency) & _KNOWN:
        siren = _level(emergency, siren=True)
        plain = min(plain, siren)
        driven_with_siren |= f"emergency:{way}" in tags and siren is Access.OPEN
    siren = max(siren, plain)
    here = plain if driven else Access.SHUT
    return here, siren if driven_with_siren or driven else Access.SHUT, here


def _without_cars(tags: Tags) -> bool:
    """Whether a ferry takes no cars, of which nothing is said: it names those on foot or bicycles, and no lorries."""
    return any(tags.get(key, "no") != "no" for key in _NO_CARS) and tags.get("hgv") not in _YES


def _one_way(tags: Tags, highway: str, more: Iterable[str]) -> tuple[bool, bool]:
    """Whether traffic flows along a way and against it; the most special key that is understood decides."""
    found = (True, not (tags.get("junction") in ("roundabout", "circular") or highway == "motorway"))
    for key in (*ONE_WAY_KEYS, *more):
        found = _ONE_WAY.get(tags.get(key, ""), found)
    return found


def _last_of(tags: Tags, keys: Iterable[str], way: str) -> str | None:
    """The word of the most special key, for its own direction before that for both."""
    said = None
    for key in keys:
        said = tags.get(f"{key}:{way}", tags.get(key, said)) if way else tags.get(key, said)
    return said


def _level(said: str | None, *, siren: bool = False) -> Access:
    """What a value such as `agricultural;destination` lets a vehicle do: of several words the most that one gives."""
    words = _words(said)
    if not words:
        return Access.OPEN
    return max(_level_of_word(word, siren=siren) for word in words)


def _level_of_word(word: str, *, siren: bool) -> Access:
    if word in SHUT:
        return Access.SHUT
    if word in PRIVATE or (word in _DESTINATION and not siren):
        return Access.LOCAL
    return Access.OPEN


def _words(said: str | None) -> set[str]:
    return set(words_of(said or ""))
