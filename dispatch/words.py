"""Sentences that the server speaks, in Indonesian: decisions, reasons, timeline lines and refusals."""

from datetime import datetime, timedelta, tzinfo

from dispatch.domain.consequences import ChecklistItem
from dispatch.domain.eligibility import CLASS_RULE, DUTY_RULE, Finding
from dispatch.domain.events import Event, EventKind
from dispatch.domain.refusal import Refusal
from dispatch.domain.sop import Rule
from dispatch.fact_words import APPROVER_NAMES, DOCUMENT_NAMES, DUTY_NAMES, Gaps, date_text, fact_words

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


def finding_text(finding: Finding, rule: Rule | None) -> str:
    """The one sentence of a finding, from the rule's reason and the facts that it saw."""
    words = fact_words(finding.facts)
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
    return rule.would_help.format_map(fact_words(finding.facts))


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
    who = APPROVER_NAMES.get(approver, approver)
    return (
        f"Katakan kepada keluarga: kami sedang meminta persetujuan {who} agar {name} dapat berangkat. "
        "Kami kabari lewat telepon ini."
    )


def approval_sentence(name: str, rule: str, approver: str) -> str:
    """Why a yes is asked."""
    return f"{name} dapat berangkat setelah {APPROVER_NAMES.get(approver, approver)} menyetujui ({rule})."


def say_promise(due_at: datetime, zone: tzinfo) -> str:
    """What to tell the family when a call-back is promised."""
    return (
        "Katakan kepada keluarga: kami terus mencarikan kendaraan dan operator menelepon kembali "
        f"paling lambat pukul {clock_text(due_at, zone)}. Nomor telepon sudah kami catat."
    )


def promise_sentence(considered: int, asked: list[str]) -> str:
    """Why a call-back is promised, and whose operators are asked meanwhile."""
    if considered == 0:
        return "Belum ada kendaraan yang terdaftar; operator mencarikan dan menelepon kembali."
    meanwhile = f" Operator pemilik {', '.join(asked)} sedang ditanya." if asked else ""
    return (
        f"Dari {considered} kendaraan belum ada yang dapat ditawari sekarang; pencarian diulang setiap 5 menit "
        f"dan operator menelepon kembali.{meanwhile}"
    )


def checklist_text(item: ChecklistItem, place: str, now: datetime, zone: tzinfo) -> str:
    """One line of what is to be done beside the trip."""
    if item.not_before is not None:
        when = item.not_before.astimezone(zone)
        today = when.date() == now.astimezone(zone).date()
        day = "hari ini" if today else f"tanggal {date_text(when.date().isoformat())}"
        first = "" if today else "Antar ke rumah duka dahulu. "
        return f"{first}Pesankan {place}: paling cepat {day} pukul {when:%H.%M} ({item.rule})."
    if item.text is not None:
        return item.text
    name = DOCUMENT_NAMES[item.code]
    return f"{name[:1].upper()}{name[1:]} boleh menyusul ({item.rule})."


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
    EventKind.SOP_SUBMITTED: "Rancangan SOP {agency} {version} diajukan",
    EventKind.SOP_APPROVED: "Rancangan SOP {agency} {version} disetujui",
    EventKind.SOP_RETURNED: "Rancangan SOP {agency} {version} dikembalikan",
    EventKind.SOP_PUBLISHED: "SOP {agency} {version} terbit",
    EventKind.PROMISE_MADE: "Janji telepon kembali dicatat",
    EventKind.PROMISE_RETRIED: "Pencarian diulang",
    EventKind.PROMISE_CALLED: "Telepon kembali kepada {whom}: {outcome}",
    EventKind.PROMISE_OVERDUE: "Janji lewat waktunya; sekarang dipegang {to}",
    EventKind.PROMISE_HANDED_OVER: "Janji diserahkan kepada {to}",
    EventKind.PROMISE_CLOSED: "Janji selesai; yang diberi tahu: {told}",
    EventKind.STOCK_CAME: "Persediaan sudah datang: {subject}",
    EventKind.NOTICE_ASKED: "Diberi tahu: {whom} ({rule})",
    EventKind.ESCALATED: "Diteruskan kepada {to}: {why}",
    EventKind.STEP_UNDONE: "{vehicle}: langkah diurungkan, kembali {state}",
    EventKind.PROBLEM_REPORTED: "{vehicle} berkendala",
    EventKind.FAMILY_SAID: "Keluarga mengabari: {said}",
    EventKind.NOTED: "Catatan ditambahkan",
    EventKind.HELD: "Tujuan ditahan sementara; kendaraan tetap dicarikan",
    EventKind.REQUEST_ENDED: "Permintaan berakhir; yang diberi tahu: {told}",
    EventKind.DUTY_CHANGED: "{vehicle} {duty}",
}


def event_text(event: Event, vehicle_name: str | None = None) -> str:
    """One line of a timeline."""
    words = Gaps({name: str(value) for name, value in event.facts.items()})
    words["vehicle"] = vehicle_name or event.vehicle_id or "kendaraan"
    for name, names in (("state", _STATE_NAMES), ("duty", DUTY_NAMES), ("approver", APPROVER_NAMES)):
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
    "edited_meanwhile": "Orang lain baru saja mengubah rancangan ini. Muat ulang, lalu ulangi perubahan Anda.",
    "draft_has_problems": "Rancangan ini masih ada yang perlu diperbaiki sebelum diajukan.",
    "same_person": "Orang kedua harus menyetujui: bukan yang menyusun atau mengajukan rancangan ini.",
    "not_submitted": "Rancangan ini belum diajukan, atau sudah berubah. Muat ulang halaman.",
    "not_approved": "Rancangan ini belum disetujui orang kedua.",
    "in_the_past": "Waktu mulai berlaku sudah lewat. Pilih waktu yang akan datang.",
    "version_taken": "Nama versi ini sudah dipakai. Beri nama versi yang lain.",
    "versions_overlap": "Versi lain mulai berlaku pada saat yang sama. Pilih waktu yang lain.",
    "draft_published": "Rancangan ini sudah terbit. Susun rancangan baru untuk mengubahnya.",
    "not_a_pack": "Berkas ini bukan SOP. Unggah berkas TOML yang diawali [pack].",
    "not_your_agency": "Persetujuan ini diminta dari operator pemilik kendaraan.",
    "no_such_approval": "Persetujuan ini tidak sedang diminta.",
    "not_the_approver": "Persetujuan ini diminta dari petugas lain.",
    "on_duty_trip": "Selesaikan dahulu tugas yang sedang berjalan.",
    "message_overtaken": "Pesan ini tidak perlu dikirim lagi: keadaannya sudah berubah.",
    "somebody_was_first": "Orang lain baru saja mengubahnya. Muat ulang lalu coba lagi.",
}


def refusal_title(refusal: Refusal) -> str:
    """What to tell a person whose command was not carried out."""
    return _REFUSALS.get(refusal.code, "Perintah ini belum dapat dijalankan. Muat ulang halaman lalu coba lagi.")
