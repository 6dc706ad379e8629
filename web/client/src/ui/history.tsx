// What became of a request so far, folded.
import type { RequestFull } from "../core/api";
import { isTold } from "../core/requests";
import { clockText } from "../core/words";
import { text } from "../text/id";

export const History = ({ request, open = false }: { request: RequestFull; open?: boolean }) => (
  <details open={open}>
    <summary>{text.history}</summary>
    <ul class="trail plain">
      {request.timeline.filter(isTold).map((event) => (
        <li key={event.seq}>
          <time>{clockText(event.at)}</time> {event.text}
        </li>
      ))}
    </ul>
  </details>
);
