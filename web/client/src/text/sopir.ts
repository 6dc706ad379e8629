// Every Indonesian string of the driver's page alone.
import { id_button, id_on_scene } from "../core/vocabulary";

export const sopir = {
  noVehicle: "Belum ada kendaraan",
  atBase: "Kendaraan ada di pangkalan",
  begin: "MULAI BERTUGAS",
  clean: "SUDAH BERSIH, SIAGA",
  repaired: "SUDAH SIAP, SIAGA",
  offline: (count: number) =>
    count > 0
      ? `Luring – tetap bisa bekerja. ${count} data menunggu dikirim`
      : "Luring – tawaran belum bisa masuk, sedang menyambung lagi…",
  beginHow: "Ketukan ini juga menyalakan bunyi tawaran.",
  replaced: "Kendaraan pengganti sedang dicarikan. Operator dapat menelepon Anda.",
  standby: "SIAGA",
  waiting: "Menunggu tugas",
  autoAccept: (on: boolean) => `Terima otomatis: ${on ? "ya" : "tidak"}`,
  autoHow: "Tawaran langsung diterima selama GPS menyala.",
  taken: "Diterima otomatis untuk Anda.",
  tone: "Uji bunyi",
  end: "Selesai bertugas",
  ahead: (followed: boolean) =>
    `Penolong pertama; ambulans gawat darurat ${followed ? "menyusul" : "sedang dicarikan"}.`,
  held: "Tujuan ditahan: jemput dahulu, tujuan menyusul.",
  familyLeft: "Keluarga sudah berangkat sendiri. Operator akan menghubungi Anda.",
  later: "menyusul",
  steps: id_button,
  onScene: id_on_scene,
  arrived: "Sudah tiba?",
  undo: (what: string, seconds: number) => `Urungkan “${what}” · ${seconds}`,
  handsOver:
    "Kendaraan lain meneruskan perjalanan ini. Temui di tempat di atas, dan tetap temani sampai berpindah.",
  waitsThere: (place: string) => `Tunggu di ${place}, lalu antar pulang.`,
  waitsUntil: (when: string) => `Paling cepat ${when}; kabarnya masuk ke halaman ini.`,
  takesOver: (name: string) => `Teruskan perjalanan ${name}: yang diantar menunggu di kendaraan itu.`,
  trouble: "Ada kendala…",
  troubleHow: "Kendaraan lain segera dicarikan. Apa kendalanya?",
  troubles: ["Mogok", "Kecelakaan", "Ban bocor", "Lainnya"],
  goOn: "Kembali, tugas diteruskan",
  reports: "Lapor operator; tugas diteruskan",
  nobodyThere: "Tidak ada orang di sini",
  patientDied: "Pasien meninggal",
  staysUntil: (at: string) =>
    `Sudah dilaporkan. Mohon tunggu di sini sampai pemohon ditelepon, paling lama pukul ${at}.`,
  deathReported: "Laporan sudah diterima. Teruskan perjalanan; dokter yang memastikan.",
  onFoot: (far: string) => `Berjalan kaki sekitar ${far} dari jalan.`,
  navigate: "Buka navigasi",
  phone: "Telepon",
  way: "Gambar jalan ke tujuan",
} as const;
