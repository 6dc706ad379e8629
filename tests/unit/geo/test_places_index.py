"""A place is found by its words or their beginnings, in any order and with typing mistakes, however it is written."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.places.index import PlaceIndex
from geo.places.place import FoundKind, NamedPlace
from geo.point import Point
from geo.sample.facts import AGENCY_NAMES, SampleVillage, list_facilities, list_villages

HERE = Point(lon=106.6, lat=-6.2)
PLACES = tuple(
    [NamedPlace(name=f.name, detail=AGENCY_NAMES[f.agency], point=f.point) for f in list_facilities()]
    + [
        NamedPlace(name=v.name, detail=f"Kec. {v.district}", point=v.point, kind=FoundKind.VILLAGE)
        for v in list_villages()
    ]
)
INDEX = PlaceIndex(PLACES)


def names(text: str, limit: int = 10) -> list[str]:
    return [hit.place.name for hit in INDEX.find(text, limit)]


def only(*found: str) -> PlaceIndex:
    return PlaceIndex([NamedPlace(name=name, detail="", point=HERE) for name in found])


def test_a_name_that_is_the_text_comes_before_longer_ones() -> None:
    assert names("cikokol")[:2] == ["Cikokol", "Puskesmas Cikokol"]
    assert names("puskesmas ciko") == ["Puskesmas Cikokol"]


def test_words_are_found_in_any_order_and_with_any_signs() -> None:
    assert names("CIKOKOL puskesmas") == ["Puskesmas Cikokol"]
    assert "Masjid Raudhatul Qur'an" in names("raudhatul qur an")
    assert "Masjid Raudhatul Qur'an" in names("masjid raudhatul quran")


def test_the_detail_tells_places_of_one_name_apart() -> None:
    assert len([name for name in names("babakan") if name == "Babakan"]) == 3
    assert INDEX.find("babakan kec setu")[0].place.detail == "Kec. Setu"


@pytest.mark.parametrize("text", ["", " .,", "''", "qqxxzz vvwwyy"])
def test_a_text_without_words_or_like_no_name_finds_nothing(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pkm cikokl", "Puskesmas Cikokol"),
        ("kelurahan cikokl", "Cikokol"),
        ("kel. cikokol kota tangerang", "Cikokol"),
        ("puksesmas cikokol", "Puskesmas Cikokol"),
        ("cik okol", "Cikokol"),
        ("pamulnag barat", "Pamulang Barat"),
        ("pondokcabe ilir", "Pondok Cabe Ilir"),
        ("karangtengah", "Karang Tengah"),
    ],
)
def test_names_are_found_as_people_mistype_them(typed: str, meant: str) -> None:
    assert meant in names(typed)[:3]


def test_short_forms_old_spelling_and_house_numbers_do_not_matter() -> None:
    roads = only("Jalan Soekarno-Hatta", "Jalan Ir. H. Djuanda", "Gang Mawar III", "Jalan Melati")
    for typed, meant in (
        ("jl sukarno hatta", "Jalan Soekarno-Hatta"),
        ("jln juanda no 118", "Jalan Ir. H. Djuanda"),
        ("gg mawar 3", "Gang Mawar III"),
        ("Jl. Melati 27", "Jalan Melati"),
    ):
        assert roads.find(typed)[0].place.name == meant


def test_a_number_is_no_other_number_though_the_rest_is_mistyped() -> None:
    roads = only(*(f"Jalan Contoh Karang Anyar {number}" for number in range(1, 60)))
    assert roads.find("Jalapn Contoh Karang Anyar 38", 1)[0].place.name == "Jalan Contoh Karang Anyar 38"


def test_a_place_that_lacks_half_of_the_words_is_not_found() -> None:
    assert only("Cikokol").find("cikokol serpong") == ()


def test_of_equal_fits_a_facility_stands_before_a_street() -> None:
    both = PlaceIndex(
        [NamedPlace(name="Mawar", detail="", point=HERE, kind=k) for k in (FoundKind.STREET, FoundKind.FACILITY)]
    )
    assert [hit.place.kind for hit in both.find("mawar")] == [FoundKind.FACILITY, FoundKind.STREET]


@given(st.sampled_from([v for v in list_villages() if v.name == "Babakan"]))
def test_of_places_of_one_name_the_nearest_comes_first(village: SampleVillage) -> None:
    assert INDEX.find("babakan", near=village.point)[0].place.point == village.point


@given(st.sampled_from(PLACES))
def test_every_place_is_found_by_its_own_name_and_detail(place: NamedPlace) -> None:
    assert place in [hit.place for hit in INDEX.find(f"{place.name} {place.detail}")]


@given(st.sampled_from([p for p in PLACES if max(map(len, p.name.split())) > 4]), st.data())
def test_every_name_survives_one_mistake_in_a_long_word(place: NamedPlace, data: st.DataObject) -> None:
    words = place.name.split()
    which = data.draw(st.sampled_from([at for at, word in enumerate(words) if len(word) > 4]))
    word = words[which]
    at = data.draw(st.integers(1, len(word) - 2))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    mistakes = [
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + " " + word[at:],
    ]
    words[which] = data.draw(st.sampled_from(mistakes))
    assert place.name in names(f"{' '.join(words)} {place.detail}", 10)


@given(st.text(max_size=60), st.integers(1, 20))
def test_any_text_gives_at_most_the_limit_best_first(text: str, limit: int) -> None:
    found = INDEX.find(text, limit)
    assert len(found) <= limit
    assert len({hit.place for hit in found}) == len(found)
    assert all(0.0 <= hit.score <= 1.0 for hit in found)
    assert [round(hit.score, 2) for hit in found] == sorted((round(hit.score, 2) for hit in found), reverse=True)
