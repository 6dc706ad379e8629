"""Roles and what each may do: one table of permissions, for HTTP and the live connection alike."""

from collections.abc import Mapping
from enum import StrEnum, auto
from types import MappingProxyType


class Role(StrEnum):
    """What somebody signed in is (docs/api.md)."""

    STAFF = "staff"
    DRIVER = "driver"
    OPERATOR = "operator"
    HEALTH_OFFICER = "health_officer"
    ADMIN = "admin"
    DEVICE = "device"


class Permission(StrEnum):
    """One thing that a role may do; which of the things it may do it to is for dispatch.reading to say."""

    SIGN_IN = auto()
    LOOK_UP = auto()  # facilities, closed roads, the map
    FIND_PLACES = auto()
    ASK = auto()  # for vehicles, and what the requester does about a request
    SEE_REQUESTS = auto()
    SEE_FLEET = auto()
    SEE_WAYS = auto()
    SEE_AREAS = auto()
    SEE_COVERAGE = auto()
    SEE_SOP = auto()
    SEE_FIGURES = auto()
    SEE_ALL_MESSAGES = auto()
    FOLLOW = auto()  # the live connection
    KEEP_PROMISES = auto()
    ASSIGN = auto()  # and override
    APPROVE = auto()  # where a rule names the role, or what was heard by phone of whom it names
    DIVERT = auto()  # a vehicle from a lower request to a red
    CORRECT = auto()  # a step of a trip that was tapped wrongly
    TRANSFER = auto()  # a patient from one vehicle to another
    KEEP_INCIDENTS = auto()
    ANSWER_FOR_AGENCY = auto()
    CONFIRM_DEATH = auto()  # staff of the receiving facility; an operator by what a doctor said
    DRIVE = auto()  # the own vehicle's offers and duty
    STEP = auto()
    REPORT_POSITIONS = auto()
    CLOSE_ROADS = auto()
    KEEP_SOP = auto()
    REPLAY_DEMO = auto()
    END_UNREACHED = auto()  # a request as unfounded where nobody could be reached to be told


_P = Permission
_SIGNED_IN = frozenset({_P.SIGN_IN, _P.LOOK_UP, _P.FOLLOW})
_OFFICE = _SIGNED_IN | {_P.FIND_PLACES, _P.SEE_FLEET, _P.SEE_SOP}
_WATCH = _OFFICE | {_P.SEE_REQUESTS, _P.SEE_WAYS, _P.SEE_AREAS, _P.KEEP_PROMISES}
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.STAFF: _WATCH | {_P.ASK, _P.APPROVE, _P.CONFIRM_DEATH},
        Role.DRIVER: _SIGNED_IN | {_P.SEE_WAYS, _P.DRIVE, _P.STEP, _P.REPORT_POSITIONS},
        Role.OPERATOR: _WATCH
        | {
            _P.ASK,
            _P.ASSIGN,
            _P.APPROVE,
            _P.DIVERT,
            _P.CORRECT,
            _P.TRANSFER,
            _P.KEEP_INCIDENTS,
            _P.ANSWER_FOR_AGENCY,
            _P.CONFIRM_DEATH,
            _P.STEP,
            _P.SEE_ALL_MESSAGES,
            _P.SEE_COVERAGE,
            _P.SEE_FIGURES,
            _P.CLOSE_ROADS,
            _P.REPLAY_DEMO,
        },
        Role.HEALTH_OFFICER: _WATCH | {_P.ASSIGN, _P.APPROVE, _P.SEE_COVERAGE, _P.SEE_FIGURES, _P.KEEP_SOP},
        Role.ADMIN: _OFFICE | {_P.CLOSE_ROADS, _P.KEEP_SOP},
        Role.DEVICE: frozenset({_P.REPORT_POSITIONS}),
    }
)


# What no role may by itself: it is given by name to people of these roles.
BY_NAME: Mapping[Permission, frozenset[Role]] = MappingProxyType({_P.END_UNREACHED: frozenset({Role.OPERATOR})})


def may(role: Role, permission: Permission) -> bool:
    """Whether a role has a permission."""
    return permission in PERMISSIONS[role]
