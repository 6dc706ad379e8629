"""Indonesian words for what rules see: classes, needs, days, crews, papers, areas."""

from collections.abc import Mapping

from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.vehicle_classes import VehicleClass

CLASS_NAMES = {
    VehicleClass.EMERGENCY_AMBULANCE: "ambulans gawat darurat",
    VehicleClass.TRANSPORT_AMBULANCE: "ambulans transportasi",
    VehicleClass.MOBILE_CLINIC: "puskesmas keliling",
    VehicleClass.HEARSE: "mobil jenazah",
    VehicleClass.DUAL_USE: "kendaraan serbaguna",
    VehicleClass.VILLAGE_CAR: "mobil siaga",
    VehicleClass.OFFICIAL_CAR: "mobil dinas",
}
NEED_NAMES = {
    Need.EMERGENCY: "gawat darurat",
    Need.REFERRAL: "rujukan",
    Need.TRANSPORT: "antar kontrol",
    Need.BODY: "jenazah",
    Need.DOCUMENT: "antar dokumen",
}
DUTY_NAMES = {
    "off_duty": "sedang tidak bertugas",
    "available": "siaga",
    "committed": "sedang bertugas untuk permintaan lain",
    "cleaning": "sedang dibersihkan",
    "out_of_service": "sedang dalam perbaikan",
}
DAY_NAMES = {
    "mon": "Senin",
    "tue": "Selasa",
    "wed": "Rabu",
    "thu": "Kamis",
    "fri": "Jumat",
    "sat": "Sabtu",
    "sun": "Minggu",
}
APPROVER_NAMES = {
    "health_officer": "petugas Dinas Kesehatan",
    "operator": "operator",
    "own_operator": "operator pemilik kendaraan",
}
URGENCY_NAMES = {"red": "merah", "yellow": "kuning", "green": "hijau"}
DEATH_NAMES = {"natural": "wajar", "unnatural": "tidak wajar", "unidentified": "tanpa identitas"}
LEAVES_NAMES = {"city": "keluar kota", "province": "keluar provinsi"}
CREW_NAMES = {
    "driver": "sopir",
    "escort": "pendamping",
    "nurse": "perawat",
    "paramedic": "paramedis",
    "second_driver": "sopir kedua",
}
EQUIPMENT_NAMES = {
    "infectious": "perlengkapan jenazah infeksius",
    "ppe": "alat pelindung diri",
    "oxygen": "oksigen",
    "ventilator": "ventilator",
    "stretcher": "tandu",
}
DOCUMENT_NAMES = {
    "death_letter": "surat kematian",
    "ktp": "KTP",
    "rt_rw": "pengantar RT/RW",
    "health_letter": "surat keterangan kesehatan",
    "kkp_letter": "surat Kantor Kesehatan Pelabuhan",
}
CAUSE_NAMES = {
    "flood": "banjir",
    "procession": "iring-iringan",
    "accident": "kecelakaan",
    "works": "pekerjaan jalan",
    "other": "sebab lain",
}
SHARES_NAMES = {"full": "dipinjamkan kepada siapa saja", "on_request": "dipinjamkan atas permintaan"}
NOTIFIED_NAMES = {"police": "polisi", "owner": "pemilik kendaraan", "operator": "operator"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
_WORDS: Mapping[str, Mapping[str, str]] = {
    "class": {str(kind): name for kind, name in CLASS_NAMES.items()},
    "need": {str(need): name for need, name in NEED_NAMES.items()},
    "duty": DUTY_NAMES,
    "weekdays": DAY_NAMES,
    "urgency": URGENCY_NAMES,
    "death": DEATH_NAMES,
    "leaves": LEAVES_NAMES,
    "crew": CREW_NAMES,
    "equipment": EQUIPMENT_NAMES,
    "documents": DOCUMENT_NAMES,
    "shares": SHARES_NAMES,
}


class Gaps(dict[str, str]):
    """A template's name without a fact stays visible as it is written."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


_SHORT = frozenset({"dkm", "laz", "tpu", "rs", "rsud", "pmi", "bpbd"})


def area_name(name: str) -> str:
    """An agency, area or facility as people read it: kota-tangerang is Kota Tangerang, tpu-baja is TPU Baja."""
    return " ".join(part.upper() if part in _SHORT else part.title() for part in name.split("-"))


def date_text(iso: str) -> str:
    """A date as it is written in Indonesia: 26 Agu 2019."""
    year, month, day = iso.split("-")
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"


_NAMES = frozenset(
    {*("area", "agency", "resident_of", "pickup_area", "dropoff_area"), *("requester", "pickup", "dropoff", "base")}
)


def word(name: str, value: object) -> str:
    """One value of a key, in words."""
    if name in _NAMES and isinstance(value, str):
        return area_name(value)
    return _WORDS.get(name, {}).get(str(value), str(value))


def fact_words(facts: Mapping[str, object]) -> Gaps:
    """The facts of a finding as words of a sentence; {Class} begins one."""
    words = Gaps({name: _fact_word(name, value) for name, value in facts.items()})
    if "class" in words:
        words["Class"] = words["class"][:1].upper() + words["class"][1:]
    return words


_LONG_MIN, _LONG_H = 120, 48  # from here on, minutes are told in hours and hours in days
# What is said of a number, and where there is none.
_COUNTED = {
    "fix_age_min_over": ("{} menit yang lalu", "belum pernah dilaporkan"),
    "no_other_within_min": ("{} menit", "belum ada"),
    "rest_min_under": ("{} menit yang lalu", "lebih dari sehari yang lalu"),
    "duty_h_over": ("{} jam", "kurang dari satu jam"),
}


def _fact_word(name: str, value: object) -> str:
    if name in _COUNTED and (value is None or isinstance(value, int)):
        some, none = _COUNTED[name]
        if name == "fix_age_min_over" and value == 0:
            return "baru saja"
        if value is not None and some.startswith("{} menit") and value >= _LONG_MIN:
            hours = value // 60
            some, value = (
                some.replace("menit", "jam" if hours < _LONG_H else "hari"),
                hours if hours < _LONG_H else hours // 24,
            )
        return none if value is None else some.format(value)
    if name == "papers_valid_until":
        return f"sampai {date_text(str(value))}" if value else "tanggalnya belum dicatat"
    match value:
        case bool():
            return "ya" if value else "tidak"
        case list():
            return ", ".join(word(name, item) for item in value) or "belum ada"
        case None:
            return "belum dicatat"
        case _:
            return word(name, value)
