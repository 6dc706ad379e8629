import { render } from "preact";
import { useEffect } from "preact/hooks";
import { busy, trouble } from "../../core/attempt";
import "../../ui/base.css";
import "./kelola.css";
import "./form.css";
import "./results.css";
import { signedIn } from "../../core/api";
import { text } from "../../text/id";
import { kelola as words } from "../../text/kelola";
import { Button } from "../../ui/controls";
import { Asking, listen } from "./asking";
import { Trouble } from "./bits";
import { DraftPage } from "./draft";
import { How, List } from "./list";
import { arrive, load, refresh } from "./place";
import { Read } from "./read";
import { attempt, draft, me, pack, place, sop } from "./state";

function Header() {
  const who = me.value;
  return (
    <header class="top flow">
      <div>
        <h1>{words.title}</h1>
        <p>{who && `${text.role[who.role]} · ${who.name}`}</p>
      </div>
      {who && (
        <a class="button" href={who.role === "staff" ? "/minta" : "/peta"}>
          {who.role === "staff" ? words.toMinta : words.toMap}
        </a>
      )}
    </header>
  );
}

function Shown() {
  const here = place.value;
  const what = draft.value?.id ?? pack.value?.version;
  useEffect(() => {
    const heading = document.getElementById("judul");
    document.title = `${heading?.firstChild?.textContent ?? words.title} – ${text.app}`;
    if (!what) return;
    heading?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, [what]);
  if (trouble.value?.at === "load")
    return (
      <main class="page stack">
        <Trouble at="load" />
        <Button label={text.again} onClick={() => void (me.value ? load() : start())} />
      </main>
    );
  if (!sop.value || (here.draft && !draft.value)) return <main class="page soft">{words.loading}</main>;
  return here.draft ? (
    <main class="page">
      <DraftPage />
    </main>
  ) : (
    <main class={`page shelf ${here.version ? "reading" : ""}`}>
      <List />
      <div class="content">{here.version ? pack.value ? <Read /> : words.loading : <How />}</div>
    </main>
  );
}

const App = () => (
  <>
    <Header />
    {me.value && <Asking who={me.value} />}
    <Shown />
    {busy.value && <span class="visually-hidden">{words.loading}</span>}
  </>
);

const start = () =>
  attempt("load", async () => {
    me.value = await signedIn();
    addEventListener("popstate", () => void arrive());
    document.addEventListener("visibilitychange", () => void refresh());
    listen(me.value);
    await arrive();
  });

render(<App />, document.getElementById("app") as HTMLElement);
void start();
