// What is said where a place is chosen.
export const place = {
  pickup: "Jemput dari mana?",
  dropoff: "Antar ke mana?",
  home: "Antar ke mana?",
  how: "Nama tempat, jalan, kelurahan; atau tempelkan tautan peta atau koordinat, misalnya -6.2110, 106.6360",
  name: "Nama tempat ini (boleh kosong)",
} as const;
