import { resolve } from "node:path";
import { defineConfig } from "vite";

const entry = (name: string) => resolve(import.meta.dirname, `${name}.html`);

export default defineConfig({
  base: "/static/dist/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../static/dist",
    emptyOutDir: true,
    target: "es2022",
    // A browser that knows no modulepreload loads the same chunks a little later.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: entry("index"),
        masuk: entry("masuk"),
        minta: entry("minta"),
        sopir: entry("sopir"),
        peta: entry("peta"),
        kelola: entry("kelola"),
      },
    },
  },
});
