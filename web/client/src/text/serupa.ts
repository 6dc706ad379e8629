// Requests that may be the same: a question, on the pages that ask it.
import { id_alike } from "../core/vocabulary";

export const alike = {
  title: "Mungkin permintaan yang sama?",
  from: (who: string | null) => (who ? `dari ${who}` : "lewat operator"),
  since: (span: string) => `${span} lalu`,
  reasons: id_alike,
} as const;
