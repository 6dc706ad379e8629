// What the tests say of a draft: scenarios passed and failed, and past requests that would have gone otherwise.
import { minutes, shortText } from "../../core/words";
import { text } from "../../text/id";
import { kelola as words } from "../../text/kelola";
import { HeadRow, Lines, Named } from "../../ui/lines";
import { content } from "./state";
import type { Backtest, BacktestRow, DraftTest, Scenario, What } from "./types";

function Stale({ of }: { of: string }) {
  return of === content.value ? null : <p class="banner">{words.stale}</p>;
}

const Scenarios = ({ of }: { of: Scenario[] }) => (
  <ul class="plain scenarios">
    {of.map(({ name, state, title, lines }) => (
      <li class={state} key={name}>
        <p>
          <span class={`chip ${state}`}>{words.scenario[state]}</span> {title}
        </p>
        {lines.length > 0 && <Lines class="lines" of={lines} />}
      </li>
    ))}
  </ul>
);

export function TestResult({ of, result }: { of: string; result: DraftTest }) {
  const passed = result.scenarios.filter((scenario) => scenario.state === "passed");
  const others = result.scenarios.filter((scenario) => scenario.state !== "passed");
  return (
    <div class="stack" id="hasil-uji">
      <Stale of={of} />
      <p class={result.failed > 0 ? "error" : "say"}>
        <strong>{words.tested(result.passed, result.failed, result.waiting)}</strong>
      </p>
      {others.length > 0 && <Scenarios of={others} />}
      {passed.length > 0 && (
        <details>
          <summary>{words.passedList(passed.length)}</summary>
          <Scenarios of={passed} />
        </details>
      )}
    </div>
  );
}

const median = (seconds: number | null) =>
  seconds === null
    ? "–"
    : `${seconds > 0 ? "+" : seconds < 0 ? "−" : ""}${Math.abs(Math.round(seconds / 60))} mnt`;

const figuresOf = (result: Backtest): [string, string | number][] => [
  [words.figures.requests, result.requests],
  [words.figures.same, result.same],
  [words.figures.sooner, result.sooner],
  [words.figures.later, result.later],
  [words.figures.other, result.other],
  [words.figures.median, median(result.median_change_s)],
  [words.figures.promises, `${result.promises_before} → ${result.promises_after}`],
  [words.figures.approvals, `${result.approvals_before} → ${result.approvals_after}`],
];

const Outcome = ({ what }: { what: What }) => (
  <>
    {what.vehicle && (
      <strong>
        {what.vehicle}
        {what.eta_s === null ? "" : `, ${minutes(what.eta_s)} mnt`}
      </strong>
    )}
    <span>{what.sentence}</span>
  </>
);

function Row({ row }: { row: BacktestRow }) {
  const need = text.need[row.need as keyof typeof text.need] ?? row.need;
  return (
    <tr>
      <th scope="row">
        <span>{shortText(row.at)}</span>
        <span>{need}</span>
        <span class="soft">{row.pickup}</span>
        <span class={`chip ${row.change}`}>{words.change[row.change]}</span>
      </th>
      {(["before", "after"] as const).map((when) => (
        <td key={when} data-label={words.column[when]}>
          <Outcome what={row[when]} />
        </td>
      ))}
    </tr>
  );
}

export const BacktestResult = ({ of, result }: { of: string; result: Backtest }) => (
  <div class="stack" id="hasil-data">
    <Stale of={of} />
    <p class="say">{result.summary}</p>
    <Named class="figures" of={figuresOf(result)} />
    {result.rows.length === 0 ? (
      <p>{words.noRows}</p>
    ) : (
      <table class="changed">
        <caption>{words.rowsTitle(result.rows.length)}</caption>
        <thead>
          <HeadRow of={Object.values(words.column)} />
        </thead>
        <tbody>
          {result.rows.map((row) => (
            <Row row={row} key={row.request_id} />
          ))}
        </tbody>
      </table>
    )}
  </div>
);
