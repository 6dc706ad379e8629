"""Every sentence that is told, word by word, and none that leaves somebody alone with it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.message import Template
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.trip_steps import STATES
from dispatch.words.messages import message_text, names_of
from dispatch.words.tables import table

WORDS: dict[str, str | None] = {
    "asked": "mobil jenazah",
    "what": "mobil jenazah",
    "vehicle": "Mobil jenazah Contoh",
    "car": "Mobil jenazah Contoh (pelat B 1 XXX, sopir Budi)",
    "pickup": "Puskesmas Contoh",
    "which": "mobil jenazah dari Puskesmas Contoh pukul 16.45",
    "about": "Jenazah ke luar kota: sopir kedua ikut",
    "eta": "16.59",
    "until": "16.47",
    "due": "pukul 17.00",
    "owner": "Operator kami",
    "why": "sopir-sopir yang ditawari belum dapat berangkat",
    "end": "selesai dilayani",
    "link": "https://jemput.example/t/abc",
    "app": "https://jemput.example/sopir",
    "notice": "belum berangkat",
    "sooner": "tiba 6 menit lagi, 7 menit lebih cepat",
    "changes": "tujuan",
    "state": "sudah tiba di lokasi jemput",
    "living": "1",
    "where": "tempat penjemputan",
    "booked": "23 Nov 2026 pukul 08.00",
    "when": "23 Nov 2026 pukul 08.00",
    "rides": "12",
    "last": "18 Des 2026 pukul 08.00",
    "documents": "surat kematian",
    "approver": "petugas Dinas Kesehatan",
    "heard": "16.50",
    "sets_out": "segera berangkat",
    "aboard": "masih di dalamnya",
}
WHICH = "mobil jenazah dari Puskesmas Contoh pukul 16.45"
RULE = 'Aturannya: "Jenazah ke luar kota: sopir kedua ikut".'
FOLLOW = "Perkembangannya dapat dilihat di https://jemput.example/t/abc"
OPEN = "Buka https://jemput.example/sopir"
GOLDEN = {
    "received": "Permintaan mobil jenazah sudah kami terima. Seluruhnya ada 12 perjalanan, yang terakhir 18 Des 2026 "
    f"pukul 08.00. Tidak perlu menelepon ke mana-mana; kami yang menghubungi. {FOLLOW}",
    "return_booked": "Perjalanan pulang sudah kami catat untuk 18 Des 2026 pukul 08.00. Tidak perlu menelepon ke "
    "mana-mana; kami yang mengabari. Jadwal dan perkembangannya dapat dilihat di https://jemput.example/t/abc",
    "return_on_call": "Perjalanan pulang sudah kami catat. Paling cepat 18 Des 2026 pukul 08.00. Bila sudah siap "
    'dijemput, tekan "Siap dijemput pulang" di https://jemput.example/t/abc',
    "wait_there": "Mobil jenazah Contoh ditunggu pasiennya untuk perjalanan pulang. Tunggu di Puskesmas Contoh, lalu "
    f"antar pulang. Paling cepat 23 Nov 2026 pukul 08.00. {OPEN}",
    "wait_over": "Mobil jenazah Contoh tidak perlu menunggu lagi untuk perjalanan pulang. Terima kasih.",
    "booked": "Perjalanan mobil jenazah sudah kami catat untuk 23 Nov 2026 pukul 08.00. Seluruhnya ada 12 "
    "perjalanan, yang terakhir 18 Des 2026 pukul 08.00. Tidak perlu menelepon ke mana-mana; kami yang "
    "mengabari. Jadwal dan perkembangannya dapat dilihat di https://jemput.example/t/abc",
    "booking_uncertain": "Kendaraan untuk 23 Nov 2026 pukul 08.00 belum pasti; kami terus mencarikannya. Operator kami "
    f"menelepon Anda paling lambat pukul 17.00. Tidak perlu menelepon ke mana-mana. {FOLLOW}",
    "booking_uncertain_here": f"Permintaan {WHICH} belum punya kendaraan yang pasti. Kami terus mencarikannya dan "
    'keluarga ditelepon kembali. Yang menghalangi kendaraan terbanyak: aturan "Jenazah ke luar kota: sopir kedua '
    f'ikut". {OPEN}',
    "booking_papers": "Mohon siapkan surat sebelum penjemputan 23 Nov 2026 pukul 08.00. Yang perlu disiapkan: surat "
    f"kematian. {FOLLOW}",
    "booking_sure": f"Kabar baik: kendaraan untuk 23 Nov 2026 pukul 08.00 sudah dipesan lagi. {FOLLOW}",
    "return_asked": 'Perjalanan pulang masih menunggu kabar dari Anda. Bila sudah siap dijemput, tekan "Siap dijemput '
    'pulang" di https://jemput.example/t/abc Operator kami menelepon Anda paling lambat pukul 17.00.',
    "offer": "Ada tugas untuk Mobil jenazah Contoh. Kebutuhan: mobil jenazah. Jemput di Puskesmas Contoh. Untuk 23 Nov "
    "2026 pukul 08.00. Mohon "
    f"dijawab sebelum pukul 16.47. {OPEN}",
    "offer_auto": "Mobil jenazah Contoh mendapat tugas. Kebutuhan: mobil jenazah. Jemput di Puskesmas Contoh. "
    f"Untuk 23 Nov 2026 pukul 08.00. Mohon segera berangkat. {OPEN}",
    "offer_unanswered": "Mobil jenazah Contoh mendapat tawaran tugas dan sopirnya belum menjawab. Mohon bantu "
    f"hubungi sopirnya sebelum pukul 16.47. {OPEN}",
    "vehicle_proposed": "Mobil jenazah Contoh dapat lebih cepat tiba di permintaan yang gawat darurat. "
    f"Perkiraannya: tiba 6 menit lagi, 7 menit lebih cepat. Permintaannya: {WHICH}. Mohon diputuskan. {OPEN}",
    "diverted": "Mobil jenazah Contoh dialihkan ke permintaan yang gawat darurat sesuai SOP. Perkiraannya: tiba "
    f"6 menit lagi, 7 menit lebih cepat. Permintaannya: {WHICH}. {OPEN}",
    "trip_noticed": "Perjalanan Mobil jenazah Contoh perlu diperiksa. Yang terjadi: belum berangkat. "
    f"Permintaannya: {WHICH}. {OPEN}",
    "arrives_later": "Mohon maaf, Mobil jenazah Contoh tiba lebih lambat dari perkiraan. Sekarang diperkirakan tiba di "
    "tempat penjemputan sekitar pukul 16.59. Perjalanannya terus kami pantau; tidak perlu menelepon ke mana-mana. "
    f"{FOLLOW}",
    "arrives_later_facility": "Mobil jenazah Contoh tiba lebih lambat dari perkiraan. Sekarang diperkirakan tiba "
    f"di tempat penjemputan sekitar pukul 16.59. Permintaannya: {WHICH}.",
    "met_nobody": "Kendaraan kami sudah di tempat penjemputan, tetapi belum bertemu siapa pun. Operator kami menelepon "
    "Anda paling lambat pukul 17.00. Kendaraannya menunggu.",
    "patient_died": "Awak Mobil jenazah Contoh melaporkan seorang pasien meninggal di jalan; kendaraan meneruskan "
    "perjalanan ke fasilitas Anda. Mohon dokter memastikannya saat tiba. Keluarga belum kami kabari. "
    f"{OPEN}",
    "patient_died_on_scene": "Awak Mobil jenazah Contoh melaporkan seorang pasien meninggal di tempat penjemputan, "
    f"sebelum dibawa ke fasilitas Anda. Permintaannya: {WHICH}. Bila tetap dibawa ke sana, Anda kami kabari lagi. "
    "Keluarga belum kami kabari.",
    "corrected": "Maaf, kabar kami tentang Mobil jenazah Contoh tadi keliru. Yang benar, kendaraan sudah tiba di "
    f"lokasi jemput. {FOLLOW}",
    "corrected_for_driver": "Operator membetulkan langkah perjalanan Mobil jenazah Contoh. Sekarang tercatat: sudah "
    f"tiba di lokasi jemput. Mohon lihat halaman sopir. {OPEN}",
    "onward": "Mobil jenazah sedang kami siapkan; tidak perlu menelepon ke mana-mana. Operator kami menelepon Anda "
    f"paling lambat pukul 17.00 untuk menanyakan tujuan. Pasien lain (1 orang) tetap kami layani. {FOLLOW}",
    "death_confirmed": f"Kematian seorang pasien pada permintaan {WHICH} sudah dipastikan. Kendaraan untuk jenazahnya "
    f"sedang dicarikan. Pasien lain (1 orang) masih hidup; perjalanannya diteruskan. {OPEN}",
    "death_not_confirmed": f"Pasien Mobil jenazah Contoh pada permintaan {WHICH} masih hidup; laporan awaknya tidak "
    f"berlaku lagi. Perjalanan diteruskan seperti semula. {OPEN}",
    "transfer": "Perjalanan Anda akan diteruskan kendaraan lain yang sedang kami atur. Mobil jenazah Contoh tetap "
    f"menemani sampai kendaraan itu membawa. {FOLLOW}",
    "transfer_for_driver": "Perjalanan Mobil jenazah Contoh akan diteruskan kendaraan lain. Tempat bertemu ada di "
    f"halaman sopir; mohon tetap menemani yang diantar sampai berpindah. {OPEN}",
    "transfer_for_facility": "Perjalanan Mobil jenazah Contoh akan diteruskan kendaraan lain. Permintaannya: "
    f"{WHICH}. {OPEN}",
    "handed_over": "Yang diantar sudah di kendaraan lain; tugas Mobil jenazah Contoh selesai. Terima kasih.",
    "changed": f"Permintaan Anda sudah kami perbarui. Yang berubah: tujuan. Berlaku untuk 12 perjalanan. {FOLLOW}",
    "changed_for_driver": "Tugas Mobil jenazah Contoh berubah. Yang berubah: tujuan. Mohon lihat halaman sopir sebelum "
    f"melanjutkan. {OPEN}",
    "changed_for_facility": f"Permintaan {WHICH} berubah. Yang berubah: tujuan. {OPEN}",
    "offer_withdrawn": "Tawaran tugas untuk Mobil jenazah Contoh sudah ditarik; tidak perlu berangkat. Terima "
    "kasih sudah siaga.",
    "coming": f"Mobil jenazah Contoh (pelat B 1 XXX, sopir Budi) segera berangkat. Tiba sekitar pukul 16.59. {FOLLOW}",
    "coming_to_facility": f"Mobil jenazah Contoh (pelat B 1 XXX, sopir Budi) menerima permintaan {WHICH}. Tiba "
    "sekitar pukul 16.59.",
    "en_route": f"Mobil jenazah Contoh sudah dalam perjalanan ke tempat penjemputan. {FOLLOW}",
    "on_scene": "Mobil jenazah Contoh (pelat B 1 XXX, sopir Budi) sudah tiba di tempat penjemputan.",
    "transporting": f"Mobil jenazah Contoh sedang mengantar ke tujuan. {FOLLOW}",
    "at_destination": "Mobil jenazah Contoh sudah sampai di tujuan.",
    "trip_over": "Tugas Mobil jenazah Contoh sudah selesai. Terima kasih atas kesabarannya.",
    "trip_over_facility": f"Mobil jenazah Contoh sudah menyelesaikan permintaan {WHICH}.",
    "replaced": "Mohon maaf, Mobil jenazah Contoh berhalangan. Kendaraan pengganti sedang kami carikan; tidak "
    f"perlu menelepon lagi, kami yang mengabari. {FOLLOW}",
    "vehicle_lost": f"Mobil jenazah Contoh berhalangan pada permintaan {WHICH}; penggantinya sedang dicarikan. "
    f"Yang diantar masih di dalamnya; mohon pastikan lewat telepon di mana kendaraannya berhenti. {OPEN}",
    "let_go": "Mobil jenazah Contoh dibebaskan dari tugasnya; tidak perlu melanjutkan perjalanan. Terima kasih.",
    "approval_asked": "Persetujuan Anda ditunggu agar Mobil jenazah Contoh dapat berangkat. Permintaannya: "
    f"{WHICH}. {RULE} {OPEN}",
    "help_asked": f"Kami memohon bantuan Mobil jenazah Contoh milik instansi Anda. Permintaannya: {WHICH}. {RULE} "
    f"Mohon dijawab secepatnya. {OPEN}",
    "approval_reminded": f"Persetujuan Anda untuk Mobil jenazah Contoh masih ditunggu. Permintaannya: {WHICH}. "
    f"{RULE} {OPEN}",
    "approval_silent": "Persetujuan untuk Mobil jenazah Contoh belum dijawab petugas Dinas Kesehatan. "
    f"Permintaannya: {WHICH}. {RULE} Mohon bantu menelepon yang berwenang; jawabannya dapat Anda catat di halaman "
    f"operator. {OPEN}",
    "approval_nobody": "Persetujuan untuk Mobil jenazah Contoh diperlukan, tetapi belum ada petugas Dinas Kesehatan "
    f"yang terdaftar. Permintaannya: {WHICH}. {RULE} Mohon bantu menelepon yang berwenang; jawabannya dapat Anda catat "
    f"di halaman operator. {OPEN}",
    "approval_heard": "Izin Anda agar Mobil jenazah Contoh berangkat dicatat dari telepon. Teleponnya pukul "
    f"16.50. Permintaannya: {WHICH}. {RULE} Bila keliru, mohon tarik kembali izin itu di halaman Anda sebelum "
    f"penjemputan. {OPEN}",
    "refusal_heard": "Jawaban Anda bahwa Mobil jenazah Contoh belum boleh berangkat dicatat dari telepon. "
    f"Teleponnya pukul 16.50. Permintaannya: {WHICH}. {RULE} Bila keliru, mohon dijawab sendiri di halaman Anda. "
    f"{OPEN}",
    "approval_taken_back": "Izin petugas Dinas Kesehatan untuk Mobil jenazah Contoh ditarik kembali; kendaraan "
    f"lain sedang dicarikan. Permintaannya: {WHICH}. {RULE} {OPEN}",
    "approval_taken_back_facility": f"Mohon maaf, izin berangkat Mobil jenazah Contoh untuk permintaan {WHICH} ditarik "
    "kembali. Penggantinya sedang dicarikan; Mobil jenazah Contoh tetap menuju ke sana sampai penggantinya berangkat. "
    f"{OPEN}",
    "promise_made": "Kami terus mencarikan kendaraan untuk Anda. Operator kami menelepon Anda paling "
    f"lambat pukul 17.00. Tidak perlu menelepon ke mana-mana. {FOLLOW}",
    "document_promised": "Permintaan Anda sudah kami catat; persediaannya sedang ditunggu. Operator kami "
    f"menelepon Anda paling lambat pukul 17.00. Tidak perlu datang lagi sebelum kami kabari. {FOLLOW}",
    "promise_reminded": "Sebentar lagi waktunya menelepon kembali keluarga. Teleponnya paling lambat pukul "
    f"17.00. Permintaannya: {WHICH}. {OPEN}",
    "promise_overdue": f"Janji menelepon kembali untuk permintaan {WHICH} sudah lewat waktunya dan sekarang "
    f"dipegang Anda. Mohon segera telepon keluarga. {OPEN}",
    "promise_beside": "Operator kami memegang janji menelepon kembali keluarga malam ini; mohon didampingi. "
    f"Teleponnya paling lambat pukul 17.00. Permintaannya: {WHICH}. {OPEN}",
    "promise_late": "Mohon maaf, kami terlambat menelepon Anda. Janji kami paling lambat pukul 17.00. Operator kami "
    f"segera menelepon Anda; permintaan Anda tetap kami urus. {FOLLOW}",
    "police_notice": "Pemberitahuan untuk kepolisian: ada jenazah yang perlu diketahui polisi. Tempat "
    f"penjemputan: Puskesmas Contoh. Permintaannya: {WHICH}. {RULE} Mohon menghubungi operator kami.",
    "owner_notice": f"Mobil jenazah Contoh dipakai untuk permintaan {WHICH}. {RULE} Terima kasih atas bantuannya.",
    "operator_notice": f"Permintaan {WHICH} perlu diketahui operator. {RULE} {OPEN}",
    "escalated": f"Permintaan {WHICH} memerlukan perhatian Anda: sopir-sopir yang ditawari belum dapat berangkat. "
    f"{OPEN}",
    "family_needs_nothing": f"Keluarga mengabari bahwa kendaraan tidak diperlukan lagi. Permintaannya: {WHICH}. "
    "Operator memastikan tindak lanjutnya.",
    "family_left": f"Keluarga mengabari bahwa mereka sudah berangkat sendiri. Permintaannya: {WHICH}. Operator "
    "memastikan tindak lanjutnya.",
    "stock_came": "Kabar baik: yang Anda tunggu sudah datang. Kami menelepon Anda menurut urutan; tidak perlu "
    f"mengantre. Paling lambat pukul 17.00. {FOLLOW}",
    "ended_completed": "Permintaan Anda sudah selesai dilayani. Terima kasih.",
    "ended_cancelled": "Permintaan Anda kami tutup karena tidak diperlukan lagi. Yang ditutup ada 12 perjalanan. Bila "
    "ternyata masih perlu, kabari kami; kami carikan kendaraan lagi.",
    "ended_duplicate": "Permintaan Anda kami gabungkan dengan permintaan yang sama. Kendaraannya tetap "
    "kami urus; tidak perlu menelepon lagi.",
    "ended_unfounded": "Permintaan ini kami tutup karena di tempat penjemputan tidak ada yang perlu "
    "dijemput. Bila ternyata masih perlu, kabari kami; kami carikan kendaraan lagi.",
    "ended_facility": f"Permintaan {WHICH} berakhir: selesai dilayani. Bersamanya seluruhnya 12 perjalanan.",
}


@pytest.mark.parametrize("template", GOLDEN)
def test_what_is_said_is_said_word_by_word(template: str) -> None:
    assert message_text(template, WORDS, Lang.ID) == GOLDEN[template]


def test_every_message_and_all_that_a_state_of_the_trip_tells_is_said_in_every_language() -> None:
    told = {key for row in STATES.values() for _, key in row.tells}
    for lang in Lang:
        assert table(lang, "messages.say").keys() == {*map(str, Template), *told}
    assert GOLDEN.keys() == table(Lang.ID, "messages.say").keys()


def test_no_sentence_names_a_fact_that_nothing_gives() -> None:
    named = {name for sentence in table(Lang.ID, "messages.say").values() for name in names_of(sentence)}
    assert named == WORDS.keys()


@given(
    template=st.sampled_from(sorted(GOLDEN)), lang=st.sampled_from(Lang), given_=st.sets(st.sampled_from(sorted(WORDS)))
)
def test_a_message_without_some_facts_still_says_something_whole(template: str, lang: Lang, given_: set[str]) -> None:
    text = message_text(template, {name: WORDS[name] for name in given_}, lang)
    assert text.strip()
    assert not re.search(r"[{}]|None", text)


@pytest.mark.parametrize("template", GOLDEN)
def test_nobody_is_left_with_a_last_word(template: str) -> None:
    for word in ("ditolak", "tidak tersedia", "tidak bisa", "gagal"):
        assert word not in message_text(template, WORDS, Lang.ID).lower()
