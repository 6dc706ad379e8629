// What an operator reads of requests that are one or come from one event; fetched with it.
import { id_colour } from "../core/vocabulary";

export const words = {
  look: "Lihat",
  merge: "Gabungkan…",
  sameEvent: "Beberapa orang, satu kejadian…",
  none: "Belum ada kejadian. Buka satu permintaan, lalu pilih “Satu kejadian…”.",
  group: "Satu kejadian…",
  groupWhat: "Permintaan dari satu kejadian",
  which: "Kejadian",
  new: "Kejadian baru",
  name: "Nama kejadian",
  note: "Catatan (boleh kosong)",
  also: "Permintaan lain dari kejadian ini",
  send: "Satukan",
  part: (name: string) => `Bagian dari kejadian: ${name}`,
  partOver: "Bagian dari kejadian yang sudah selesai",
  leave: "Bukan dari kejadian ini",
  close: "Kejadian selesai",
  colour: id_colour,
  nobody: "Belum ada orang yang tercatat",
  assigned: (count: number) => `${count} ditugaskan`,
  sought: (count: number) => `${count} masih dicarikan`,
  done: (count: number) => `${count} selesai`,
} as const;
