"""A SOP in Indonesian sentences: rules, policy, what differs between two versions, and what is wrong with a draft."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields

from dispatch.rules.conditions import Condition
from dispatch.rules.sop import Effect, Pack, Part, Rule
from dispatch.rules.values import DAYS, OWN, Kind
from dispatch.vocabulary.policy import Policy
from dispatch.words.facts import APPROVER_NAMES, DAY_NAMES, DOCUMENT_NAMES, NOTIFIED_NAMES, word

EFFECT_NAMES = {
    Effect.DENY: "MELARANG",
    Effect.REQUIRE: "MEWAJIBKAN",
    Effect.APPROVAL: "PERLU PERSETUJUAN",
    Effect.PREFER: "MENDAHULUKAN",
    Effect.PAIR: "MENYERTAKAN",
    Effect.DEFER: "MENYUSUL",
    Effect.HOLD: "MENANDAI",
}
OVERRIDABLE_NAMES = {"nobody": "tidak seorang pun", "operator": "operator", "health_officer": "petugas Dinas Kesehatan"}
# Of each key its label in a form, and how its value reads in a sentence.
KEY_LABELS: Mapping[str, tuple[str, str]] = {
    "need": ("Kebutuhan", "kebutuhannya {}"),
    "urgency": ("Kegawatan", "kegawatannya {}"),
    "schedule_at": ("Terjadwal", "dipesan untuk waktu tertentu"),
    "requester": ("Fasilitas pemohon", "pemohonnya {}"),
    "phone": ("Nomor telepon ada", "nomor telepon ada"),
    "documents": ("Surat yang ada", "ada {}"),
    "pickup": ("Tempat jemput", "dijemput di {}"),
    "dropoff": ("Tempat tujuan", "diantar ke {}"),
    "living": ("Masih hidup", "pasien masih hidup"),
    "can_sit": ("Pasien dapat duduk", "pasien dapat duduk"),
    "special_care": ("Perlu perawatan khusus", "pasien perlu perawatan khusus"),
    "oxygen": ("Perlu oksigen", "pasien perlu oksigen"),
    "infectious": ("Infeksius", "infeksius"),
    "death": ("Jenis kematian", "kematiannya {}"),
    "count": ("Jumlah orang paling sedikit", "paling sedikit {} orang"),
    "resident_of": ("Warga dari", "pasiennya warga {}"),
    "pickup_area": ("Wilayah jemput", "dijemput di wilayah {}"),
    "dropoff_area": ("Wilayah tujuan", "diantar ke wilayah {}"),
    "leaves": ("Keluar wilayah", "perjalanannya {}"),
    "distance_km_over": ("Jarak lebih dari", "jaraknya lebih dari {} km"),
    "weekdays": ("Hari", "hari {}"),
    "hours": ("Jam", "pukul {}"),
    "class": ("Jenis kendaraan", "{}"),
    "agency": ("Instansi pemilik", "milik {}"),
    "base": ("Pangkalan", "berpangkalan di {}"),
    "duty": ("Status dinas", "{}"),
    "equipment": ("Perlengkapan", "membawa {}"),
    "crew": ("Awak", "berawak {}"),
    "seats": ("Tempat duduk paling sedikit", "bertempat duduk paling sedikit {}"),
    "area": ("Wilayah layanan", "melayani wilayah {}"),
    "papers_valid_until": ("Surat kendaraan masih berlaku", "surat kendaraannya masih berlaku {} hari lagi"),
    "fix_age_min_over": ("Posisi lebih tua dari", "posisinya lebih tua dari {} menit"),
    "rest_min_under": ("Istirahat kurang dari", "istirahatnya kurang dari {} menit"),
    "duty_h_over": ("Berdinas lebih dari", "berdinas lebih dari {} jam"),
    "zone": ("Zona", "di zona {}"),
    "shares": ("Cara berbagi", "{}"),
    "no_other_within_min": ("Tidak ada yang lain dalam", "tidak ada yang lain dalam {} menit"),
    "puskesmas_vehicle_busy": ("Ambulans puskesmas sedang dipakai", "ambulans puskesmas sedang dipakai"),
    "last_free_in_zone": ("Terakhir yang siaga di zonanya", "itu yang terakhir siaga di zonanya"),
}
# How the opposite of a yes reads.
_NOT: Mapping[str, str] = {
    "schedule_at": "tidak dipesan untuk waktu tertentu",
    "phone": "nomor telepon belum ada",
    "living": "yang dijemput sudah meninggal",
    "can_sit": "pasien belum dapat duduk",
    "special_care": "pasien tidak perlu perawatan khusus",
    "oxygen": "pasien tidak perlu oksigen",
    "infectious": "tidak infeksius",
    "puskesmas_vehicle_busy": "ambulans puskesmas tidak sedang dipakai",
    "last_free_in_zone": "masih ada yang lain siaga di zonanya",
}
# How a value that is the vehicle's own reads.
_OWN: Mapping[str, str] = {
    "resident_of": "pasiennya warga wilayah pemilik kendaraan",
    "pickup_area": "dijemput di wilayah pemilik kendaraan",
    "dropoff_area": "diantar ke wilayah pemilik kendaraan",
    "area": "penjemputannya di wilayah layanannya sendiri",
    "hours": "dalam jam layanannya sendiri",
}
_RULE_NAMES = {"KELAS": "jenis kendaraannya"}
_UNITS = {
    "distance_km_over": "km",
    "papers_valid_until": "hari lagi",
    "fix_age_min_over": "menit",
    "rest_min_under": "menit",
    "duty_h_over": "jam",
    "no_other_within_min": "menit",
    "count": "orang",
    "seats": "kursi",
}
_POLICY_NAMES: Mapping[str, tuple[str, str]] = {
    "offer_red_s": ("Waktu menjawab tawaran merah", "detik"),
    "offer_other_s": ("Waktu menjawab tawaran lain", "detik"),
    "offer_scheduled_s": ("Waktu menjawab tawaran terjadwal", "detik"),
    "offer_undelivered_s": ("Tambahan bila tawaran belum terbukti sampai", "detik"),
    "refusals_to_operator": ("Penolakan sebelum operator turun tangan", "kali"),
    "searching_to_operator_s": ("Lama mencari sebelum operator turun tangan", "detik"),
    "decline_lock_s": ("Kendaraan yang belum dapat berangkat dibiarkan", "detik"),
    "ask_again_s": ("Ditawari lagi untuk permintaan yang sama sesudah", "detik"),
    "supervisor_after_s": ("Lama mencari sebelum atasan operator diberi tahu", "detik"),
    "schedule_lead_s": ("Pencarian untuk yang terjadwal dimulai sebelumnya", "detik"),
    "shift_ends_h": ("Dinas diakhiri sendiri sesudah", "jam"),
    "ageing_s": ("Menunggu yang menaikkan urutan satu tingkat", "detik"),
    "turnout_s": ("Waktu bersiap sebelum berangkat", "detik"),
    "old_position_min": ("Posisi dianggap lama sesudah", "menit"),
    "old_position_penalty_s": ("Pengurang urutan untuk posisi lama", "detik"),
    "hearse_town_kph": ("Kecepatan mobil jenazah di kota", "km/jam"),
    "hearse_open_kph": ("Kecepatan mobil jenazah di luar kota", "km/jam"),
}


def unit_of(key: str) -> str | None:
    """The unit of a number."""
    return _UNITS.get(key)


def policy_lines(policy: Policy) -> list[tuple[str, str, float]]:
    """Every figure as (name, what it is and its unit, value)."""
    return [(f.name, " · ".join(_POLICY_NAMES[f.name]), float(getattr(policy, f.name))) for f in fields(Policy)]


def number_text(value: float) -> str:
    """A number without needless digits, with a decimal comma."""
    return f"{value:g}".replace(".", ",")


def _either(words: list[str], last: str = "atau") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def condition_text(condition: Condition) -> str:
    """One condition as part of a sentence."""
    name, value = condition.key.name, condition.value
    said = KEY_LABELS[name][1]
    match condition.key.value.kind:
        case Kind.FLAG:
            return said if value else _NOT[name]
        case Kind.NUMBER:
            assert isinstance(value, float)
            if name == "papers_valid_until" and value == 0:
                return "surat kendaraannya masih berlaku"
            return said.format(number_text(value))
        case Kind.DAYS:
            assert isinstance(value, frozenset)
            return said.format(_either([DAY_NAMES[DAYS[day]] for day in sorted(value)]))
        case Kind.HOURS:
            if not isinstance(value, tuple):
                return _OWN[name]
            return said.format(f"{value[0]:%H.%M}–{value[1]:%H.%M}")
        case Kind.CHOICE | Kind.NAMES:
            assert isinstance(value, frozenset)
            words = [word(name, item) for item in sorted(value) if item != OWN]
            both = name in ("crew", "equipment", "documents")
            named = [said.format(_either(words, "dan" if both else "atau"))] if words else []
            return _either([*named, *([_OWN[name]] if OWN in value else [])])


def part_text(part: Part) -> str:
    """All alternatives of a part."""
    return ", atau ".join(_alternative_text(some) for some in part)


def _alternative_text(conditions: Sequence[Condition]) -> str:
    if any(condition.key.name == "class" for condition in conditions):
        return _vehicles_text(conditions)
    return " dan ".join(condition_text(condition) for condition in conditions)


def _vehicles_text(conditions: Sequence[Condition]) -> str:
    """Which vehicles: their class, whose they are, and what else is said of them."""
    said = {condition.key.name: condition_text(condition) for condition in conditions}
    noun = " ".join([said.pop("class", "kendaraan"), *([said.pop("agency")] if "agency" in said else [])])
    return f"{noun} yang {' dan '.join(said.values())}" if said else noun


def rule_sentence(rule: Rule) -> str:
    """A rule as one sentence: what it does, for which vehicles, when, and except when."""
    about = ", atau ".join(_vehicles_text(some) for some in rule.vehicles) or "semua kendaraan"
    match rule.effect:
        case Effect.DENY:
            said = f"Melarang {about}"
        case Effect.REQUIRE:
            said = f"Mewajibkan bagi {about}: {part_text(rule.must)}"
        case Effect.APPROVAL:
            lifted = [_RULE_NAMES.get(name, name) for name in sorted(rule.overrides)]
            lifts = f", meskipun {_either(lifted, 'dan')} melarangnya," if lifted else ""
            who = APPROVER_NAMES.get(rule.approver or "", rule.approver or "")
            said = f"{about[:1].upper()}{about[1:]} boleh berangkat setelah disetujui {who}{lifts}"
        case Effect.PREFER:
            minutes = number_text(rule.prefer_within_min)
            first = ", atau ".join(_vehicles_text(some) for some in rule.must)
            said = f"Mendahulukan {first}, selama tidak lebih lambat dari {minutes} menit"
        case Effect.PAIR if rule.sooner_by_min is not None:
            minutes = number_text(rule.sooner_by_min)
            said = (
                f"Menyertakan sebagai penolong pertama {about}, jika tiba paling sedikit {minutes} menit lebih cepat,"
            )
        case Effect.PAIR:
            said = "Menyertakan satu kendaraan untuk setiap jenazah"
        case Effect.DEFER:
            papers = [DOCUMENT_NAMES[name] for name in rule.documents]
            said = f"{_either(papers, 'dan')} boleh menyusul" if papers else "Tempat tujuan dipesankan lebih dahulu"
            said = said[:1].upper() + said[1:]
            if rule.booking:
                start, end = rule.booking.hours
                notice = number_text(rule.booking.notice_min)
                said += f", {notice} menit sebelumnya, antara pukul {start:%H.%M} dan {end:%H.%M}"
        case Effect.HOLD:
            said = f"Memberi tahu {_either([NOTIFIED_NAMES.get(n, n) for n in rule.notify], 'dan')}"
            said += f" tentang {about}" if rule.vehicles else ""
    when = f" bila {part_text(rule.when)}" if rule.when else ""
    unless = f", kecuali {part_text(rule.unless)}" if rule.unless else ""
    return f"{said.removesuffix(',') if not when else said}{when}{unless}."


def diff_sentences(old: Pack, new: Pack) -> list[str]:
    """What differs between two versions, in the order of the rules; empty where they say the same."""
    before, after = ({rule.id: rule for rule in pack.rules} for pack in (old, new))
    lines = []
    for rule_id in sorted(before | after):
        if rule_id not in before:
            lines.append(f"{rule_id} baru: {after[rule_id].title}. {rule_sentence(after[rule_id])}")
        elif rule_id not in after:
            lines.append(f"{rule_id} dihapus: {before[rule_id].title}.")
        else:
            lines += [f"{rule_id}: {line}" for line in _rule_changes(before[rule_id], after[rule_id])]
    for name, what, value in policy_lines(old.policy):
        changed = getattr(new.policy, name)
        if changed != value:
            label, unit = what.split(" · ")
            lines.append(f"{label}: {number_text(value)} → {number_text(changed)} {unit}.")
    return lines


_OF_TEXT: tuple[tuple[str, Callable[[Rule], str]], ...] = (
    ("judul", lambda rule: rule.title),
    ("bunyi SOP", lambda rule: rule.clause),
    ("sumber", lambda rule: rule.source),
    ("alasan bila terpenuhi", lambda rule: rule.reason_met),
    ("alasan bila belum", lambda rule: rule.reason_unmet),
    ("yang menolong", lambda rule: rule.would_help or "belum ada"),
    ("boleh dikecualikan oleh", lambda rule: OVERRIDABLE_NAMES[rule.overridable_by]),
    ("daftar periksa", lambda rule: "; ".join(rule.checklist) or "belum ada"),
)


def _rule_changes(old: Rule, new: Rule) -> Iterator[str]:
    one, two = rule_sentence(old), rule_sentence(new)
    if one != two:
        yield f"“{one}” menjadi “{two}”"
    for name, get in _OF_TEXT:
        if get(old) != get(new):
            yield f"{name} “{get(old)}” menjadi “{get(new)}”"
