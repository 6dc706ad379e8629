import { signal } from "@preact/signals";
import { render } from "preact";
import "../../ui/base.css";
import "./masuk.css";
import { get, type Me, type Person, post } from "../../core/api";
import { attempt, problem } from "../../core/attempt";
import { text } from "../../text/id";
import { Button, bound, Field, Form } from "../../ui/controls";

const people = signal<Person[] | null>(null);
const filter = signal("");
// Where each role may go, its own face first.
const FACES: Record<Me["role"], string[]> = {
  staff: ["/minta", "/kelola"],
  driver: ["/sopir"],
  operator: ["/peta", "/kelola"],
  health_officer: ["/kelola", "/peta"],
  admin: ["/kelola", "/peta"],
  device: ["/"],
};
const ROLES = ["staff", "operator", "health_officer", "driver", "admin"] as const;
const FIRST = 6;

const enter = (body: { person_id?: string; token?: string }) =>
  attempt(async () => {
    const me = await post<Me>("/api/session", body);
    const wanted = new URLSearchParams(location.search).get("ke") ?? "";
    const faces = FACES[me.role];
    location.replace(faces.includes(wanted.split("?")[0] ?? "") ? wanted : (faces[0] ?? "/"));
  });

const TokenForm = () => (
  <Form class="card stack" onSend={(form) => enter({ token: String(new FormData(form).get("token")) })}>
    <label>
      Token masuk
      <input name="token" type="password" autocomplete="off" required minLength={20} />
    </label>
    <Button type="submit" label="Masuk" class="primary" />
  </Form>
);

function Group({ role }: { role: (typeof ROLES)[number] }) {
  const words = filter.value.toLowerCase();
  const all = (people.value ?? []).filter(
    (person) =>
      person.role === role &&
      `${person.name} ${person.facility ?? ""} ${person.vehicle ?? ""}`.toLowerCase().includes(words),
  );
  const shown = all.slice(0, FIRST);
  if (all.length === 0) return null;
  return (
    <section class="stack">
      <h2>{text.role[role]}</h2>
      {shown.map((person) => (
        <Button key={person.id} class="person" onClick={() => void enter({ person_id: person.id })}>
          <span>{person.name}</span>
          <small>{person.facility ?? person.vehicle ?? person.agency ?? ""}</small>
        </Button>
      ))}
      {all.length > shown.length && <p class="soft">dan {all.length - shown.length} lagi, cari di atas</p>}
    </section>
  );
}

const App = () => (
  <main class="enter stack">
    <h1>Masuk</h1>
    <div aria-live="polite">{problem.value && <p class="error">{problem.value}</p>}</div>
    {people.value === null ? (
      <p class="soft">Memuat…</p>
    ) : people.value.length === 0 ? (
      <TokenForm />
    ) : (
      <>
        <p class="soft">Peragaan: semua orang di bawah ini rekaan. Pilih satu untuk masuk.</p>
        <Field label="Cari" type="search" {...bound(filter)} />
        {ROLES.map((role) => (
          <Group role={role} key={role} />
        ))}
      </>
    )}
  </main>
);

render(<App />, document.getElementById("app") as HTMLElement);
void attempt(async () => {
  people.value = await get<Person[]>("/api/session/people");
}).then((found) => {
  if (!found) people.value = [];
});
