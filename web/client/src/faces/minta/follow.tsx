// The answer, and what becomes of the request.
import { signal } from "@preact/signals";
import type { Candidate, RequestFull } from "../../core/api";
import { arrivalText, clockText, kilometres, minutes } from "../../core/words";
import { text } from "../../text/id";
import { Why } from "../../ui/why";
import { busy, cancel, decision, followed, send, startAgain } from "./state";

const APPROVERS: Record<string, string> = { health_officer: "petugas Dinas Kesehatan", operator: "operator" };

export function Answer() {
  const answer = decision.value;
  if (!answer) return null;
  const first = answer.candidates.find((candidate) => candidate.vehicle_id === answer.chosen[0]);
  const others = answer.candidates.filter(
    (candidate) =>
      candidate.eligible && !candidate.needs_approval && candidate !== first && candidate.eta_s !== null,
  );
  return (
    <section class="card stack" aria-label="Jawaban">
      {first ? (
        <>
          <h2>Tercepat</h2>
          <p class="eta">
            {minutes(first.eta_s)} menit{" "}
            <small>
              ({minutes(first.eta_low_s)}–{minutes(first.eta_high_s)} menit)
            </small>
          </p>
          <p>
            <strong>{first.name}</strong> · {kilometres(first.distance_m)}
            {first.method === "straight_line" ? " (garis lurus)" : ""}
          </p>
        </>
      ) : (
        <h2>{answer.outcome === "approval" ? "Perlu persetujuan" : "Kami carikan dan telepon kembali"}</h2>
      )}
      <p>{answer.sentence}</p>
      <p class="say">{answer.say}</p>
      <button type="button" class="primary big" disabled={busy.value} onClick={() => void send()}>
        {first ? "KIRIM SEKARANG" : answer.outcome === "approval" ? "MINTA PERSETUJUAN" : "CATAT JANJI"}
      </button>
      {others.length > 0 && <Others others={others.slice(0, 3)} />}
      <details>
        <summary>{text.why}</summary>
        <Why decision={answer} />
      </details>
      <p class="soft">
        Dihitung {clockText(answer.at)}
        {typeof first?.fix_age_s === "number" && ` · posisi kendaraan ${first.fix_age_s} dtk lalu`}
      </p>
    </section>
  );
}

function Others({ others }: { others: Candidate[] }) {
  return (
    <div>
      <h2>Pilihan lain</h2>
      {others.map((candidate) => (
        <p class="other" key={candidate.vehicle_id}>
          <span>
            {minutes(candidate.eta_s)} mnt · {candidate.name}
          </span>
          <button type="button" disabled={busy.value} onClick={() => void send(candidate.vehicle_id)}>
            Pilih
          </button>
        </p>
      ))}
    </div>
  );
}

const reasons = ["Sudah tidak diperlukan", "Keluarga berangkat sendiri", "Salah isi"];
const cancelling = signal(false);

export function Follow({ now }: { now: number }) {
  const request = followed.value;
  if (!request) return null;
  const ended =
    request.state === "completed" || request.state.startsWith("cancelled") || !text.state[request.state];
  return (
    <section class="card stack" aria-label="Permintaan ini">
      <p>
        <span class="chip">{text.need[request.need]}</span> {request.pickup.name}
        {request.dropoff ? ` → ${request.dropoff.name}` : ""}
      </p>
      <h2 class="status">{headline(request, now)}</h2>
      {request.decision && !ended && <p class="say">{request.decision.say}</p>}
      <Trail request={request} />
      {!ended && <Share link={request.track_url} />}
      {request.decision && (
        <details>
          <summary>{text.why}</summary>
          <Why decision={request.decision} />
        </details>
      )}
      <details>
        <summary>Riwayat</summary>
        <ul class="trail">
          {request.timeline.map((event) => (
            <li key={event.seq}>
              <time>{clockText(event.at)}</time> {event.text}
            </li>
          ))}
        </ul>
      </details>
      <div class="choices two">
        <button type="button" onClick={startAgain}>
          Permintaan baru
        </button>
        {!ended && (
          <button type="button" class="danger" onClick={() => (cancelling.value = !cancelling.value)}>
            Batalkan…
          </button>
        )}
      </div>
      {cancelling.value && !ended && (
        <fieldset class="choices" aria-label="Alasan pembatalan">
          {reasons.map((reason) => (
            <button
              type="button"
              key={reason}
              onClick={() => {
                cancelling.value = false;
                void cancel(reason);
              }}
            >
              {reason}
            </button>
          ))}
        </fieldset>
      )}
    </section>
  );
}

function headline(request: RequestFull, now: number): string {
  const live = request.assignments.find(
    (trip) => !["declined", "expired", "withdrawn", "stood_down"].includes(trip.state),
  );
  if (request.state === "searching" && live) {
    const left = Math.max(0, Math.round((Date.parse(live.expires_at) - now) / 1000));
    return `Menunggu jawaban ${live.vehicle_name}… ${left} dtk`;
  }
  if (request.state === "assigned" && live)
    return `Diterima ${live.vehicle_name}. Tiba ±${arrivalText(live.offered_at, live.eta_s)}`;
  if (request.state === "in_progress" && live) {
    const at = live.state === "en_route" ? `, tiba ±${arrivalText(live.offered_at, live.eta_s)}` : "";
    return `${live.vehicle_name}: ${text.trip[live.state].toLowerCase()}${at}`;
  }
  if (request.state === "awaiting_approval") {
    const asked = request.approvals.find((approval) => approval.state === "asked");
    return `Menunggu persetujuan ${APPROVERS[asked?.approver ?? ""] ?? asked?.approver ?? ""} (${asked?.rule ?? ""})`;
  }
  if (request.state === "waiting" && request.promise) {
    return `Operator menelepon kembali paling lambat ${clockText(request.promise.due_at)}; pencarian diulang pukul ${clockText(request.promise.retry_at)}`;
  }
  return text.state[request.state];
}

const STEPS = ["accepted", "en_route", "on_scene", "transporting", "at_destination"] as const;

function Trail({ request }: { request: RequestFull }) {
  const trip = request.assignments.find((assignment) => assignment.stamps.accepted);
  if (!trip) return null;
  return (
    <ol class="steps">
      {STEPS.map((step) => (
        <li key={step} class={trip.stamps[step] ? "done" : ""}>
          {text.trip[step]} {trip.stamps[step] ? clockText(trip.stamps[step].server_time) : ""}
        </li>
      ))}
    </ol>
  );
}

const shared = signal<"" | "copied" | "shown">("");

function Share({ link }: { link: string }) {
  const share = async () => {
    if (navigator.share) await navigator.share({ url: link }).catch(() => undefined);
    else {
      // Without https the browser has no clipboard: the link then stands there to be selected.
      await navigator.clipboard?.writeText(link);
      shared.value = navigator.clipboard ? "copied" : "shown";
    }
  };
  return (
    <>
      <button type="button" onClick={() => void share()}>
        {shared.value === "copied" ? "Tautan keluarga disalin" : "Bagikan tautan keluarga"}
      </button>
      {shared.value === "shown" && <p class="link-text">{link}</p>}
    </>
  );
}
