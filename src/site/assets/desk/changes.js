// What changes a draw for everybody to see: postponing, giving up, annulling, erasing. Each writes a note that two members sign.

import * as api from "./api.js";
import { button, choice, field, form, fromLocal, h, t, toLocal } from "./dom.js";
import { below } from "./draws.js";

export async function page({ me, go }, name) {
  const base = `/organisers/${me.organiser}/draws/${name}`;
  const draw = await api.get(base);
  const decide = async (what, body) => go(`/decisions/${(await api.post(`${base}/${what}`, body)).id}`);
  const later = Math.max(draw.draws_at, Math.floor(Date.now() / 1_000)) + 86_400;
  const parts = {
    postponement: draw.phase === "announced" && form((data) => decide("postponement", { draws_at: fromLocal(data.get("at")) }),
      field(t("change-at"), "at", { type: "datetime-local", required: true, value: toLocal(later) }, t("time-zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })),
      h("button", {}, t("change-write"))),
    void: ["announced", "sealed"].includes(draw.phase) && form((data) => decide("void", { reason: data.get("reason") }),
      choice(t("change-why"), "reason", ["cancelled", "pool_error", "terms_error", "beacon_lost", "court"].map((reason) => [reason, t(`reason-${reason}`)])),
      h("button", {}, t("change-write"))),
    annulment: ["drawn", "vacated"].includes(draw.phase) && form((data) => decide("annulment", { reason: data.get("reason") }),
      choice(t("change-why"), "reason", ["complaint", "court"].map((reason) => [reason, t(`reason-${reason}`)])),
      h("button", {}, t("change-write"))),
    erasure: draw.people !== undefined && !draw.erased && button(t("change-write"), () => decide("erasure", {})),
  };
  const possible = Object.entries(parts).filter(([, part]) => part);
  return {
    title: t("go-change"),
    back: below(name, draw),
    body: [
      h("p", { class: "lead" }, t("change-lead")),
      possible.length === 0 && h("p", {}, t("change-nothing")),
      possible.map(([what, part]) => [h("h2", {}, t(`change-${what}`)), h("p", {}, t(`change-${what}-text`)), part]),
    ],
  };
}
