// What is said where a kept request is changed.
import { id_documents } from "../core/vocabulary";

export const change = {
  button: "Ubah…",
  title: "Ubah permintaan ini",
  how: "Isi yang berubah saja. Kendaraan yang sudah berangkat tetap berjalan sampai ada yang lebih sesuai.",
  aboard: "Pasien sudah di kendaraan: tujuannya masih dapat diubah.",
  dropoff: "Tujuan",
  pickup: "Jemput",
  later: "menyusul",
  place: "Ubah",
  documents: "Surat yang sudah ada",
  document: id_documents,
  phone: "Telepon yang dikabari",
  at: (zone: string) => `Waktu jemput (${zone})`,
  which: "Yang diubah",
  send: "Simpan perubahan",
  back: "Biarkan seperti semula",
  lets: (names: string) => `Perubahan ini membebaskan ${names} yang sudah ditugaskan.`,
  follows:
    "Sopirnya langsung dikabari bahwa tidak perlu melanjutkan, dan kendaraannya dapat dipakai untuk yang lain.",
  yes: "Ya, ubah",
  no: "Biarkan",
} as const;
