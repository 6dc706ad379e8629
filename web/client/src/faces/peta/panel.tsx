// The selected request: state, way, why this one, and what an operator may do.
import { signal } from "@preact/signals";
import type { Candidate, RequestFull } from "../../core/api";
import { arrivalText, clockText } from "../../core/words";
import { text } from "../../text/id";
import { openModal } from "../../ui/modal";
import { Why } from "../../ui/why";
import { approve, assign, candidates, end, me, search, select } from "./state";

const overriding = signal<Candidate | null>(null);
const reason = signal("");
const ENDED = new Set(["completed", "cancelled_by_requester", "duplicate", "unfounded"]);

export function Panel({ request, now }: { request: RequestFull; now: number }) {
  const operator = me.value?.role === "operator";
  const live = request.assignments.find(
    (trip) => !["declined", "expired", "withdrawn", "stood_down"].includes(trip.state),
  );
  const asked = request.approvals.find((approval) => approval.state === "asked");
  const ended = ENDED.has(request.state);
  const shown = candidates.value ?? request.decision;
  return (
    <aside class="panel stack" aria-label="Permintaan terpilih">
      <p class="head">
        <span class="chip">{text.need[request.need]}</span>
        <button type="button" class="link" onClick={() => void select(null)} aria-label="Tutup">
          ✕
        </button>
      </p>
      <h2>
        {request.pickup.name}
        {request.dropoff ? ` → ${request.dropoff.name}` : ""}
      </h2>
      <p aria-live="polite">
        <strong>{text.state[request.state]}</strong>
        {live && ` · ${live.vehicle_name} ${text.trip[live.state].toLowerCase()}`}
        {live?.state === "offered" &&
          `, ${Math.max(0, Math.round((Date.parse(live.expires_at) - now) / 1000))} dtk`}
        {live &&
          ["accepted", "en_route"].includes(live.state) &&
          `, tiba ±${arrivalText(live.offered_at, live.eta_s)}`}
        {request.promise &&
          request.state === "waiting" &&
          ` · telepon kembali paling lambat ${clockText(request.promise.due_at)}`}
      </p>
      {request.contact_phone && (
        <a class="button" href={`tel:${request.contact_phone.replaceAll(" ", "")}`}>
          Telepon peminta
        </a>
      )}
      {asked && me.value?.role === asked.approver && (
        <div class="card stack">
          <p>
            Setujui {asked.vehicle_id} menurut {asked.rule}?
          </p>
          <Reason />
          <div class="two">
            <button
              type="button"
              class="primary"
              disabled={reason.value.trim().length < 3}
              onClick={() => void approve(request.id, asked.rule, true, reason.value)}
            >
              Setujui
            </button>
            <button
              type="button"
              disabled={reason.value.trim().length < 3}
              onClick={() => void approve(request.id, asked.rule, false, reason.value)}
            >
              Belum
            </button>
          </div>
        </div>
      )}
      {shown && (
        <>
          <h3>{text.why}</h3>
          <Why
            decision={shown}
            {...(operator && !ended
              ? { action: (candidate: Candidate) => <Act request={request} candidate={candidate} /> }
              : {})}
          />
        </>
      )}
      {operator && !ended && (
        <div class="two">
          <button type="button" onClick={() => void search(request.id)}>
            Hitung ulang
          </button>
          <button
            type="button"
            class="danger"
            onClick={() => void end(request.id, "cancel", "pemohon", "Dibatalkan operator")}
          >
            Batalkan
          </button>
        </div>
      )}
      <details open>
        <summary>Riwayat</summary>
        <ul class="trail">
          {request.timeline.map((event) => (
            <li key={event.seq}>
              <time>{clockText(event.at)}</time> {event.text}
            </li>
          ))}
        </ul>
      </details>
      <Override request={request} />
    </aside>
  );
}

function Reason() {
  return (
    <label>
      Alasan (wajib)
      <input
        value={reason.value}
        maxLength={500}
        onInput={(event) => {
          reason.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}

function Act({ request, candidate }: { request: RequestFull; candidate: Candidate }) {
  const onIt = request.assignments.some(
    (trip) =>
      trip.vehicle_id === candidate.vehicle_id && ["offered", "accepted", "en_route"].includes(trip.state),
  );
  if (onIt) return null;
  if (candidate.eligible && !candidate.needs_approval) {
    return (
      <button type="button" onClick={() => void assign(request.id, candidate.vehicle_id)}>
        Tetapkan
      </button>
    );
  }
  if (candidate.blocking.length === 1) {
    return (
      <button
        type="button"
        onClick={() => {
          reason.value = "";
          overriding.value = candidate;
        }}
      >
        Alihkan…
      </button>
    );
  }
  return null;
}

function Override({ request }: { request: RequestFull }) {
  const candidate = overriding.value;
  if (!candidate) return null;
  const rule = candidate.blocking[0] ?? "";
  const send = (event: Event) => {
    event.preventDefault();
    overriding.value = null;
    void assign(request.id, candidate.vehicle_id, { rule, reason: reason.value });
  };
  return (
    <dialog ref={openModal} onClose={() => (overriding.value = null)}>
      <form class="stack" onSubmit={send}>
        <h2>Alihkan ke {candidate.name}</h2>
        <p>
          {rule}: {candidate.findings.find((finding) => finding.rule === rule)?.text}
        </p>
        <Reason />
        <div class="two">
          <button type="submit" class="primary" disabled={reason.value.trim().length < 3}>
            Alihkan
          </button>
          <button type="button" onClick={() => (overriding.value = null)}>
            Kembali
          </button>
        </div>
      </form>
    </dialog>
  );
}
