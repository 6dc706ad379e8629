"""What people paste is read as the position that they mean, or it is said why there is none in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.places.pasted import INDONESIA, Trouble, read_pasted

LAT, LON = -6.2001, 106.6280
HERE = (LAT, LON)
INSIDE = st.tuples(st.floats(INDONESIA[1], INDONESIA[3]), st.floats(INDONESIA[0], INDONESIA[2]))


def where(text: str) -> tuple[float, float] | None:
    found = read_pasted(text)
    return None if found is None or found.point is None else (found.point.lat, found.point.lon)


@pytest.mark.parametrize(
    "text",
    [
        "-6.2001, 106.6280",
        "  -6.2001 106.6280 ",
        "(-6.2001,106.6280)",
        "-6,2001; 106,6280",
        "-6,2001 106,6280",
        "−6.2001, 106.6280",
        "106.6280, -6.2001",
        "Lat: -6.2001, Long: 106.6280",
        "longitude=106.6280 latitude=-6.2001",
        "6.2001 S, 106.6280 E",
        "S 6.2001 E 106.6280",
        "6.2001°LS 106.6280°BT",
        "106.6280 BT, 6.2001 LS",
        "geo:-6.2001,106.6280",
        "geo:-6.2001,106.6280,12;crs=wgs84;u=35",
        "geo:0,0?q=-6.2001,106.6280(Rumah%20Contoh)",
        "geo:-6.2001,106.6280?z=17",
        "https://www.google.com/maps/@-6.2001,106.6280,17z",
        "https://www.google.com/maps/place/Contoh/@-6.3,106.7,17z/data=!3m1!4b1!4m6!8m2!3d-6.2001!4d106.6280",
        "https://www.google.com/maps/search/-6.2001,+106.6280?entry=tts",
        "https://www.google.com/maps/search/?api=1&query=-6.2001%2C106.6280",
        "https://maps.google.com/?q=-6.2001,106.6280",
        "https://maps.google.com/maps?q=-6.2001%2C106.6280&z=17&hl=id",
        "https://maps.google.com/maps?q=loc:-6.2001,106.6280",
        "https://www.google.co.id/maps/dir//-6.2001,106.6280/@-6.3,106.7,12z",
        "https://www.google.com/maps/dir/?api=1&destination=-6.2001,106.6280",
        "https://www.openstreetmap.org/?mlat=-6.2001&mlon=106.6280#map=12/-6.3/106.7",
        "https://www.openstreetmap.org/#map=17/-6.2001/106.6280",
        "https://www.openstreetmap.org/node/123#map=19/-6.2001/106.6280",
        "https://waze.com/ul?ll=-6.2001,106.6280&navigate=yes",
        "https://www.waze.com/ul?ll=-6.2001%2C106.6280&zoom=17",
        "https://www.waze.com/live-map/directions?to=ll.-6.2001%2C106.6280",
        "https://maps.apple.com/?ll=-6.2001,106.6280&q=Contoh",
        "https://maps.apple.com/?q=Contoh&ll=-6.2001,106.6280",
        "https://maps.apple.com/place?coordinate=-6.2001,106.6280&name=Contoh",
        "maps.google.com/?q=-6.2001,106.6280",
        "Lokasi pasien: https://maps.google.com/?q=-6.2001,106.6280 (rumah cat hijau)",
    ],
)
def test_a_position_is_understood_as_services_and_people_write_it(text: str) -> None:
    assert where(text) == HERE


@pytest.mark.parametrize(
    "text",
    [
        "6°12'0.4\"S 106°37'40.8\"E",
        "6° 12' 0.4\" S, 106° 37' 40.8\" E",
        "6°12′0.4″S 106°37′40.8″E",
        "6°12’0,4” LS 106°37’40,8” BT",
        "106°37'40.8\"E 6°12'0.4\"S",
        "S 6°12'0.4\" E 106°37'40.8\"",
        "6°12'0.4''S 106°37'40.8''E",
        "-6°12'0.4\", 106°37'40.8\"",
        "6°12.00667'S 106°37.68'E",
        (
            "https://www.google.com/maps/place/6%C2%B012'00.4%22S+106%C2%B037'40.8%22E/@-6.3,106.7,17z/"
            "data=!4m4!3m3!8m2!3d-6.2001111!4d106.628"
        ),
    ],
)
def test_degrees_minutes_and_seconds_are_understood(text: str) -> None:
    found = read_pasted(text)
    assert found is not None
    assert where(text) == pytest.approx((-6.2001111, 106.628), abs=2e-7)
    assert found.name == ""


def test_a_longitude_written_first_is_noticed_and_told() -> None:
    for text, swapped in (("106.6280,-6.2001", True), ("-6.2001,106.6280", False), ("41.15,-8.61", False)):
        found = read_pasted(text)
        assert found is not None
        assert found.swapped is swapped
    porto = read_pasted("-8.61, 41.15", (-8.8, 41.0, -8.4, 41.3))
    assert porto is not None
    assert porto.point is not None
    assert (porto.point.lat, porto.swapped) == (41.15, True)


def test_what_a_link_calls_its_place_is_kept() -> None:
    for link in (
        "geo:0,0?q=-6.2001,106.6280(Rumah%20Contoh)",
        "https://www.google.com/maps/place/Rumah+Contoh/@-6.2001,106.6280,17z",
    ):
        found = read_pasted(link)
        assert found is not None
        assert found.name == "Rumah Contoh"


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("https://maps.app.goo.gl/AbCdEf123", Trouble.SHORT_LINK),
        ("https://goo.gl/maps/AbCdEf", Trouble.SHORT_LINK),
        ("https://osm.org/go/4Z6Xyz--", Trouble.SHORT_LINK),
        ("https://waze.com/ul/hqqgu7abc", Trouble.SHORT_LINK),
        ("https://maps.apple/p/AbCdEf", Trouble.SHORT_LINK),
        ("Lokasi: https://maps.app.goo.gl/AbCdEf123?g_st=aw", Trouble.SHORT_LINK),
        ("https://www.google.com/maps/place/Puskesmas+Contoh", Trouble.LINK_WITHOUT_POINT),
        ("https://example.org/", Trouble.LINK_WITHOUT_POINT),
        ("geo:0,0?q=Jalan%20Contoh", Trouble.LINK_WITHOUT_POINT),
        ("geo:", None),
        ("-96.2001, 106.6280 S", Trouble.NO_PLACE_ON_EARTH),
        ("96.1 S 106.6 E", Trouble.NO_PLACE_ON_EARTH),
        ("200.5, 300.5", Trouble.NO_PLACE_ON_EARTH),
        ("6.2 S 106.6 S", Trouble.NO_PLACE_ON_EARTH),
        ("https://maps.google.com/?q=-96.2,206.6", Trouble.NO_PLACE_ON_EARTH),
    ],
)
def test_what_holds_no_position_is_named_as_such(text: str, trouble: Trouble | None) -> None:
    found = read_pasted(text)
    assert (found.trouble if found else None) == trouble
    assert where(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Cikokol",
        "Jalan Raya 12",
        "Gang 3 5 6",
        "3 5",
        "Jl. Melati No. 12 RT 3",
        "12",
        "081234567890",
        "RS. Contoh",
        "Blok A/12",
    ],
)
def test_names_and_addresses_are_no_positions(text: str) -> None:
    assert read_pasted(text) is None


@given(INSIDE, st.booleans(), st.sampled_from([", ", ",", " ", "; "]))
def test_every_place_of_the_country_is_read_in_either_order(
    place: tuple[float, float], swapped: bool, between: str
) -> None:
    lat, lon = place
    first, second = (lon, lat) if swapped else (lat, lon)
    found = read_pasted(f"{first:.6f}{between}{second:.6f}")
    assert found is not None
    assert found.point is not None
    assert (found.point.lat, found.point.lon) == pytest.approx(place, abs=1e-6)
    assert found.swapped is swapped


@given(
    st.text(max_size=80) | st.from_regex(r"(geo:|https://maps\.google\.com/\?q=)[-0-9.,()?&=a-z]{0,30}", fullmatch=True)
)
def test_no_text_breaks_the_reader(text: str) -> None:
    found = read_pasted(text)
    if found is not None:
        assert (found.point is None) == (found.trouble is not None)
