// What is proposed for a red; fetched with it.
const whole = (seconds: number) => Math.max(1, Math.round(seconds / 60));

export const words = {
  colour: { red: "merah", yellow: "kuning", green: "hijau" },
  title: "Usulan untuk yang gawat darurat",
  divert: (name: string) => `Alihkan ${name}:`,
  gain: (eta_s: number, without_s: number | null | undefined) =>
    typeof without_s === "number"
      ? `merah ${whole(without_s - eta_s)} menit lebih cepat`
      : `merah dijemput ${whole(eta_s)} menit lagi, belum ada yang lain`,
  cost: (colour: string, waits_s: number | null | undefined) => {
    if (typeof waits_s !== "number") return `${colour} belum ada penggantinya`;
    if (waits_s < 30) return `${colour} tidak menunggu lebih lama`;
    return `${colour} menunggu ${whole(waits_s)} menit lebih lama`;
  },
  send: (name: string, eta_s: number, without_s: number | null | undefined, other: string) =>
    `Kirim ${name}: bisa tiba ${whole((without_s ?? eta_s) - eta_s)} menit lebih cepat daripada ${other}`,
  reason: (gain: string) => `${gain.charAt(0).toUpperCase()}${gain.slice(1)}`,
};
