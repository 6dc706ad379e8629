// Times, distances and durations as they are written in Indonesia.
const clock = new Intl.DateTimeFormat("id-ID", {
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "Asia/Jakarta",
});

export const clockText = (at: string | number | Date) => clock.format(new Date(at)).replace(":", ".");
export const minutes = (seconds: number | null | undefined) =>
  seconds === null || seconds === undefined ? "–" : String(Math.max(1, Math.round(seconds / 60)));
export function kilometres(metres: number | null | undefined): string {
  if (metres === null || metres === undefined) return "–";
  return metres < 950
    ? `${Math.round(metres / 10) * 10} m`
    : `${(metres / 1000).toFixed(1).replace(".", ",")} km`;
}
export const arrivalText = (from: string, etaSeconds: number | null | undefined) =>
  etaSeconds === null || etaSeconds === undefined ? "–" : clockText(Date.parse(from) + etaSeconds * 1000);
export function ago(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minute = Math.floor(whole / 60);
  return `${String(minute).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}
