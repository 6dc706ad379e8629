// The deaths that crews have reported and nobody has answered yet. Fetched with the first.
import { deaths } from "../../core/deaths";
import { clockText } from "../../core/words";
import { text } from "../../text/id";
import { Button } from "../../ui/controls";
import { answerDeath } from "./state";

export const Reported = () => (
  <section class="stack asked" aria-label={text.deaths.title}>
    <h2>{text.deaths.title}</h2>
    {deaths.value.map((report) => (
      <div class="stack" key={report.request_id + report.vehicle_id}>
        <p>
          <strong>{report.vehicle_name}</strong> {clockText(report.reported_at)} ·{" "}
          {report.coming ? text.deaths.coming : text.deaths.scene} {report.lies_at.name}
        </p>
        <p class="soft">{text.deaths.untold}</p>
        <Button label={text.deaths.doctor} onClick={() => void answerDeath(report.request_id, "died")} />
        <Button
          label={text.deaths.notConfirmed}
          onClick={() => void answerDeath(report.request_id, "alive")}
        />
      </div>
    ))}
  </section>
);
