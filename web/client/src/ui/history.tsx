// What became of a request so far, folded.
import type { RequestFull } from "../core/api";
import { isTold } from "../core/requests";
import { clockText } from "../core/words";
import { text } from "../text/id";

// Of what is said again and again in a row ("Dicari lagi") the last one.
const lines = (request: RequestFull) =>
  request.timeline.filter(isTold).filter((event, at, told) => event.text !== told[at + 1]?.text);

export const History = ({ request, open = false }: { request: RequestFull; open?: boolean }) => (
  <details open={open}>
    <summary>{text.history}</summary>
    <ul class="trail plain">
      {lines(request).map((event) => (
        <li key={event.seq}>
          <time>{clockText(event.at)}</time> {event.text}
        </li>
      ))}
    </ul>
  </details>
);
