"""Every sentence that is told, word by word, and none that leaves somebody alone with it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.message import Template
from dispatch.words.messages import SENTENCES, message_text, names_of

WORDS: dict[str, str | None] = {
    "asked": "mobil jenazah",
    "what": "mobil jenazah",
    "vehicle": "Mobil jenazah Contoh",
    "pickup": "Puskesmas Contoh",
    "request": "P-1",
    "rule": "R02",
    "eta": "16.59",
    "until": "16.47",
    "due": "pukul 17.00",
    "owner": "Operator kami",
    "why": "sopir-sopir yang ditawari belum dapat berangkat",
    "end": "selesai dilayani",
    "condolence": "Kami turut berdukacita.",
    "link": "https://jemput.example/t/abc",
    "app": "https://jemput.example/sopir",
}
FOLLOW = "Perkembangannya dapat dilihat di https://jemput.example/t/abc"
OPEN = "Buka https://jemput.example/sopir"
GOLDEN = {
    Template.RECEIVED: "Permintaan mobil jenazah sudah kami terima. Tidak perlu menelepon ke mana-mana; kami yang "
    f"menghubungi. {FOLLOW}",
    Template.OFFER: "Ada tugas untuk Mobil jenazah Contoh. Kebutuhan: mobil jenazah. Jemput di Puskesmas Contoh. Mohon "
    f"dijawab sebelum pukul 16.47. {OPEN}",
    Template.OFFER_AUTO: "Mobil jenazah Contoh mendapat tugas. Kebutuhan: mobil jenazah. Jemput di Puskesmas Contoh. "
    f"Mohon segera berangkat. {OPEN}",
    Template.OFFER_UNANSWERED: "Mobil jenazah Contoh mendapat tawaran tugas dan sopirnya belum menjawab. Mohon bantu "
    f"hubungi sopirnya sebelum pukul 16.47. {OPEN}",
    Template.OFFER_WITHDRAWN: "Tawaran tugas untuk Mobil jenazah Contoh sudah ditarik; tidak perlu berangkat. Terima "
    "kasih sudah siaga.",
    Template.COMING: f"Mobil jenazah Contoh segera berangkat. Tiba sekitar pukul 16.59. {FOLLOW}",
    Template.COMING_TO_FACILITY: "Mobil jenazah Contoh menerima permintaan P-1. Tiba sekitar pukul 16.59.",
    Template.EN_ROUTE: f"Mobil jenazah Contoh sudah dalam perjalanan ke tempat penjemputan. {FOLLOW}",
    Template.ON_SCENE: "Mobil jenazah Contoh sudah tiba di tempat penjemputan.",
    Template.TRANSPORTING: f"Mobil jenazah Contoh sedang mengantar ke tujuan. {FOLLOW}",
    Template.AT_DESTINATION: "Mobil jenazah Contoh sudah sampai di tujuan.",
    Template.TRIP_OVER: "Tugas Mobil jenazah Contoh sudah selesai. Kami turut berdukacita. Terima kasih atas "
    "kesabarannya.",
    Template.TRIP_OVER_FACILITY: "Mobil jenazah Contoh sudah menyelesaikan permintaan P-1.",
    Template.REPLACED: "Mohon maaf, Mobil jenazah Contoh berhalangan. Kendaraan pengganti sedang kami carikan; tidak "
    f"perlu menelepon lagi, kami yang mengabari. {FOLLOW}",
    Template.VEHICLE_LOST: f"Mobil jenazah Contoh berhalangan pada permintaan P-1; penggantinya sedang "
    f"dicarikan. {OPEN}",
    Template.LET_GO: "Mobil jenazah Contoh dibebaskan dari tugasnya; tidak perlu melanjutkan perjalanan. Terima kasih.",
    Template.APPROVAL_ASKED: "Persetujuan Anda ditunggu agar Mobil jenazah Contoh dapat berangkat. Permintaan P-1, "
    f"aturan R02. {OPEN}",
    Template.HELP_ASKED: "Kami memohon bantuan Mobil jenazah Contoh milik instansi Anda. Kebutuhan: mobil jenazah. "
    f"Permintaan P-1, aturan R02. Mohon dijawab secepatnya. {OPEN}",
    Template.PROMISE_MADE: "Kami terus mencarikan kendaraan untuk Anda. Operator kami menelepon Anda paling "
    f"lambat pukul 17.00. Tidak perlu menelepon ke mana-mana. {FOLLOW}",
    Template.DOCUMENT_PROMISED: "Permintaan Anda sudah kami catat; persediaannya sedang ditunggu. Operator kami "
    f"menelepon Anda paling lambat pukul 17.00. Tidak perlu datang lagi sebelum kami kabari. {FOLLOW}",
    Template.PROMISE_REMINDED: "Sebentar lagi waktunya menelepon kembali keluarga. Permintaan P-1, paling lambat pukul "
    f"17.00. {OPEN}",
    Template.PROMISE_OVERDUE: "Janji menelepon kembali untuk permintaan P-1 sudah lewat waktunya dan sekarang dipegang "
    f"Anda. Mohon segera telepon keluarga. {OPEN}",
    Template.POLICE_NOTICE: "Pemberitahuan untuk kepolisian: ada jenazah yang perlu diketahui polisi, permintaan P-1. "
    "Tempat penjemputan: Puskesmas Contoh. Aturan R02. Mohon menghubungi operator kami.",
    Template.OWNER_NOTICE: "Mobil jenazah Contoh dipakai untuk permintaan P-1. Kebutuhan: mobil jenazah. Aturan R02. "
    "Terima kasih atas bantuannya.",
    Template.OPERATOR_NOTICE: f"Permintaan P-1 perlu diketahui operator. Aturan R02. {OPEN}",
    Template.ESCALATED: "Permintaan P-1 memerlukan perhatian Anda: sopir-sopir yang ditawari belum dapat berangkat. "
    f"{OPEN}",
    Template.FAMILY_NEEDS_NOTHING: "Keluarga mengabari bahwa kendaraan tidak diperlukan lagi, permintaan P-1. Operator "
    "memastikan tindak lanjutnya.",
    Template.FAMILY_LEFT: "Keluarga mengabari bahwa mereka sudah berangkat sendiri, permintaan P-1. Operator "
    "memastikan tindak lanjutnya.",
    Template.FAMILY_SAID: f"Keluarga mengirim kabar tentang permintaan P-1. {OPEN}",
    Template.STOCK_CAME: "Kabar baik: yang Anda tunggu sudah datang. Kami menelepon Anda menurut urutan; tidak perlu "
    f"mengantre. {FOLLOW}",
    Template.ENDED_COMPLETED: "Permintaan Anda sudah selesai dilayani. Terima kasih.",
    Template.ENDED_CANCELLED: "Permintaan Anda kami tutup karena tidak diperlukan lagi. Bila ternyata masih "
    "perlu, kabari kami; kami carikan kendaraan lagi.",
    Template.ENDED_DUPLICATE: "Permintaan Anda kami gabungkan dengan permintaan yang sama. Kendaraannya tetap "
    "kami urus; tidak perlu menelepon lagi.",
    Template.ENDED_UNFOUNDED: "Permintaan ini kami tutup karena di tempat penjemputan tidak ada yang perlu "
    "dijemput. Bila ternyata masih perlu, kabari kami; kami carikan kendaraan lagi.",
    Template.ENDED_FACILITY: "Permintaan P-1 berakhir: selesai dilayani.",
}


@pytest.mark.parametrize("template", Template)
def test_what_is_said_is_said_word_by_word(template: Template) -> None:
    assert message_text(template, WORDS) == GOLDEN[template]


def test_no_sentence_names_a_fact_that_nothing_gives() -> None:
    named = {name for sentences in SENTENCES.values() for sentence in sentences for name in names_of(sentence)}
    assert named == WORDS.keys()


@given(template=st.sampled_from(Template), given_=st.sets(st.sampled_from(sorted(WORDS))))
def test_a_message_without_some_facts_still_says_something_whole(template: Template, given_: set[str]) -> None:
    text = message_text(template, {name: WORDS[name] for name in given_})
    assert text.strip()
    assert not re.search(r"[{}]|None", text)


@pytest.mark.parametrize("template", Template)
def test_nobody_is_left_with_a_last_word(template: Template) -> None:
    for word in ("ditolak", "tidak tersedia", "tidak bisa", "gagal"):
        assert word not in message_text(template, WORDS).lower()
