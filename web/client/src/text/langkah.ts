// How the operator puts a step right, and has a patient carried on by another vehicle; fetched with the panel.
export const correct = {
  button: "Perbaiki langkah…",
  what: (name: string) => `Perbaiki langkah ${name}`,
  is: (state: string) => `Sekarang tercatat: ${state}. Catatan lama tetap tersimpan di riwayat.`,
  step: "Yang sebenarnya",
  since: "Sejak",
  onlyTime: "Hanya jamnya yang keliru; perjalanan tetap di langkah sekarang",
  back: "Perjalanan kembali ke langkah ini. Keluarga dan sopir diberi tahu.",
  now: "Perbaiki",
} as const;

export const transfer = {
  button: ["Pindahkan pasien…", "Pindahkan jenazah…"],
  keeps: (name: string) => `${name} menemani sampai kendaraan berikutnya tiba`,
  what: (name: string) => `Teruskan perjalanan ${name} dengan kendaraan lain`,
  how: (name: string) =>
    `${name} tetap menemani sampai kendaraan berikutnya membawa. Sopir, keluarga, dan fasilitas diberi tahu.`,
  at: "Bertemu di",
  here: (name: string) => `Tempat ${name} sekarang`,
  near: "Patokan (boleh kosong)",
  by: "Diteruskan oleh",
  soonest: "Yang tercepat menurut SOP",
  now: "Carikan kendaraan",
} as const;
