"""Sentences that the server speaks, in Indonesian: decisions, reasons, timeline lines and refusals."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from dispatch.domain.eligibility import CLASS_RULE, DUTY_RULE, Finding
from dispatch.domain.events import Event, EventKind
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import Need
from dispatch.domain.sop import Rule
from dispatch.domain.vehicle import VehicleClass

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
}
_DUTY_NAMES = {
    "off_duty": "sedang tidak bertugas",
    "available": "siaga",
    "committed": "sedang bertugas untuk permintaan lain",
    "cleaning": "sedang dibersihkan",
    "out_of_service": "sedang dalam perbaikan",
}
_DAY_NAMES = {
    "mon": "Senin",
    "tue": "Selasa",
    "wed": "Rabu",
    "thu": "Kamis",
    "fri": "Jumat",
    "sat": "Sabtu",
    "sun": "Minggu",
}
_APPROVER_NAMES = {"health_officer": "petugas Dinas Kesehatan", "operator": "operator"}
_STATE_NAMES = {
    "accepted": "menerima tugas",
    "declined": "belum dapat berangkat",
    "expired": "belum menjawab",
    "withdrawn": "tawarannya ditarik",
    "en_route": "menuju lokasi jemput",
    "on_scene": "sudah tiba di lokasi jemput",
    "transporting": "sedang mengantar",
    "at_destination": "sudah tiba di tujuan",
    "cleared": "selesai bertugas",
    "stood_down": "dibebaskan dari tugas",
}


def clock_text(at: datetime, zone: tzinfo) -> str:
    """A time of day as it is written in Indonesia: 16.59."""
    return at.astimezone(zone).strftime("%H.%M")


def minutes_text(seconds: float) -> str:
    """A travel time in whole minutes, at least one."""
    return f"{max(1, round(seconds / 60.0))} menit"


def _fact_words(facts: Mapping[str, object]) -> dict[str, str]:
    """The facts of a finding as words of a sentence; {Class} begins one."""
    words = {name: _fact_word(name, value) for name, value in facts.items()}
    if "class" in words:
        words["Class"] = words["class"][:1].upper() + words["class"][1:]
    return words


def _fact_word(name: str, value: object) -> str:
    match name, value:
        case "class", str():
            return CLASS_NAMES[VehicleClass(value)]
        case "need", str():
            return NEED_NAMES[Need(value)]
        case "duty", str():
            return _DUTY_NAMES[value]
        case "weekdays", str():
            return _DAY_NAMES[value]
        case "fix_age_min_over", int():
            return f"{value} menit yang lalu" if value else "baru saja"
        case "fix_age_min_over", None:
            return "belum pernah dilaporkan"
        case "no_other_within_min", int():
            return f"{value} menit"
        case "no_other_within_min", None:
            return "belum ada"
        case _, bool():
            return "ya" if value else "tidak"
        case _, list():
            return ", ".join(str(item) for item in value)
        case _:
            return str(value)


class _Gaps(dict[str, str]):
    """A template's name without a fact stays visible as it is written."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def finding_text(finding: Finding, rule: Rule | None) -> str:
    """The one sentence of a finding, from the rule's reason and the facts that it saw."""
    words = _Gaps(_fact_words(finding.facts))
    if finding.rule == CLASS_RULE:
        may = "boleh" if finding.met else "belum boleh"
        return f"{words['class'].capitalize()} {may} dipakai untuk {words['need']} menurut jenisnya."
    if finding.rule == DUTY_RULE:
        return "Kendaraan siaga." if finding.met else f"Kendaraan {words['duty']}."
    if rule is None:
        return f"Aturan {finding.rule}."
    if not finding.applies:
        return "Aturan ini tidak menyangkut kendaraan atau permintaan ini."
    return (rule.reason_met if finding.met else rule.reason_unmet).format_map(words)


def would_help(finding: Finding, rule: Rule | None) -> str | None:
    """What would make the vehicle eligible, for a finding that keeps it from going."""
    if not finding.blocks:
        return None
    if finding.rule == DUTY_RULE:
        return "Kendaraan ini dapat ditawari lagi begitu sopirnya siaga."
    if rule is None or rule.would_help is None:
        return None
    return rule.would_help.format_map(_Gaps(_fact_words(finding.facts)))


def offer_sentence(name: str, eta_s: float | None, at: datetime, zone: tzinfo, passed: str) -> str:
    """Why this one: who was passed over first, then who comes and when."""
    when = f" tiba sekitar {clock_text(at + timedelta(seconds=eta_s), zone)}" if eta_s is not None else " berangkat"
    return f"{passed} {name}{when}.".strip()


def passed_sentence(name: str, rule: str, text: str) -> str:
    """The nearest vehicle that may not go, with the rule that says so."""
    return f"{name}: {text} ({rule})." if not text.endswith(".") else f"{name}: {text[:-1]} ({rule})."


def say_offer(name: str, eta_s: float | None, at: datetime, zone: tzinfo) -> str:
    """What to tell the family when a vehicle is being asked."""
    if eta_s is None:
        return f"Katakan kepada keluarga: {name} sedang kami hubungi. Kami kabari lewat telepon ini."
    clock = clock_text(at + timedelta(seconds=eta_s), zone)
    return f"Katakan kepada keluarga: {name} tiba sekitar {clock}. Kami kabari lewat telepon ini."


def say_approval(name: str, approver: str) -> str:
    """What to tell the family while somebody's yes is awaited."""
    who = _APPROVER_NAMES.get(approver, approver)
    return (
        f"Katakan kepada keluarga: kami sedang meminta persetujuan {who} agar {name} dapat berangkat. "
        "Kami kabari lewat telepon ini."
    )


def approval_sentence(name: str, rule: str, approver: str) -> str:
    """Why a yes is asked."""
    return f"{name} dapat berangkat setelah {_APPROVER_NAMES.get(approver, approver)} menyetujui ({rule})."


def say_promise(due_at: datetime, zone: tzinfo) -> str:
    """What to tell the family when a call-back is promised."""
    return (
        "Katakan kepada keluarga: kami terus mencarikan kendaraan dan operator menelepon kembali "
        f"paling lambat pukul {clock_text(due_at, zone)}. Nomor telepon sudah kami catat."
    )


def promise_sentence(considered: int) -> str:
    """Why a call-back is promised."""
    if considered == 0:
        return "Belum ada kendaraan yang terdaftar; operator mencarikan dan menelepon kembali."
    return (
        f"Dari {considered} kendaraan belum ada yang dapat ditawari sekarang; pencarian diulang setiap 5 menit "
        "dan operator menelepon kembali."
    )


_EVENT_LINES = {
    EventKind.REQUEST_RECEIVED: "Permintaan dibuat",
    EventKind.DECISION_MADE: "{sentence}",
    EventKind.OFFER_MADE: "Ditawarkan kepada {vehicle}",
    EventKind.OFFER_DELIVERED: "Tawaran sampai di {vehicle}",
    EventKind.OFFER_ACCEPTED: "{vehicle} {state}",
    EventKind.OFFER_DECLINED: "{vehicle} {state}",
    EventKind.OFFER_EXPIRED: "{vehicle} {state}",
    EventKind.OFFER_WITHDRAWN: "{vehicle} {state}",
    EventKind.STEP_TAKEN: "{vehicle} {state}",
    EventKind.STOOD_DOWN: "{vehicle} {state}",
    EventKind.APPROVAL_ASKED: "Persetujuan {approver} diminta untuk {vehicle} ({rule})",
    EventKind.APPROVAL_GIVEN: "Disetujui untuk {vehicle} ({rule})",
    EventKind.APPROVAL_REFUSED: "Belum disetujui untuk {vehicle} ({rule})",
    EventKind.OVERRIDDEN: "Pengecualian {rule} untuk {vehicle}",
    EventKind.PROMISE_MADE: "Janji telepon kembali dicatat",
    EventKind.PROMISE_RETRIED: "Pencarian diulang",
    EventKind.PROMISE_CLOSED: "Janji selesai",
    EventKind.REQUEST_ENDED: "Permintaan berakhir; yang diberi tahu: {told}",
    EventKind.DUTY_CHANGED: "{vehicle} {duty}",
}


def event_text(event: Event, vehicle_name: str | None = None) -> str:
    """One line of a timeline."""
    words = _Gaps({name: str(value) for name, value in event.facts.items()})
    words["vehicle"] = vehicle_name or event.vehicle_id or "kendaraan"
    for name, names in (("state", _STATE_NAMES), ("duty", _DUTY_NAMES), ("approver", _APPROVER_NAMES)):
        if name in words:
            words[name] = names.get(words[name], words[name])
    line = _EVENT_LINES[event.kind].format_map(words)
    reason = event.facts.get("reason")
    return f"{line}: {reason}" if reason else line


_REFUSALS = {
    "body_but_living": "Kebutuhan jenazah tidak cocok dengan pasien yang masih hidup. Periksa lagi data pasien.",
    "living_need_but_dead": "Kebutuhan ini untuk pasien hidup. Pilih Mobil jenazah untuk orang yang sudah meninggal.",
    "death_of_living": "Jenis kematian hanya diisi untuk jenazah. Periksa lagi data pasien.",
    "seq_passed": "Langkah ini sudah pernah dikirim.",
    "step_out_of_order": "Langkah ini belum waktunya. Muat ulang halaman untuk melihat langkah berikutnya.",
    "offer_expired": "Waktu menjawab tawaran ini sudah lewat; tawaran diteruskan ke kendaraan lain.",
    "offer_still_stands": "Tawaran ini masih berlaku.",
    "idempotency_key_reused": "Kunci pengiriman ini sudah dipakai untuk isi yang lain. Muat ulang halaman.",
    "request_ended": "Permintaan ini sudah berakhir.",
    "vehicle_taken": "Kendaraan ini baru saja mendapat tugas lain. Pilih kendaraan berikutnya.",
    "rule_objects": "SOP keberatan dengan kendaraan ini. Beri alasan pengecualian, atau pilih kendaraan lain.",
    "not_overridable": "Aturan ini tidak dapat dikecualikan oleh Anda. Pilih kendaraan lain.",
    "no_such_approval": "Persetujuan ini tidak sedang diminta.",
    "not_the_approver": "Persetujuan ini diminta dari petugas lain.",
    "on_duty_trip": "Selesaikan dahulu tugas yang sedang berjalan.",
    "somebody_was_first": "Orang lain baru saja mengubahnya. Muat ulang lalu coba lagi.",
}


def refusal_title(refusal: Refusal) -> str:
    """What to tell a person whose command was not carried out."""
    return _REFUSALS.get(refusal.code, "Perintah ini belum dapat dijalankan. Muat ulang halaman lalu coba lagi.")
