import { render } from "preact";
import "../../ui/base.css";
import "./beranda.css";
import { text } from "../../text/id";

const FACES = [
  ["/minta", "Minta kendaraan", "Untuk petugas puskesmas: tiga ketukan, jawaban dalam sedetik."],
  ["/sopir", "Sopir", "Terima tugas, satu ketukan untuk setiap langkah."],
  ["/peta", "Peta operator", "Semua kendaraan, permintaan, dan alasannya."],
  ["/kelola", "Kelola SOP", "Untuk Dinas Kesehatan: baca, ubah, uji, dan terbitkan aturan."],
] as const;

render(
  <main class="home stack">
    <h1>{text.app}</h1>
    <p>{text.tagline}</p>
    <p class="soft">
      Bila SOP satu kendaraan berkata tidak, Jemput mencari yang terdekat yang boleh berangkat, lewat jalan,
      saat itu juga.
    </p>
    {FACES.map(([path, name, line]) => (
      <a class="card face" href={path} key={path}>
        <strong>{name}</strong>
        <span>{line}</span>
      </a>
    ))}
  </main>,
  document.getElementById("app") as HTMLElement,
);
