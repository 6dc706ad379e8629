// What is asked of whoever is fetched.
export const patient = {
  count: { living: "Jumlah pasien", body: "Jumlah jenazah" },
  death: "Keadaan meninggal",
  deaths: [
    ["natural", "Wajar"],
    ["unnatural", "Tidak wajar (kecelakaan, tenggelam)"],
    ["unidentified", "Belum dikenal"],
  ],
  urgency: "Tingkat kegawatan",
  urgencies: [
    ["red", "Gawat, nyawa terancam (merah)"],
    ["yellow", "Perlu segera, keadaan stabil (kuning)"],
    ["green", "Tidak mendesak (hijau)"],
  ],
  checks: {
    can_sit: "Pasien dapat duduk",
    oxygen: "Perlu oksigen",
    ventilator: "Perlu alat bantu napas (ventilator)",
    incubator: "Bayi, perlu inkubator",
    labour: "Akan melahirkan",
    guarded: "Gelisah atau perlu dijaga",
    infectious: "Menular",
  },
} as const;

export const NEEDS_OF = {
  living: ["can_sit", "oxygen", "ventilator", "incubator", "labour", "guarded", "infectious"],
  body: ["infectious"],
} as const;
