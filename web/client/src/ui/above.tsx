// What may stand above a page: the connection is lost, something went wrong, on which roads the times are counted.
import type { Me } from "../core/api";
import { online } from "../core/live";
import { text } from "../text/id";

export const Lost = ({ when = online.value === false, said = text.offline as string }) =>
  when && (
    <p class="lost" role="status">
      {said}
    </p>
  );

export const Wrong = ({ said }: { said: string }) =>
  said !== "" && (
    <p class="error" role="alert">
      {said}
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
