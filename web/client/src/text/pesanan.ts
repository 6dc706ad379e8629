// What the booking of rides says in Indonesian: days, ways back, and the lists of rides.
export const booking = {
  repeat: {
    title: "Ulangi setiap",
    days: { mon: "Sen", tue: "Sel", wed: "Rab", thu: "Kam", fri: "Jum", sat: "Sab", sun: "Min" },
    until: "Sampai tanggal",
    said: (days: readonly string[], until: string) => `Diulang setiap ${days.join(", ")} sampai ${until}.`,
  },
  back: {
    title: "Perjalanan pulang",
    ways: [
      ["none", "Tanpa perjalanan pulang"],
      ["at", "Dijemput pulang pada jam"],
      ["after", "Dijemput pulang setelah ada kabar"],
      ["waits", "Kendaraan menunggu di sana"],
    ],
    at: "Waktu pulang",
    after: "Paling cepat",
    said: {
      at: (time: string) => `Dijemput pulang pukul ${time}.`,
      after: (time: string) => `Dijemput pulang setelah ada kabar, paling cepat pukul ${time}.`,
      waits: (time: string) => `Kendaraan menunggu di sana; pulang paling cepat pukul ${time}.`,
    },
    waits: "Paling cepat",
    add: "Tambah perjalanan pulang",
    keep: "Catat perjalanan pulang",
    ready: "Siap dijemput pulang",
  },
  rides: {
    title: "Perjalanan dalam pesanan ini",
    coming: "Pesanan yang akan datang",
    others: (count: number) => `${count} perjalanan lain`,
    none: "Belum ada pesanan.",
    back: "pulang",
    onCall: "pulang, menunggu kabar",
    kept: (name: string) => `${name} dipesan`,
    waits: (name: string) => `${name} menunggu di sana`,
    willWait: "Kendaraan yang mengantar menunggu di sana",
    sought: "Kendaraan dicarikan menjelang waktunya",
    uncertain: (when: string) => `Kendaraan belum pasti; keluarga ditelepon paling lambat ${when}`,
    unkept: (count: number) => `${count} perjalanan belum punya kendaraan yang pasti; terus dicarikan.`,
    which: "Yang dibatalkan",
    ways: [
      ["this", "Perjalanan ini saja"],
      ["following", "Perjalanan ini dan semua sesudahnya"],
    ],
  },
} as const;
