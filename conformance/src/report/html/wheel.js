// The clause wheel: a ray a clause, a gap a section. Length and form tell the verdict, as well as
// colour: a kept clause fills the ring, a broken one breaks out of it with a head, an accepted
// deviation is cut in two, what was not judged stays a stub.
const FORMS = {
  pass: [[62, 92]], info: [[62, 72]], lenient: [[62, 74], [80, 92]],
  fail: [[62, 106]], hang: [[62, 106]], crash: [[62, 106]], flaky: [[62, 99]],
  "not-applicable": [[62, 66]], blocked: [[62, 66]], "not-run": [[62, 66]], none: [[62, 63.5]],
};

function ring(from, to, start, end) {
  const at = (radius, angle) =>
    `${(radius * Math.sin(angle)).toFixed(2)} ${(-radius * Math.cos(angle)).toFixed(2)}`;
  const large = end - start > Math.PI ? 1 : 0;
  return `M${at(from, start)}L${at(to, start)}A${to} ${to} 0 ${large} 1 ${at(to, end)}` +
    `L${at(from, end)}A${from} ${from} 0 ${large} 0 ${at(from, start)}Z`;
}

function sectionsOf(list) {
  const sections = [];
  for (const clause of list) {
    const last = sections.at(-1);
    if (last && last.name === clause.section) {
      last.clauses.push(clause);
    } else {
      sections.push({ name: clause.section, clauses: [clause] });
    }
  }
  return sections;
}

function wheel(rfc, peer) {
  const sections = sectionsOf(rfc.clauses);
  const gap = sections.length > 1 ? 0.02 : 0;
  const step = (2 * Math.PI - gap * sections.length) / rfc.clauses.length;
  const counts = {};
  const rays = [];
  let angle = 0;
  for (const section of sections) {
    const start = angle;
    for (const clause of section.clauses) {
      const verdict = clauseVerdict(clause, peer);
      counts[verdict] = (counts[verdict] ?? 0) + 1;
      const end = angle + Math.min(step, 2 * Math.PI - 0.001);
      const inset = Math.min(step * 0.12, 0.01);
      const parts = FORMS[verdict].map(([from, to]) => ring(from, to, angle + inset, end - inset));
      if (BAD.has(verdict)) {
        const middle = (angle + end) / 2;
        parts.push(ring(106, 112, middle - 0.03, middle + 0.03));
      }
      rays.push(svg("a", { href: link("clause", clause.id, { peer }), tabindex: -1 },
        svg("path", { class: `v-${verdict}`, d: parts.join("") }),
        svg("title", {}, `${clause.id} ${verdict === "none" ? "not judged" : verdict}\n` +
          clause.text)));
      angle = end;
    }
    rays.push(svg("path", { class: "section", d: ring(55, 58, start, angle) },
      svg("title", {}, section.name)));
    angle += gap;
  }
  const idle = [...IDLE].reduce((sum, verdict) => sum + (counts[verdict] ?? 0), 0);
  const judged = rfc.clauses.length - idle;
  const said = RANK.filter((verdict) => counts[verdict]).reverse()
    .map((verdict) => `${counts[verdict]} ${verdict === "none" ? "not judged" : verdict}`);
  return el("figure", { class: "wheel" },
    svg("svg", { viewBox: "-116 -116 232 232", role: "img",
      "aria-label": `${rfcName(rfc)}: ${said.join(", ")}` },
    rays,
    svg("text", { class: "big", y: -2 }, judged),
    svg("text", { class: "small", y: 16 }, `of ${rfc.clauses.length}`)),
    el("figcaption", {},
      el("a", { href: link("matrix", "", { rfc: rfc.number }) }, rfcName(rfc)), ` ${rfc.title}`,
      el("small", {}, said.join(", "))));
}

// Wheels of the RFCs of which anything was judged, for one peer at a time.
function drawWheels(query) {
  const peer = Math.min(Number(query.get("peer")) || 0, data.peers.length - 1);
  // The newest protocol first.
  const rfcs = data.rfcs.filter((rfc) => rfc.clauses.some((clause) => clause.cases.length))
    .reverse();
  const choice = data.peers.length > 1 && el("label", {}, "Clauses of ",
    el("select", { id: "wheel-peer", onchange: (event) => {
      location.replace(link("cover", "", { peer: event.target.value }));
    } }, data.peers.map((each, at) =>
      el("option", { value: at, selected: at === peer }, each.name))));
  const legend = el("ul", { class: "legend", "aria-label": "Signs" },
    RANK.slice(1).reverse().map((verdict) => el("li", {}, mark(verdict))));
  document.getElementById("wheels").replaceChildren(
    el("h2", {}, data.peers.length > 1 ? choice : "Clauses, by RFC"),
    el("p", { class: "hint" }, "A ray is a clause, a gap ends a section. A broken clause breaks ",
      "out of the ring, an accepted deviation is cut in two, a stub was not judged. A click opens ",
      "the clause; the ", el("a", { href: "#matrix" }, "matrix"), " has the same as a table."),
    el("div", { class: "wheels" }, rfcs.map((rfc) => wheel(rfc, peer))), legend,
    data.cut && el("p", { class: "hint" },
      "Long evidence is shortened on these pages; the JSON reports have all of it."));
}
