// Every Indonesian string of closing roads.
import { id_cause } from "../core/vocabulary";

export const words = {
  close: "Tutup jalan…",
  list: (count: number) => `${count} jalan ditutup`,
  title: "Jalan yang ditutup",
  none: "Semua jalan terbuka.",
  draw: "Gambar jalan yang ditutup",
  kind: "Bentuk",
  kinds: { line: "Garis", area: "Area", point: "Titik" },
  how: {
    line: "Ketuk titik demi titik sepanjang atau melintasi jalan.",
    area: "Ketuk sudut-sudut area; semua jalan di dalamnya ditutup.",
    point: "Ketuk satu titik pada jalan itu.",
  },
  finishHow: "Selesai: Enter atau ketuk dua kali. Batal: Esc.",
  center: "Tengah peta",
  undo: "Hapus titik",
  done: "Selesai",
  cancel: "Batal",
  points: (count: number) => `${count} titik`,
  why: "Tutup jalan ini",
  reason: "Sebab",
  reasons: id_cause,
  note: "Catatan (boleh kosong)",
  until: (zone: string) => `Dibuka kembali pada (${zone}, boleh kosong)`,
  untilHow: "Kosongkan bila belum tahu; jalan dibuka kembali lewat daftar.",
  now: "Tutup sekarang",
  redraw: "Kembali menggambar",
  open: "Buka kembali",
  show: "Lihat di peta",
  streets: (count: number | null) =>
    count === null ? "belum ada data jalan; waktu tempuh tetap garis lurus" : `${count} ruas jalan`,
  since: (when: string) => `sejak ${when}`,
  ends: (when: string) => `dibuka sendiri ${when}`,
} as const;
