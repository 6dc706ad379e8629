// What waits for the answer of whoever is signed in, and what somebody has heard of it by phone.
import { attempt } from "../../core/attempt";
import { approve as words } from "../../text/approve";
import { Approvals, HeardAnswers } from "../../ui/approve";
import { asking, heard, me } from "./state";

export const Asking = () => (
  <section class="stack asked" aria-label={words.title}>
    <h2>{words.title}</h2>
    <Approvals waiting={asking.value} attempt={attempt} />
    <HeardAnswers heard={heard.value} attempt={attempt} />
    {me.value?.role === "operator" && <hr />}
  </section>
);
