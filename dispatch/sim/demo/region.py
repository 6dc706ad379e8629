"""The demonstration's fleet and people: made up, and made to look so, at real places of the sample region.

Rows have the columns of the CSV import (dispatch.importing). Plates count from "B 0001 XX", a number that no vehicle
can have; every person is called Contoh ("sample"). Bases are facilities of geo.sample.facts; that a vehicle
stands at one says nothing about the real place.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import CLASSES, VehicleClass
from dispatch.words.facts import word
from geo.sample.facts import SampleFacility
from geo.sample.facts import list_facilities as list_sample_facilities

Row = Mapping[str, str]

VALID_UNTIL = "2031-12-31"
EXPIRED = "2025-06-30"
_FIRST_NAMES = (
    *("Siti", "Rina", "Dewi", "Budi", "Agus", "Wati", "Joko", "Ratna", "Hendra", "Yuni"),
    *("Asep", "Lina", "Dedi", "Nur", "Rudi", "Ani", "Iwan", "Sari", "Eko", "Mega"),
)


# What vehicles of a class carry and who rides along: crew, equipment, seats.
_ABOARD: Mapping[str, tuple[str, str, str]] = {
    VehicleClass.EMERGENCY_AMBULANCE: ("driver nurse paramedic", "oxygen stretcher", "2"),
    VehicleClass.TRANSPORT_AMBULANCE: ("driver escort", "oxygen stretcher", "3"),
    VehicleClass.MOBILE_CLINIC: ("driver nurse midwife", "oxygen stretcher", "4"),
    VehicleClass.HEARSE: ("driver escort", "stretcher", "4"),
    VehicleClass.DUAL_USE: ("driver escort", "stretcher", "4"),
    VehicleClass.VILLAGE_CAR: ("driver", "", "5"),
}

# (id, class, agency, base): the vehicles that the Cikokol story is told with.
_CAST = (
    ("A-CIKOKOL", "emergency_ambulance", "kota-tangerang", "puskesmas-cikokol"),
    ("H1", "hearse", "kota-tangerang", "tpu-selapajang-jaya"),
    ("H2", "hearse", "kota-tangerang", "base-contoh-kota-timur"),
    ("H3", "hearse", "dkm", "masjid-raya-al-azhom-tangerang"),
    ("H4", "hearse", "kabupaten-tangerang", "base-perkim-kabupaten-tangerang"),
    ("H5", "hearse", "tangerang-selatan", "base-dinkes-tangerang-selatan"),
    ("L1", "dual_use", "laz", "base-laz-contoh"),
)
# Class, agency and bases of all others; an indented line goes on, and P: stands for puskesmas-.
_FLEET = """
emergency_ambulance kota-tangerang base-psc119-kota-tangerang base-psc119-kota-tangerang P:ciledug P:cipondoh
  P:batuceper P:benda P:karawaci-baru P:periuk-jaya P:neglasari P:panunggangan
emergency_ambulance kabupaten-tangerang base-psc119-kabupaten-tangerang base-psc119-kabupaten-tangerang P:balaraja
  P:cikupa P:curug P:kelapa-dua P:mauk P:kronjo P:teluk-naga P:sepatan P:kotabumi P:cisauk
emergency_ambulance tangerang-selatan base-psc119-tangerang-selatan base-psc119-tangerang-selatan P:pamulang P:ciputat
  P:pondok-aren P:serpong P:setu
emergency_ambulance rs rsud-kota-tangerang rsud-kabupaten-tangerang rs-emc-tangerang rs-sari-asih-karawaci
  rsud-balaraja rs-hermina-bitung rsud-tangerang-selatan rs-medika-bsd rs-premier-bintaro
transport_ambulance kota-tangerang P:cikokol P:tanah-tinggi P:pasar-baru P:cibodasari P:gembor P:kunciran
  P:larangan-utara P:karang-tengah P:poris-pelawad P:jurumudi-baru P:sukasari
transport_ambulance kabupaten-tangerang P:tigaraksa P:jayanti P:cisoka P:jambe P:panongan P:rajeg P:kemiri P:sukadiri
  P:paku-haji P:kosambi P:pagedangan P:pasir-jaya P:sindang-jaya P:gunung-kaler
transport_ambulance tangerang-selatan P:pondok-jagung P:rawa-buntu P:jombang P:pisangan P:pondok-betung P:parigi
  P:kranggan
transport_ambulance rs rs-hermina-tangerang rs-mitra-keluarga-gading-serpong rsud-tigaraksa rs-melati
  rs-sari-asih-ciputat
mobile_clinic kota-tangerang P:kedaung-wetan P:pedurenan P:gondrong P:tajur
mobile_clinic kabupaten-tangerang P:mekar-baru P:cikuya P:sukatani P:caringin P:sukawali P:tegal-angus P:bojong-kamal
  P:suradita
mobile_clinic tangerang-selatan P:kampung-sawah P:benda-baru
hearse kabupaten-tangerang base-perkim-kabupaten-tangerang rsud-balaraja P:mauk
hearse tangerang-selatan tpu-jombang
hearse dkm masjid-agung-al-jihad masjid-yamp-tigaraksa masjid-agung-al-mujahidin-pamulang masjid-al-hakim-bsd
  nurrohman masjid-nurul-hidayah
dual_use laz base-laz-contoh masjid-al-muttaqin masjid-al-muhajirin
dual_use dkm masjid-jami-al-hidayah masjid-jami-baitussalam
village_car kabupaten-tangerang P:rajeg P:kronjo P:gunung-kaler P:kemiri P:sukamulya P:jayanti P:cisoka P:jambe
  P:caringin P:pagedangan P:suradita P:binong P:pasir-nangka P:sepatan P:salembaran-jaya P:sukawali
village_car kota-tangerang P:ketapang P:pondok-bahar P:kunciran-baru P:bugel P:baja P:poris-gaga
village_car tangerang-selatan P:rengas P:pondok-kacang-timur P:serpong-ii P:situ-gintung P:paku-alam
"""
_SHARES_IN_FULL = frozenset({"dkm", "laz"})
_WITH_A_NURSE = frozenset({"P:cikokol", "P:cibodasari", "P:tigaraksa", "P:rawa-buntu"})
_INFECTIOUS = frozenset({"H2", "KJN-KT-01", "KJN-TS-01", "AGD-KO-01", "AGD-KT-01", "AGD-TS-01"})
_PAPERS_EXPIRED = frozenset({"AMK-DK-02"})
_SHORT = {"kota-tangerang": "KO", "kabupaten-tangerang": "KT", "tangerang-selatan": "TS", "dkm": "DK", "laz": "LZ"}
# Facilities with a member of staff.
_STAFF_AT = (
    *("puskesmas-cikokol", "puskesmas-cipondoh", "puskesmas-ciledug", "puskesmas-teluk-naga"),
    *("puskesmas-balaraja", "puskesmas-pamulang", "rsud-kota-tangerang"),
)


@cache
def list_vehicles() -> tuple[Row, ...]:
    """About 130 vehicles as rows of the vehicles' sheet."""
    places = {place.id: place for place in list_sample_facilities()}
    numbered = enumerate((*_CAST, *_others()), start=1)
    return tuple(_vehicle(number, *entry, places) for number, entry in numbered)


@cache
def list_people() -> tuple[Row, ...]:
    """Staff, an operator, a health officer, an administrator and a driver for each vehicle, as rows of their sheet."""
    places = {place.id: place for place in list_sample_facilities()}
    people = [
        _person(
            f"staf-{facility}",
            f"Perawat Contoh {name}",
            Role.STAFF,
            agency=places[facility].agency,
            facility=facility,
            phone=f"+6281100009{number:03d}",
        )
        for number, (facility, name) in enumerate(zip(_STAFF_AT, _FIRST_NAMES, strict=False))
    ]
    people += [
        _person("operator", "Operator Contoh Ratna", Role.OPERATOR, agency="kota-tangerang", phone="+6281100009900"),
        _person("petugas-dinas", "Petugas Dinas Contoh Hendra", Role.HEALTH_OFFICER, agency="kota-tangerang"),
        _person("petugas-dinas-dua", "Petugas Dinas Contoh Mega", Role.HEALTH_OFFICER, agency="kota-tangerang"),
        _person("admin", "Admin Contoh Yuni", Role.ADMIN),
    ]
    people += [
        _person(
            f"sopir-{vehicle['id']}",
            f"{_FIRST_NAMES[number % len(_FIRST_NAMES)]} Contoh {number + 1}",
            Role.DRIVER,
            agency=vehicle["agency"],
            vehicle=vehicle["id"],
            phone=vehicle["phone"],
        )
        for number, vehicle in enumerate(list_vehicles())
    ]
    return tuple(people)


@cache
def list_facilities() -> tuple[Row, ...]:
    """The sample region's facilities as rows of the facilities' sheet."""
    return tuple(
        {
            "id": place.id,
            "kind": place.kind,
            "name": place.name,
            "lon": f"{place.point.lon:.4f}",
            "lat": f"{place.point.lat:.4f}",
            "agency": place.agency,
            "source": place.source,
        }
        for place in list_sample_facilities()
    )


def _others() -> Iterator[tuple[str, str, str, str]]:
    for block in re.split(r"\n(?! )", _FLEET.strip()):
        vehicle_class, agency, *bases = block.split()
        code = f"{CLASSES[VehicleClass(vehicle_class)].code}-{_SHORT.get(agency, agency.upper())}"
        for count, base in enumerate(bases, start=1):
            yield f"{code}-{count:02d}", vehicle_class, agency, base


def _vehicle(
    number: int, vehicle_id: str, vehicle_class: str, agency: str, base: str, places: Mapping[str, SampleFacility]
) -> Row:
    crew, equipment, seats = _ABOARD[vehicle_class]
    place = places[base.replace("P:", "puskesmas-")]
    nurse = " nurse" if vehicle_class == VehicleClass.TRANSPORT_AMBULANCE and base in _WITH_A_NURSE else ""
    more = " infectious ppe" if vehicle_id in _INFECTIOUS else ""
    if vehicle_class == VehicleClass.EMERGENCY_AMBULANCE and agency == "rs":
        more += " ventilator incubator" if base.startswith("rsud") else " ventilator"
    return {
        "id": vehicle_id,
        "name": f"{word('class', vehicle_class, Lang.ID).capitalize()} Contoh {place.name}",
        "plate": f"B {number:04d} XX",
        "class": vehicle_class,
        "agency": agency,
        "base": place.id,
        "crew": crew + nurse,
        "equipment": (equipment + more).strip(),
        "seats": seats,
        "shares": "full" if agency in _SHARES_IN_FULL else "on_request",
        "papers_valid_until": EXPIRED if vehicle_id in _PAPERS_EXPIRED else VALID_UNTIL,
        "zone": _zone(place.point.lon) if agency == "kota-tangerang" else "",
        "phone": f"+628110000{number:04d}",
    }


def _zone(lon: float) -> str:
    """West, centre or east of Kota Tangerang (R17 keeps an ambulance in each); the borders are this project's own."""
    return "barat" if lon < 106.625 else "tengah" if lon < 106.665 else "timur"


def _person(person_id: str, name: str, role: Role, **more: str) -> Row:
    columns = dict.fromkeys(("agency", "facility", "vehicle", "phone"), "")
    return {"id": person_id, "name": name, "role": role.value, **columns, **more}
