"""The sentences of messages, in plain and kind Indonesian; one that lacks a fact is left out."""

import string
from collections.abc import Mapping

from dispatch.domain.message import Template

_T = Template
_FOLLOW = "Perkembangannya dapat dilihat di {link}"
_OPEN = "Buka {app}"
# The first sentence is always said: it names nothing but words that have a default.
SENTENCES: Mapping[Template, tuple[str, ...]] = {
    _T.RECEIVED: (
        "Permintaan {asked} sudah kami terima.",
        "Tidak perlu menelepon ke mana-mana; kami yang menghubungi.",
        _FOLLOW,
    ),
    _T.OFFER: (
        "Ada tugas untuk {vehicle}.",
        "Kebutuhan: {what}.",
        "Jemput di {pickup}.",
        "Mohon dijawab sebelum pukul {until}.",
        _OPEN,
    ),
    _T.OFFER_AUTO: (
        "{vehicle} mendapat tugas.",
        "Kebutuhan: {what}.",
        "Jemput di {pickup}.",
        "Mohon segera berangkat.",
        _OPEN,
    ),
    _T.OFFER_UNANSWERED: (
        "{vehicle} mendapat tawaran tugas dan sopirnya belum menjawab.",
        "Mohon bantu hubungi sopirnya sebelum pukul {until}.",
        _OPEN,
    ),
    _T.OFFER_WITHDRAWN: (
        "Tawaran tugas untuk {vehicle} sudah ditarik; tidak perlu berangkat.",
        "Terima kasih sudah siaga.",
    ),
    _T.COMING: ("{vehicle} segera berangkat.", "Tiba sekitar pukul {eta}.", _FOLLOW),
    _T.COMING_TO_FACILITY: ("{vehicle} menerima permintaan {request}.", "Tiba sekitar pukul {eta}."),
    _T.EN_ROUTE: ("{vehicle} sudah dalam perjalanan ke tempat penjemputan.", _FOLLOW),
    _T.ON_SCENE: ("{vehicle} sudah tiba di tempat penjemputan.",),
    _T.TRANSPORTING: ("{vehicle} sedang mengantar ke tujuan.", _FOLLOW),
    _T.AT_DESTINATION: ("{vehicle} sudah sampai di tujuan.",),
    _T.TRIP_OVER: ("Tugas {vehicle} sudah selesai.", "{condolence}", "Terima kasih atas kesabarannya."),
    _T.TRIP_OVER_FACILITY: ("{vehicle} sudah menyelesaikan permintaan {request}.",),
    _T.REPLACED: (
        "Mohon maaf, {vehicle} berhalangan.",
        "Kendaraan pengganti sedang kami carikan; tidak perlu menelepon lagi, kami yang mengabari.",
        _FOLLOW,
    ),
    _T.VEHICLE_LOST: ("{vehicle} berhalangan pada permintaan {request}; penggantinya sedang dicarikan.", _OPEN),
    _T.LET_GO: ("{vehicle} dibebaskan dari tugasnya; tidak perlu melanjutkan perjalanan.", "Terima kasih."),
    _T.APPROVAL_ASKED: (
        "Persetujuan Anda ditunggu agar {vehicle} dapat berangkat.",
        "Permintaan {request}, aturan {rule}.",
        _OPEN,
    ),
    _T.HELP_ASKED: (
        "Kami memohon bantuan {vehicle} milik instansi Anda.",
        "Kebutuhan: {what}.",
        "Permintaan {request}, aturan {rule}.",
        "Mohon dijawab secepatnya.",
        _OPEN,
    ),
    _T.PROMISE_MADE: (
        "Kami terus mencarikan kendaraan untuk Anda.",
        "{owner} menelepon Anda paling lambat {due}.",
        "Tidak perlu menelepon ke mana-mana.",
        _FOLLOW,
    ),
    _T.DOCUMENT_PROMISED: (
        "Permintaan Anda sudah kami catat; persediaannya sedang ditunggu.",
        "{owner} menelepon Anda paling lambat {due}.",
        "Tidak perlu datang lagi sebelum kami kabari.",
        _FOLLOW,
    ),
    _T.PROMISE_REMINDED: (
        "Sebentar lagi waktunya menelepon kembali keluarga.",
        "Permintaan {request}, paling lambat {due}.",
        _OPEN,
    ),
    _T.PROMISE_OVERDUE: (
        "Janji menelepon kembali untuk permintaan {request} sudah lewat waktunya dan sekarang dipegang Anda.",
        "Mohon segera telepon keluarga.",
        _OPEN,
    ),
    _T.POLICE_NOTICE: (
        "Pemberitahuan untuk kepolisian: ada jenazah yang perlu diketahui polisi, permintaan {request}.",
        "Tempat penjemputan: {pickup}.",
        "Aturan {rule}.",
        "Mohon menghubungi operator kami.",
    ),
    _T.OWNER_NOTICE: (
        "{vehicle} dipakai untuk permintaan {request}.",
        "Kebutuhan: {what}.",
        "Aturan {rule}.",
        "Terima kasih atas bantuannya.",
    ),
    _T.OPERATOR_NOTICE: ("Permintaan {request} perlu diketahui operator.", "Aturan {rule}.", _OPEN),
    _T.ESCALATED: ("Permintaan {request} memerlukan perhatian Anda: {why}.", _OPEN),
    _T.FAMILY_NEEDS_NOTHING: (
        "Keluarga mengabari bahwa kendaraan tidak diperlukan lagi, permintaan {request}.",
        "Operator memastikan tindak lanjutnya.",
    ),
    _T.FAMILY_LEFT: (
        "Keluarga mengabari bahwa mereka sudah berangkat sendiri, permintaan {request}.",
        "Operator memastikan tindak lanjutnya.",
    ),
    _T.FAMILY_SAID: ("Keluarga mengirim kabar tentang permintaan {request}.", _OPEN),
    _T.STOCK_CAME: (
        "Kabar baik: yang Anda tunggu sudah datang.",
        "Kami menelepon Anda menurut urutan; tidak perlu mengantre.",
        _FOLLOW,
    ),
    _T.ENDED_COMPLETED: ("Permintaan Anda sudah selesai dilayani.", "Terima kasih."),
    _T.ENDED_CANCELLED: (
        "Permintaan Anda kami tutup karena tidak diperlukan lagi.",
        "Bila ternyata masih perlu, kabari kami; kami carikan kendaraan lagi.",
    ),
    _T.ENDED_DUPLICATE: (
        "Permintaan Anda kami gabungkan dengan permintaan yang sama.",
        "Kendaraannya tetap kami urus; tidak perlu menelepon lagi.",
    ),
    _T.ENDED_UNFOUNDED: (
        "Permintaan ini kami tutup karena di tempat penjemputan tidak ada yang perlu dijemput.",
        "Bila ternyata masih perlu, kabari kami; kami carikan kendaraan lagi.",
    ),
    _T.ENDED_FACILITY: ("Permintaan {request} berakhir: {end}.",),
}
WHAT = {
    "emergency": "ambulans gawat darurat",
    "referral": "kendaraan rujukan",
    "transport": "kendaraan antar kontrol",
    "body": "mobil jenazah",
}
OWNERS = {"operator": "Operator kami", "staff": "Petugas fasilitas", "health_officer": "Petugas Dinas Kesehatan"}
ENDS = {
    "completed": "selesai dilayani",
    "cancelled_by_requester": "tidak diperlukan lagi",
    "duplicate": "digabungkan dengan permintaan yang sama",
    "unfounded": "tidak ada yang perlu dijemput",
}
WHYS = {
    "refused_often": "sopir-sopir yang ditawari belum dapat berangkat",
    "searching_long": "pencarian sudah berjalan lama",
    "nobody_eligible": "menurut SOP belum ada kendaraan yang boleh berangkat",
}
CONDOLENCE = "Kami turut berdukacita."
_DEFAULTS = {
    "asked": "Anda",
    "vehicle": "Kendaraan",
    "request": "ini",
    "why": "belum ada yang dapat berangkat",
    "end": "sudah ditutup",
}
_ROLES = {
    "contact": "Keluarga",
    "driver": "Sopir {}",
    "base": "Pangkalan {}",
    "owner": "Pemilik {}",
    "police": "Kepolisian",
    "operator": "Operator",
    "health_officer": "Petugas Dinas Kesehatan",
    "agency": "Operator {}",
    "facility": "{}",
    "person": "Pemegang janji",
}


def message_text(template: Template, words: Mapping[str, str | None]) -> str:
    """What is said, sentence by sentence; `words` are the facts as people read them."""
    known = {**_DEFAULTS, **{name: value for name, value in words.items() if value}}
    said = [sentence.format_map(known) for sentence in SENTENCES[template] if names_of(sentence) <= known.keys()]
    return " ".join(said)


def names_of(sentence: str) -> set[str]:
    """The facts that a sentence names."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def recipient_label(kind: str, name: str) -> str:
    """Whom a message is for, as people read it; `name` is that of the vehicle, facility or agency."""
    return _ROLES.get(kind, kind).format(name)
