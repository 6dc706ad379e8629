"""Who may do what, written out once by hand (docs/api.md): a permission that a role must not have is seen here."""

from dataclasses import replace

import pytest

from dispatch.domain.people import Person
from dispatch.vocabulary.roles import PERMISSIONS, Permission, Role, may

_P = Permission
STAFF, DRIVER, OPERATOR, OFFICER, ADMIN, DEVICE = Role
OFFICE = {STAFF, OPERATOR, OFFICER}
MAY: dict[Permission, set[Role]] = {
    _P.SIGN_IN: OFFICE | {DRIVER, ADMIN},
    _P.LOOK_UP: OFFICE | {DRIVER, ADMIN},
    _P.FOLLOW: OFFICE | {DRIVER, ADMIN},
    _P.FIND_PLACES: OFFICE | {ADMIN},
    _P.SEE_FLEET: OFFICE | {ADMIN},
    _P.SEE_SOP: OFFICE | {ADMIN},
    _P.SEE_REQUESTS: OFFICE,
    _P.SEE_AREAS: OFFICE,
    _P.KEEP_PROMISES: OFFICE,
    _P.SEE_WAYS: OFFICE | {DRIVER},
    _P.SEE_COVERAGE: {OPERATOR, OFFICER},
    _P.SEE_FIGURES: {OPERATOR, OFFICER},
    _P.ASSIGN: {OPERATOR, OFFICER},
    _P.APPROVE: OFFICE,
    _P.ASK: {STAFF, OPERATOR},
    _P.SEE_ALL_MESSAGES: {OPERATOR},
    _P.DIVERT: {OPERATOR},
    _P.CORRECT: {OPERATOR},
    _P.CONFIRM_DEATH: {STAFF, OPERATOR},
    _P.TRANSFER: {OPERATOR},
    _P.KEEP_INCIDENTS: {OPERATOR},
    _P.ANSWER_FOR_AGENCY: {OPERATOR},
    _P.REPLAY_DEMO: {OPERATOR},
    _P.STEP: {OPERATOR, DRIVER},
    _P.CLOSE_ROADS: {OPERATOR, ADMIN},
    _P.KEEP_SOP: {OFFICER, ADMIN},
    _P.DRIVE: {DRIVER},
    _P.REPORT_POSITIONS: {DRIVER, DEVICE},
    _P.END_UNREACHED: set(),  # given by name
}


@pytest.mark.parametrize("permission", Permission)
def test_a_permission_is_theirs_whose_it_is_and_nobody_elses(permission: Permission) -> None:
    assert {role for role in Role if may(role, permission)} == MAY[permission]


@pytest.mark.parametrize("role", Role)
def test_what_is_given_by_name_counts_for_people_of_its_role_alone(role: Role) -> None:
    person = Person(id="x", name="Orang Contoh", role=role)
    assert not person.may(_P.END_UNREACHED)
    given = replace(person, permissions=frozenset(Permission))
    assert {permission for permission in Permission if given.may(permission)} == {
        permission for permission in Permission if may(role, permission)
    } | ({_P.END_UNREACHED} if role is OPERATOR else set())


def test_every_role_has_its_row() -> None:
    assert PERMISSIONS.keys() == set(Role)
    assert MAY.keys() == set(Permission)
