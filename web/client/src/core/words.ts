// Times, distances and durations as they are written in Indonesia, in the time zone of the region.
let zone = "Asia/Jakarta";
const formats = new Map<string, Intl.DateTimeFormat>();

export function setZone(name: string): void {
  zone = name;
  formats.clear();
}

function formatted(at: string | number | Date, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.DateTimeFormat("id-ID", { ...options, timeZone: zone });
  formats.set(key, format);
  return format.format(new Date(at));
}

export const clockText = (at: string | number | Date) =>
  formatted(at, { hour: "2-digit", minute: "2-digit" }).replace(":", ".");
export const dayText = (at: string | number | Date) =>
  formatted(at, { weekday: "long", day: "numeric", month: "short" });
export const isToday = (at: string | number | Date, now: number) => dayText(at) === dayText(now);
// A time with its day, unless that is today.
export const whenText = (at: string, now: number) =>
  isToday(at, now) ? `pukul ${clockText(at)}` : `${dayText(at)} pukul ${clockText(at)}`;
// A date with its year, and with its time unless that is midnight.
export function dateText(at: string): string {
  const [date, clock] = [formatted(at, { day: "numeric", month: "long", year: "numeric" }), clockText(at)];
  return clock === "00.00" ? date : `${date} pukul ${clock}`;
}
export const shortText = (at: string) =>
  `${formatted(at, { day: "numeric", month: "short" })} ${clockText(at)}`;
export const minutes = (seconds: number | null | undefined) =>
  seconds === null || seconds === undefined ? "–" : String(Math.max(1, Math.round(seconds / 60)));
export function kilometres(metres: number | null | undefined): string {
  if (metres === null || metres === undefined) return "–";
  return metres < 950
    ? `${Math.round(metres / 10) * 10} m`
    : `${(metres / 1000).toFixed(1).replace(".", ",")} km`;
}
// A walk of so many metres is worth a word (WORTH_A_WORD_M of dispatch.domain.arrival).
const WORTH_A_WORD_M = 50;
export const isWalk = (metres: number | null | undefined): boolean => (metres ?? 0) >= WORTH_A_WORD_M;
// When a step was taken, whenever the server heard of it.
export const takenAt = (stamp: { device_time: string | null; server_time: string }) =>
  stamp.device_time ?? stamp.server_time;
export const capital = (words: string) => words.slice(0, 1).toUpperCase() + words.slice(1);
export function ago(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minute = Math.floor(whole / 60);
  return `${String(minute).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}

export function spanText(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} detik`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} menit`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} jam`;
  return `${Math.round(seconds / 86_400)} hari`;
}
// How long until a time is due, in words.
export function dueText(at: string, now: number): string {
  const left = (Date.parse(at) - now) / 1000;
  return left >= 0 ? `${spanText(left)} lagi` : `terlambat ${spanText(-left)}`;
}

// What a datetime-local field holds is the region's time, whatever the device's zone is.
export const zoneName = () => formatted(Date.now(), { timeZoneName: "short" }).split(" ").pop() ?? "";
function wall(at: number): number {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
}
export const fieldTime = (at: number) => new Date(wall(at)).toISOString().slice(0, 16);
export function instantOf(field: string): string {
  const written = Date.parse(`${field}:00Z`);
  return new Date(written - (wall(written) - written)).toISOString();
}

export const telephone = (phone: string) => `tel:${phone.replaceAll(/[^+0-9]/g, "")}`;
export const whatsapp = (phone: string) =>
  `https://wa.me/${phone.replaceAll(/[^0-9]/g, "").replace(/^0/, "62")}`;
