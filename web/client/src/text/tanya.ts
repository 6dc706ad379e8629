// What the operator is asked before something is done about a request; fetched with the dialogs.
export const words = {
  overrideTo: (name: string) => `Alihkan ke ${name}`,
  overrideNow: "Alihkan",
  divertWhat: (name: string) => `Ambil ${name} untuk permintaan gawat darurat ini`,
  divertFrom: (need: string, from: string) =>
    `Kendaraan ini sedang bertugas untuk ${need.toLowerCase()} dari ${from}. Permintaan itu langsung dicarikan kendaraan lain, dan pemintanya diberi tahu.`,
  divertNow: "Ambil",
  noteWhat: "Catatan untuk sopir",
  holdWhat: "Tujuan ditahan; kendaraan tetap dicarikan",
  endWhat: "Akhiri permintaan ini",
  endNow: "Akhiri",
  ends: {
    cancel: "Dibatalkan pemohon",
    complete: "Sudah selesai",
    duplicate: "Tercatat ganda",
    unfounded: "Tidak perlu dijemput",
  },
  how: "Bagaimana berakhirnya",
  sameAs: "Sama dengan",
} as const;
