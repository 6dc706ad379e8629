"""What a draft's page says, in Indonesian: what is wrong with it, and what a scenario expected under it."""

from collections.abc import Mapping

from dispatch.rules.conditions import KEYS
from dispatch.rules.pack.faults import PackFault
from dispatch.rules.values import Kind
from dispatch.words.facts import area_name, word
from dispatch.words.sop import KEY_LABELS

_EXPECTED: Mapping[str, str] = {
    "state": "keadaan permintaan",
    "refused": "penolakan langkah",
    "duty": "status dinas",
    "offered": "yang ditawari",
    "assigned": "yang bertugas",
    "never_offered": "yang tidak pernah ditawari",
    "denied": "yang menurut SOP belum boleh",
    "needs_approval": "yang perlu persetujuan",
    "eligible": "yang boleh berangkat",
    "promise": "janji telepon kembali",
    "order": "urutan permintaan",
    "checklist": "daftar periksa",
    "notified": "yang diberi tahu",
    "told": "kabar kepada keluarga",
    "sentence_has": "kalimat keputusan",
    "assignments": "penugasan",
    "signal": "sinyal",
    "taps": "ketukan yang tersimpan",
}


def expectation_text(what: str, expected: str, happened: str) -> str:
    """What a scenario expected and what came out, for the page on which a draft is tried."""
    name, _, rest = what.partition(" ")
    label = f"{_EXPECTED.get(name, name.replace('_', ' '))} {rest}".strip()
    return f"{label[:1].upper()}{label[1:]}: diharapkan {expected or 'tidak ada'}; terjadi {happened or 'tidak ada'}."


_FAULTS: Mapping[str, str] = {
    "rule_twice": "Aturan {rule} ada dua kali. Beri salah satunya nama lain.",
    "built_in_id": "{rule} adalah nama aturan bawaan. Pilih nama lain.",
    "bad_rule_id": "Nama aturan memakai huruf di depan, lalu huruf, angka, atau tanda hubung, paling banyak 20.",
    "forbids_everything": "{rule} akan melarang semuanya. Isi kapan, atau untuk kendaraan mana.",
    "requires_nothing": "{rule} mewajibkan sesuatu: isi syaratnya.",
    "prefers_nothing": "{rule} mendahulukan sesuatu: isi yang didahulukan pada syaratnya.",
    "no_approver": "{rule} meminta persetujuan: pilih siapa yang menyetujui.",
    "pair_of_what": "{rule} menyertakan kendaraan kedua: isi berapa menit lebih cepat, atau satu untuk setiap jenazah.",
    "defers_nothing": "{rule} membolehkan sesuatu menyusul: pilih suratnya.",
    "tells_nobody": "{rule} memberi tahu seseorang: isi siapa.",
    "overrides_of_one_each": "{rule}: yang dikesampingkan hanya diisi untuk penolong pertama.",
    "overrides_itself": "{rule} mengesampingkan dirinya sendiri.",
    "never_lifted": "{other} tidak pernah dikesampingkan: mobil jenazah tidak membawa pasien hidup.",
    "out_of_range": "Isi angka dari {low} sampai {high}.",
    "vehicle_keys_only": "{rule}: syarat ini bukan tentang kendaraan. Pindahkan ke bagian “Bila”.",
    "contradiction": "{rule}: dua syarat di bagian ini bertentangan ({one} dengan {two}).",
    "never_speaks": "{rule} tidak akan pernah berlaku: “Bila” bertentangan dengan kendaraannya.",
    "unless_always": "{rule} tidak akan pernah berlaku: kekecualiannya selalu terpenuhi.",
    "never_met": "{rule} tidak akan pernah terpenuhi: syaratnya bertentangan. Untuk melarang, pilih MELARANG.",
    "unknown_fact": "Kalimat alasan menyebut {fact}, yang tidak dilihat aturan ini. Yang dikenal: {known}.",
    "lone_brace": "Kurung kurawal dalam kalimat alasan belum berpasangan.",
    "red_longer": "Waktu menjawab tawaran merah lebih lama daripada yang lain.",
    "town_faster": "Kecepatan mobil jenazah di kota lebih tinggi daripada di luar kota.",
    "need_without_class": "Tidak ada lagi jenis kendaraan yang boleh melayani {need} ({rules}). Beri kekecualian.",
    "version_taken": "Versi {version} sudah ada. Beri nama versi yang lain.",
    "versions_overlap": "Versi {other} mulai berlaku pada saat yang sama.",
    "overrides_unknown": "{rule} mengesampingkan {name}, yang tidak ada.",
    "named_twice": "Ada yang disebut dua kali.",
    "empty_list": "Daftar ini masih kosong.",
    "not_text": "Bagian ini masih kosong.",
    "too_long": "Paling banyak {most} huruf.",
}


# The two sides of a contradiction.
_SIDES: Mapping[str, str] = {
    'need = ["body"]': "kebutuhannya jenazah",
    "need without body": "kebutuhannya bukan jenazah",
    "living = true": "pasien masih hidup",
    "living = false": "yang dijemput sudah meninggal",
    "death": "jenis kematian",
    "can_sit = true": "pasien dapat duduk",
    "a body": "jenazah",
}
# What a form's field takes, by its kind.
_VALUES: Mapping[Kind, str] = {
    Kind.CHOICE: "pilih dari daftarnya",
    Kind.FLAG: "pilih ya atau tidak",
    Kind.NUMBER: "isi angka nol atau lebih",
    Kind.DAYS: "pilih harinya",
    Kind.HOURS: "isi jam mulai dan jam selesai yang berbeda",
    Kind.NAMES: "isi paling sedikit satu nama",
}


def fault_sentence(fault: PackFault) -> str:
    """What is wrong with a draft, for the page on which it is mended."""
    facts = dict(fault.facts)
    if "need" in facts:
        facts["need"] = word("need", facts["need"])
    for side in ("one", "two"):
        if side in facts:
            facts[side] = _SIDES.get(str(facts[side]), facts[side])
    if "agency" in facts:
        facts["agency"] = area_name(str(facts["agency"]))
    key = (fault.field or "").rpartition(".")[2]
    if fault.code == "bad_value" and key in KEY_LABELS:
        return f"“{KEY_LABELS[key][0]}” belum benar: {_VALUES[KEYS[key].value.kind]}."
    template = _FAULTS.get(fault.code, "Isian {name} belum benar. Periksa lagi.")
    return template.format(**{"name": fault.field or "ini", **facts})
