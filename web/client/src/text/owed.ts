// Every Indonesian string of the calls that are owed.
import { id_call, id_promise_end } from "../core/vocabulary";

export const owed = {
  title: "Janji telepon",
  none: "Semua janji sudah ditepati. Tidak ada telepon yang ditunggu.",
  before: "paling lambat",
  why: (why: string) => `Sebabnya: ${why}.`,
  yours: "Anda yang menelepon",
  owner: (who: string) => `yang menelepon: ${who}`,
  call: (whom: string) => `Telepon ${whom}`,
  whom: { contact: "keluarga", facility: "fasilitas" },
  noNumber: "Nomor telepon belum tercatat.",
  told: "Yang dikabari",
  outcome: "Hasil telepon",
  outcomes: id_call,
  log: "Telepon yang sudah dilakukan",
  take: "Saya yang menelepon",
  open: "Lihat permintaan",
  close: "Selesaikan janji ini…",
  closeHow: (told: string) => `Yang diberi tahu: ${told}. Janji selesai dan keluar dari daftar.`,
  handedOut: id_promise_end.handed_out,
  notNeeded: id_promise_end.not_needed,
  waiting: "Ditunggu dari operator",
} as const;
