"""Which positions are believed."""

from datetime import timedelta

import pytest

from dispatch.domain.fix import Fix, FixLimits, LinkHealth, judge_fix, link_health
from geo.point import Point
from tests.people import NOW

HERE = Point(lon=106.63, lat=-6.2)


def fix(*, ago_s: float = 1.0, point: Point = HERE, accuracy_m: float | None = 10.0) -> Fix:
    at = NOW - timedelta(seconds=ago_s)
    return Fix(vehicle_id="H3", point=point, taken_at=at, received_at=NOW, accuracy_m=accuracy_m)


@pytest.mark.parametrize(
    ("new", "last", "codes"),
    [
        (fix(), None, []),
        (fix(), fix(ago_s=6), []),
        (fix(ago_s=-61), None, ["from_the_future"]),
        (fix(ago_s=86_401), None, ["too_old"]),
        (fix(accuracy_m=1_001), None, ["too_inexact"]),
        (fix(ago_s=6), fix(ago_s=6), ["not_newer"]),
        (fix(point=Point(lon=106.73, lat=-6.2)), fix(ago_s=11), ["impossible_speed"]),
        (fix(ago_s=-61, accuracy_m=5_000), None, ["from_the_future", "too_inexact"]),
    ],
)
def test_a_fix_is_refused_with_every_reason(new: Fix, last: Fix | None, codes: list[str]) -> None:
    assert [fault.code for fault in judge_fix(new, last, NOW, FixLimits())] == codes


def test_two_inexact_fixes_apart_are_no_movement() -> None:
    near = Point(lon=106.632, lat=-6.2)  # 220 m in one second, both with 200 m of error
    assert judge_fix(fix(point=near, accuracy_m=200), fix(ago_s=2, accuracy_m=200), NOW, FixLimits()) == ()


@pytest.mark.parametrize(
    ("ago_s", "health"),
    [(300, LinkHealth.LIVE), (301, LinkHealth.OLD), (1800, LinkHealth.OLD), (1801, LinkHealth.LOST)],
)
def test_link_health_follows_the_age(ago_s: float, health: LinkHealth) -> None:
    assert link_health(fix(ago_s=ago_s), NOW, FixLimits()) is health
    assert link_health(None, NOW, FixLimits()) is LinkHealth.LOST
