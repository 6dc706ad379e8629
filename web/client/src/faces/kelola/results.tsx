// What the tests say of a draft: scenarios passed and failed, and past requests that would have gone otherwise.
import { minutes, shortText } from "../../core/words";
import { text } from "../../text/id";
import { kelola as words } from "../../text/kelola";
import { content } from "./state";
import type { Backtest, BacktestRow, DraftTest, Scenario, What } from "./types";

function Stale({ of }: { of: string }) {
  return of === content.value ? null : <p class="banner">{words.stale}</p>;
}

function One({ scenario }: { scenario: Scenario }) {
  return (
    <li class={scenario.state}>
      <p>
        <span class={`chip ${scenario.state}`}>{words.scenario[scenario.state]}</span> {scenario.title}
      </p>
      {scenario.lines.length > 0 && (
        <ul class="lines">
          {scenario.lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </li>
  );
}

export function TestResult({ of, result }: { of: string; result: DraftTest }) {
  const passed = result.scenarios.filter((scenario) => scenario.state === "passed");
  const others = result.scenarios.filter((scenario) => scenario.state !== "passed");
  return (
    <div class="stack" id="hasil-uji">
      <Stale of={of} />
      <p class={result.failed > 0 ? "error" : "say"}>
        <strong>{words.tested(result.passed, result.failed, result.waiting)}</strong>
      </p>
      {others.length > 0 && (
        <ul class="plain scenarios">
          {others.map((scenario) => (
            <One scenario={scenario} key={scenario.name} />
          ))}
        </ul>
      )}
      {passed.length > 0 && (
        <details>
          <summary>{words.passedList(passed.length)}</summary>
          <ul class="plain scenarios">
            {passed.map((scenario) => (
              <One scenario={scenario} key={scenario.name} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const median = (seconds: number | null) =>
  seconds === null
    ? "–"
    : `${seconds > 0 ? "+" : seconds < 0 ? "−" : ""}${Math.abs(Math.round(seconds / 60))} mnt`;

function Figures({ result }: { result: Backtest }) {
  const { figures } = words;
  const rows: [string, string][] = [
    [figures.requests, String(result.requests)],
    [figures.same, String(result.same)],
    [figures.sooner, String(result.sooner)],
    [figures.later, String(result.later)],
    [figures.other, String(result.other)],
    [figures.median, median(result.median_change_s)],
    [figures.promises, `${result.promises_before} → ${result.promises_after}`],
    [figures.approvals, `${result.approvals_before} → ${result.approvals_after}`],
  ];
  return (
    <dl class="figures">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Outcome({ what }: { what: What }) {
  return (
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
}

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
      <td data-label={words.column.before}>
        <Outcome what={row.before} />
      </td>
      <td data-label={words.column.after}>
        <Outcome what={row.after} />
      </td>
    </tr>
  );
}

export function BacktestResult({ of, result }: { of: string; result: Backtest }) {
  return (
    <div class="stack" id="hasil-data">
      <Stale of={of} />
      <p class="say">{result.summary}</p>
      <Figures result={result} />
      {result.rows.length === 0 ? (
        <p>{words.noRows}</p>
      ) : (
        <table class="changed">
          <caption>{words.rowsTitle(result.rows.length)}</caption>
          <thead>
            <tr>
              <th scope="col">{words.column.request}</th>
              <th scope="col">{words.column.before}</th>
              <th scope="col">{words.column.after}</th>
            </tr>
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
}
