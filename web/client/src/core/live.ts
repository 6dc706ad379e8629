// The live connection: snapshot, events in order, positions; it comes back by itself with the last seq that it saw.
import { signal } from "@preact/signals";
import type { Incident, RequestSummary, TimelineEvent, Vehicle } from "./api";

export type LiveEvent = TimelineEvent & {
  request?: RequestSummary;
  vehicle?: Vehicle;
  incident?: Incident;
};
export interface Snapshot {
  vehicles: Vehicle[];
  requests: RequestSummary[];
  incidents?: Incident[];
}
export interface Handlers {
  snapshot?: (snapshot: Snapshot) => void;
  event?: (event: LiveEvent) => void;
  rows?: (rows: DataView) => void;
}

// null: the first connection is still being made, nothing is lost yet.
export const online = signal<boolean | null>(null);

export function connect(handlers: Handlers): { send: (message: unknown) => void } {
  let seq: number | null = null;
  let pause = 500;
  let socket: WebSocket | null = null;

  const open = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/live${seq === null ? "" : `?after=${seq}`}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      pause = 500;
      online.value = true;
    };
    socket.onmessage = (message) => {
      if (message.data instanceof ArrayBuffer) {
        handlers.rows?.(new DataView(message.data));
        return;
      }
      const data = JSON.parse(message.data);
      if (typeof data.seq === "number") seq = data.seq;
      if (data.snapshot) handlers.snapshot?.(data.snapshot);
      else if (data.kind) handlers.event?.(data);
    };
    socket.onclose = () => {
      online.value = false;
      setTimeout(open, pause * (0.75 + Math.random() / 2));
      pause = Math.min(pause * 2, 15_000);
    };
  };
  open();
  return {
    send: (message) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
  };
}
