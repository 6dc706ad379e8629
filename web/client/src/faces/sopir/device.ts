// What the phone gives: position, a lit screen while on duty, and a sound for an offer.
import { signal } from "@preact/signals";
import { post } from "../../core/api";

export const accuracy = signal<number | null>(null);
export const here = signal<At | null>(null);

const METRES_PER_DEGREE = 111_195;

type At = { lon: number; lat: number };

export function metres(a: At, b: At): number {
  const east = (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(east, a.lat - b.lat) * METRES_PER_DEGREE;
}

let watch: number | null = null;
let lastSent = 0;
let last: At | null = null;
let lock: WakeLockSentinel | null = null;
let audio: AudioContext | null = null;

const MOVING_MS = 5000;
const STANDING_MS = 60_000;
const MOVED_M = 50;

function onPosition(position: GeolocationPosition) {
  const { coords } = position;
  accuracy.value = Math.round(coords.accuracy);
  const at = { lon: coords.longitude, lat: coords.latitude };
  here.value = at;
  const quiet = Date.now() - lastSent;
  if (quiet < MOVING_MS || (quiet < STANDING_MS && last && metres(at, last) <= MOVED_M)) return;
  lastSent = Date.now();
  last = at;
  const fix = {
    ...at,
    taken_at: new Date(position.timestamp).toISOString(),
    accuracy_m: coords.accuracy,
    ...(coords.speed === null ? {} : { speed_kph: coords.speed * 3.6 }),
    ...(coords.heading === null || Number.isNaN(coords.heading) ? {} : { heading: coords.heading }),
  };
  // A lost position is not sent again: the next one is worth more.
  post("/api/positions", { fixes: [fix] }).catch(() => undefined);
}

export function startDevice() {
  if (watch === null && "geolocation" in navigator) {
    watch = navigator.geolocation.watchPosition(onPosition, () => (accuracy.value = null), {
      enableHighAccuracy: true,
      maximumAge: 5000,
    });
  }
  void stayAwake();
}

export function stopDevice() {
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = null;
  void lock?.release();
  lock = null;
}

async function stayAwake() {
  try {
    lock = (await navigator.wakeLock?.request("screen")) ?? null;
  } catch {
    lock = null; // low battery: the screen may sleep, the offer rings all the same
  }
}
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && watch !== null) void stayAwake();
});

export function unlockSound() {
  audio ??= new AudioContext();
  void audio.resume();
  ring(1);
}

export function ring(times: number) {
  if (!audio) return;
  for (let n = 0; n < times; n++) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = n % 2 === 0 ? 880 : 660;
    volume.gain.value = 0.25;
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + n * 0.35);
    tone.stop(audio.currentTime + n * 0.35 + 0.25);
  }
  navigator.vibrate?.([300, 100, 300]);
}
