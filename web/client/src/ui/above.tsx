// What may stand above a page: that the connection is lost, and which roads the times are counted on.
import type { Me } from "../core/api";
import { online } from "../core/live";
import { text } from "../text/id";

export const Lost = () =>
  online.value === false && (
    <p class="lost" role="status">
      {text.offline}
    </p>
  );

export function Roads({ who }: { who: Me }) {
  if (who.roads === "none") return <p class="banner">{text.straightLines}</p>;
  if (who.roads !== "sample") return null;
  return (
    <p class="banner">
      {text.sampleRoads} <span class="how">{text.sampleHow}</span>
    </p>
  );
}
