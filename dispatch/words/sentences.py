"""Sentences that the server speaks, in Indonesian: decisions, reasons, timeline lines and refusals."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from dispatch.rules.consequences import ChecklistItem
from dispatch.rules.judge_one import CLASS_RULE, DUTY_RULE, LEFT_ALONE_RULE, Finding
from dispatch.rules.sop import Rule
from dispatch.vocabulary.events import Event, EventKind
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.vehicle_classes import VehicleClass
from dispatch.words.facts import (
    APPROVER_NAMES,
    CAUSE_NAMES,
    CLASS_NAMES,
    DOCUMENT_NAMES,
    DUTY_NAMES,
    NEED_NAMES,
    NOTIFIED_NAMES,
    Gaps,
    date_text,
    fact_words,
)

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
    if finding.rule == LEFT_ALONE_RULE:
        if finding.met:
            return "Sopir tidak baru saja berhalangan."
        return f"Sopirnya baru saja berhalangan, jadi belum ditawari lagi sampai pukul {words['left_alone_until']}."
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
    if finding.rule == LEFT_ALONE_RULE:
        return "Operator dapat menelepon sopirnya lebih dahulu."
    if finding.rule == CLASS_RULE:
        return _class_help(finding)
    if rule is None or rule.would_help is None:
        return None
    return rule.would_help.format_map(fact_words(finding.facts))


def _class_help(finding: Finding) -> str:
    """Under what condition this class goes, or which classes do it by themselves."""
    if "can_sit" in finding.facts:
        return "Kendaraan ini boleh berangkat bila pasien dapat duduk."
    need = Need(str(finding.facts["need"]))
    listed = finding.facts.get("may")
    may = [CLASS_NAMES[VehicleClass(kind)] for kind in listed] if isinstance(listed, list) else []
    return f"Untuk {NEED_NAMES[need]} dipakai {', '.join(may[:-1])}{' atau ' if may[1:] else ''}{may[-1]}."


def offer_sentence(name: str, eta_s: float | None, at: datetime, zone: tzinfo, passed: str) -> str:
    """Why this one: who was passed over first, then who comes and when."""
    when = f" tiba sekitar {clock_text(at + timedelta(seconds=eta_s), zone)}" if eta_s is not None else " berangkat"
    return f"{passed} {name}{when}.".strip()


def passed_sentence(name: str, rule: str, text: str) -> str:
    """The nearest vehicle that may not go, with the rule that says so."""
    return f"{name}: {text} ({rule})." if not text.endswith(".") else f"{name}: {text[:-1]} ({rule})."


def say_offers(comes: Sequence[tuple[str, float | None]], at: datetime, zone: tzinfo) -> str:
    """What to tell the family when vehicles are being asked, each with its own time."""
    said = [
        f"{name} tiba sekitar {clock_text(at + timedelta(seconds=eta_s), zone)}"
        if eta_s is not None
        else f"{name} sedang kami hubungi"
        for name, eta_s in comes
    ]
    return f"Katakan kepada keluarga: {', dan '.join(said)}. Kami kabari lewat telepon ini."


def schedule_sentence(schedule_at: datetime, search_at: datetime, zone: tzinfo) -> str:
    """When a booked trip is, and when its vehicle is chosen."""
    return (
        f"Dijadwalkan {day_text(schedule_at, zone)} pukul {clock_text(schedule_at, zone)}; "
        f"kendaraan dipilih mulai pukul {clock_text(search_at, zone)}."
    )


def say_schedule(schedule_at: datetime, zone: tzinfo) -> str:
    """What to tell the family of a booked trip."""
    return (
        f"Katakan kepada keluarga: penjemputan dijadwalkan {day_text(schedule_at, zone)} "
        f"pukul {clock_text(schedule_at, zone)}. Kami kabari lewat telepon ini."
    )


def say_document() -> str:
    """What to tell whoever came for a document that is out of stock."""
    return (
        "Katakan kepada pemohon: nomor telepon sudah kami catat. Kami menelepon begitu persediaan datang, "
        "dan mengantarnya ke rumah bila perlu."
    )


def day_text(at: datetime, zone: tzinfo) -> str:
    """A day as it is written in Indonesia: 26 Agu 2019."""
    return date_text(at.astimezone(zone).date().isoformat())


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


def promise_sentence(why: str, considered: int, asked: list[str]) -> str:
    """Why a call-back is promised, and whose operators are asked meanwhile."""
    if why == Why.OUT_OF_STOCK:
        return "Persediaan sedang habis; nomor telepon dicatat, dan pemohon ditelepon begitu persediaan datang."
    if considered == 0:
        return "Belum ada kendaraan yang terdaftar; operator mencarikan dan menelepon kembali."
    meanwhile = f" Operator pemilik {', '.join(asked)} sedang ditanya." if asked else ""
    return (
        f"Dari {considered} kendaraan belum ada yang dapat ditawari sekarang; pencarian diulang setiap 5 menit "
        f"dan operator menelepon kembali.{meanwhile}"
    )


def soon_sentence(name: str, eta_s: float) -> str:
    """Who is about to be free, and when it could be there."""
    return f"Perkiraan berikutnya {minutes_text(eta_s)}: {name} hampir selesai bertugas."


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
    EventKind.APPROVAL_GIVEN: "{vehicle} disetujui {approver} ({rule})",
    EventKind.APPROVAL_REFUSED: "{vehicle} belum disetujui {approver} ({rule})",
    EventKind.OVERRIDDEN: "Pengecualian {rule} untuk {vehicle}",
    EventKind.SOP_SUBMITTED: "Rancangan SOP {agency} {version} diajukan",
    EventKind.SOP_APPROVED: "Rancangan SOP {agency} {version} disetujui",
    EventKind.SOP_RETURNED: "Rancangan SOP {agency} {version} dikembalikan",
    EventKind.SOP_PUBLISHED: "SOP {agency} {version} terbit",
    EventKind.PROMISE_MADE: "Janji telepon kembali dicatat",
    EventKind.PROMISE_RETRIED: "Pencarian diulang",
    EventKind.PROMISE_CALLED: "Telepon kembali kepada {whom}: {outcome}",
    EventKind.PROMISE_REMINDED: "{to} diingatkan akan janji telepon kembali",
    EventKind.PROMISE_OVERDUE: "Janji lewat waktunya; sekarang dipegang {to}",
    EventKind.PROMISE_HANDED_OVER: "Janji diserahkan kepada {to}",
    EventKind.PROMISE_CLOSED: "Janji selesai; yang diberi tahu: {told}",
    EventKind.STOCK_CAME: "Persediaan sudah datang: {subject}",
    EventKind.NOTICE_ASKED: "Diberi tahu: {whom}",
    EventKind.ESCALATED: "Diteruskan kepada {to}: {why}",
    EventKind.STEP_UNDONE: "{vehicle}: langkah diurungkan, kembali {state}",
    EventKind.PROBLEM_REPORTED: "{vehicle} berkendala",
    EventKind.FAMILY_SAID: "Keluarga mengabari: {said}",
    EventKind.NOTED: "Catatan ditambahkan",
    EventKind.HELD: "{on}; kendaraan tetap dicarikan",
    EventKind.REQUEST_ENDED: "Permintaan berakhir; yang diberi tahu: {told}",
    EventKind.DUTY_CHANGED: "{vehicle} {duty}",
    EventKind.ROAD_CLOSED: "Jalan ditutup: {cause}",
    EventKind.ROAD_OPENED: "Jalan dibuka kembali: {cause}",
}


_ROLE_NAMES = {
    "staff": "petugas fasilitas",
    "operator": "operator",
    "health_officer": "petugas Dinas Kesehatan",
}
_WHY_NAMES = {
    "searching_long": "pencarian sudah lama",
    "refused_often": "beberapa sopir berhalangan",
    "nobody_eligible": "belum ada kendaraan yang boleh berangkat",
    "all_tried_or_unreachable": "semua kendaraan sudah dihubungi",
    Why.OUT_OF_STOCK: "persediaan habis",
}
_NAMES_OF = (
    ("state", _STATE_NAMES),
    ("duty", DUTY_NAMES),
    ("approver", APPROVER_NAMES),
    ("to", _ROLE_NAMES),
    ("why", _WHY_NAMES),
    ("whom", {**NOTIFIED_NAMES, "contact": "keluarga", "facility": "fasilitas"}),
    ("outcome", {"told": "sudah dikabari", "no_answer": "belum diangkat", "wrong_number": "nomor keliru"}),
    ("cause", CAUSE_NAMES),
    ("on", {"True": "Tujuan ditahan sementara", "False": "Tujuan tidak ditahan lagi"}),
    ("said", {"no_longer_needed": "kendaraan tidak diperlukan lagi", "left": "sudah berangkat sendiri"}),
)


def event_text(event: Event, vehicle_name: str | None = None) -> str:
    """One line of a timeline."""
    words = Gaps({name: str(value) for name, value in event.facts.items()})
    words["vehicle"] = vehicle_name or event.vehicle_id or "kendaraan"
    for name, names in _NAMES_OF:
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
    "approval_needed": "Kendaraan ini berangkat setelah disetujui. Tunggu persetujuannya, atau pilih kendaraan lain.",
    "edited_meanwhile": "Orang lain baru saja mengubah rancangan ini. Muat ulang, lalu ulangi perubahan Anda.",
    "draft_has_problems": "Rancangan ini masih ada yang perlu diperbaiki sebelum diajukan.",
    "same_person": "Orang kedua harus menyetujui: bukan yang menyusun atau mengajukan rancangan ini.",
    "not_submitted": "Rancangan ini belum diajukan, atau sudah berubah. Muat ulang halaman.",
    "not_approved": "Rancangan ini belum disetujui orang kedua.",
    "in_the_past": "Waktu mulai berlaku sudah lewat. Pilih waktu yang akan datang.",
    "version_taken": "Nama versi ini sudah dipakai. Beri nama versi yang lain.",
    "versions_overlap": "Versi lain mulai berlaku pada saat yang sama. Pilih waktu yang lain.",
    "draft_published": "Rancangan ini sudah terbit. Susun rancangan baru untuk mengubahnya.",
    "not_a_pack": "Teks ini belum dapat dibaca sebagai SOP. Perbaiki baris yang disebut, lalu kirim lagi.",
    "other_agencys_pack": "Teks ini SOP instansi lain. Kirim ke instansi yang tertulis di [pack].",
    "far_time": "Waktu mulai berlaku terlalu jauh. Pilih waktu sebelum tahun 2200.",
    "not_your_agency": "Persetujuan ini diminta dari operator pemilik kendaraan.",
    "no_such_approval": "Persetujuan ini tidak sedang diminta.",
    "not_the_approver": "Persetujuan ini diminta dari petugas lain.",
    "undo_too_late": "Langkah hanya dapat diurungkan dalam 10 detik. Hubungi operator untuk membetulkannya.",
    "promise_closed": "Janji ini sudah selesai. Muat ulang halaman.",
    "promise_still_owed": "Janji ini masih ditunggu keluarga. Catat teleponnya; janji selesai begitu ada kendaraan.",
    "told_whom": "Tuliskan siapa yang sudah dikabari.",
    "vehicle_under_way": "Kendaraan sedang bertugas untuk permintaan ini. Akhiri lewat permintaannya.",
    "hand_over_to_whom": "Pilih petugas lain yang menerima janji ini.",
    "not_to_deliver": "Dokumen ini tidak sedang menunggu diantar.",
    "subject_of_document": "Tuliskan dokumen yang ditunggu, dan hanya untuk permintaan dokumen.",
    "deliver_where": "Tuliskan ke mana dokumen diantar.",
    "on_duty_trip": "Selesaikan dahulu tugas yang sedang berjalan.",
    "no_street_here": "Di sini belum ada jalan. Gambarlah pada atau melintasi jalan yang ditutup.",
    "closure_many_points": "Gambarnya terlalu rinci. Pakai paling banyak 200 titik.",
    "closure_too_wide": "Gambarnya terlalu luas. Tutup paling jauh 50 km sekali gambar, atau bagi menjadi beberapa.",
    "closure_long_note": "Catatannya terlalu panjang. Pakai paling banyak 300 huruf.",
    "closure_until": "Pilih waktu dibuka kembali yang akan datang, paling lama 30 hari lagi.",
    "closure_over": "Jalan ini sudah dibuka kembali.",
    "many_closures": "Sudah terlalu banyak jalan yang ditutup. Buka kembali yang sudah lewat, lalu ulangi.",
    "message_overtaken": "Pesan ini tidak perlu dikirim lagi: keadaannya sudah berubah.",
    "somebody_was_first": "Orang lain baru saja mengubahnya. Muat ulang lalu coba lagi.",
}


def refusal_title(refusal: Refusal) -> str:
    """What to tell a person whose command was not carried out."""
    return _REFUSALS.get(refusal.code, "Perintah ini belum dapat dijalankan. Muat ulang halaman lalu coba lagi.")
