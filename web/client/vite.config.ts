import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const entry = (name: string) => resolve(import.meta.dirname, `${name}.html`);

const base = "/static/dist/";

// Every page brings the letters that it is set in: letters that came after its text would move it.
const letters: Plugin = {
  name: "letters",
  transformIndexHtml: {
    order: "post",
    handler: (_, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => /noto-sans-latin-\d+-normal-[^/]*\.woff2$/.test(file))
        .map((file) => ({
          tag: "link",
          attrs: { rel: "preload", as: "font", type: "font/woff2", crossorigin: true, href: base + file },
          injectTo: "head",
        })),
  },
};

// What all faces share comes before what one face says otherwise: of equal rules the later one holds.
const order: Plugin = {
  name: "order",
  transformIndexHtml: {
    order: "post",
    handler: (html) => {
      const links = html.match(/ *<link rel="stylesheet"[^>]*>\n/g) ?? [];
      const shared = links.filter((link) => link.includes("/base-"));
      if (shared.length !== 1) throw new Error(`${shared.length} stylesheets are shared, not one`);
      const bare = links.reduce((rest, link) => rest.replace(link, ""), html);
      const sorted = [...shared, ...links.filter((link) => !shared.includes(link))].join("");
      return bare.replace("  </head>", `${sorted}  </head>`);
    },
  },
};

export default defineConfig({
  base,
  plugins: [letters, order],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../static/dist",
    emptyOutDir: true,
    target: "es2022",
    // A browser that knows no modulepreload loads the same chunks a little later.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // What nearly every face works with comes in one piece: many small ones pack badly.
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            {
              name: "core",
              test: /node_modules\/(preact|@preact)|src\/(core|text\/id|ui\/(above|begin|controls|history))/,
            },
          ],
        },
      },
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
