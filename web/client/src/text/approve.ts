// What is said where somebody answers for a vehicle, in person or by phone.
export const approve = {
  title: "Menunggu jawaban Anda",
  ask: (vehicle: string, rule: string) => `Bolehkah ${vehicle} berangkat? Aturannya: “${rule}”.`,
  aid: (vehicle: string, rule: string) =>
    `${vehicle} milik instansi Anda diminta membantu. Aturannya: “${rule}”.`,
  since: (span: string) => `ditunggu ${span}`,
  yes: "Setujui",
  no: "Belum",
  aidYes: "Berangkatkan",
  aidNo: "Belum dapat",
  right: "Benar, itu jawaban saya",
  rightReason: "dibenarkan sendiri",
  takeBack: "Tarik kembali izin",
  takeBackHow: "Tulis alasannya untuk mengubah jawaban. Yang sudah menjemput tetap mengantar sampai tujuan.",
} as const;

export const heard = {
  button: "Izin lewat telepon…",
  title: "Izin lewat telepon",
  which: "Yang ditanyakan",
  ask: (who: string, vehicle: string, rule: string) =>
    `Jawaban ${who} untuk ${vehicle}. Aturannya: “${rule}”.`,
  who: "Siapa yang menjawab",
  at: (zone: string) => `Teleponnya pukul (${zone})`,
  answer: "Jawabannya",
  answers: [
    ["yes", "ya, boleh berangkat"],
    ["no", "belum boleh berangkat"],
  ],
  keep: "Catat jawaban",
  how: "Berlaku seketika. Yang berwenang langsung dikabari dan dapat menariknya kembali.",
  line: (vehicle: string, yes: boolean, from: string, clock: string, by: string) =>
    `${vehicle} ${yes ? "diizinkan" : "belum diizinkan"} ${from} lewat telepon pukul ${clock}${by ? `, dicatat ${by}` : ""}.`,
} as const;
