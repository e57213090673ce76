// Peers x clauses. What is chosen is in the fragment, so that a view can be sent to somebody.
const FILTERS = [
  ["must", "MUST only"], ["differs", "differs between peers"], ["open", "not passing"],
  ["new", "unexpected only"], ["all", "also clauses that were not judged"],
];

const strict = (clause) => /^MUST|GRAMMAR/.test(clause.level);

function chosen(clause, query) {
  const verdicts = data.peers.map((_, peer) => clauseVerdict(clause, peer));
  const seen = clause.cases.length > 0;
  if (!seen && !query.has("all")) return false;
  if (query.has("must") && !strict(clause)) return false;
  if (query.has("differs") && new Set(verdicts).size < 2) return false;
  if (query.has("open") && !verdicts.some((v) => BAD.has(v) || v === "lenient")) return false;
  if (query.has("new") && !data.peers.some((_, peer) =>
    clause.cases.some((id) => isUnexpected(id, peer)))) return false;
  const rfc = query.get("rfc");
  if (rfc !== null && rfc !== "" && String(clause.rfc.number) !== rfc) return false;
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => textOf(clause).includes(word));
}

// All that the search looks at.
function textOf(clause) {
  clause.all ??= [clause.id, clause.text, clause.section, clause.level, ...clause.cases.flatMap(
    (id) => [id, data.cases[id].promise, ...data.cases[id].peers.flat().flatMap(
      (group) => [group.verdict, group.finding?.signature, group.finding?.got, group.known?.why])],
  )].join(" ").toLowerCase();
  return clause.all;
}

function cell(clause, peer) {
  const verdict = clauseVerdict(clause, peer);
  const name = data.peers[peer].name;
  const fresh = clause.cases.some((id) => isUnexpected(id, peer));
  const bad = BAD.has(verdict);
  const words = verdict === "none" ? "not judged"
    : `${verdict}${fresh ? ", unexpected" : bad ? ", known" : ""}`;
  const title = `${name}: ${words}`;
  return el("td", { class: `cell v-${verdict}${fresh ? " fresh" : ""}` },
    el("a", { href: link("clause", clause.id, { peer }), tabindex: -1, title,
      "aria-label": `${clause.id}, ${title}` }, SIGNS[verdict] || "\u00a0"));
}

function row(clause) {
  return el("tr", {},
    el("th", { scope: "row" }, el("a", { href: link("clause", clause.id), tabindex: -1 },
      clause.id), el("span", { class: "level" }, clause.level)),
    el("td", { class: "text" }, clause.text,
      clause.cover !== "judged" && el("small", {}, ` No case: ${clause.why || "not yet."}`)),
    data.peers.map((_, peer) => cell(clause, peer)));
}

function block(rfc, section, shown, query) {
  const key = `${rfc.number}/${section}`;
  const shut = (query.get("shut") ?? "").split("|").includes(key);
  const toggle = () => {
    const keys = new Set((route().query.get("shut") ?? "").split("|").filter(Boolean));
    if (!keys.delete(key)) keys.add(key);
    change({ shut: [...keys].join("|") });
  };
  const counts = data.peers.map((_, peer) => {
    const broken = shown.filter((clause) => BAD.has(clauseVerdict(clause, peer))).length;
    const judged = shown.filter((clause) => !IDLE.has(clauseVerdict(clause, peer))).length;
    return el("td", { class: broken ? "sum broken" : "sum",
      title: `${judged} judged, ${broken} broken` }, broken ? `✗${broken}` : judged || "");
  });
  return el("tbody", { "data-section": key },
    el("tr", { class: "head" }, el("th", { scope: "rowgroup" },
      el("button", { type: "button", "aria-expanded": String(!shut), onclick: toggle, "data-key":
        key }, el("span", { class: "arrow", "aria-hidden": "true" }, shut ? "▸" : "▾"),
      ` ${rfcName(rfc)} · ${section} `, el("small", {}, `${shown.length}`))),
    el("td", { class: "text" }), counts),
    shut ? [] : shown.map(row));
}

// Changes the fragment in place: the way back leads out of the matrix, not through each letter.
function change(values) {
  const query = route().query;
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value === true ? "1" : value);
    else query.delete(name);
  }
  const text = query.toString();
  history.replaceState(null, "", `#matrix${text ? `?${text}` : ""}`);
  drawMatrix(query);
}

function controls() {
  const boxes = FILTERS.map(([name, words]) => el("label", {}, el("input", {
    type: "checkbox", name, onchange: (event) => change({ [name]: event.target.checked }),
  }), ` ${words}`));
  const rfcs = data.rfcs.filter((rfc) => rfc.clauses.some((clause) => clause.cases.length));
  return el("form", { class: "controls", role: "search", "aria-label": "Filter the matrix",
    onsubmit: (event) => event.preventDefault() },
  el("input", { type: "search", name: "q", placeholder: "Search  ( / )", autocomplete: "off",
    "aria-label": "Search clauses, cases and findings",
    oninput: (event) => change({ q: event.target.value }) }),
  el("select", { name: "rfc", "aria-label": "RFC",
    onchange: (event) => change({ rfc: event.target.value }) },
  el("option", { value: "" }, "every RFC"),
  rfcs.map((rfc) => el("option", { value: rfc.number }, rfcName(rfc)))), boxes);
}

function drawMatrix(query) {
  const view = document.getElementById("part-matrix");
  if (!view.firstChild) {
    view.append(el("h1", { id: "matrix-title" }, "Peers and clauses"), controls(),
      el("p", { class: "hint", id: "matrix-count" }),
      el("div", { class: "scroll grid", tabindex: 0, role: "region", onkeydown: walk,
        "aria-label": "Matrix: arrow keys move between its links" },
      el("table", { class: "matrix" })));
  }
  for (const [name] of FILTERS) view.querySelector(`[name=${name}]`).checked = query.has(name);
  const search = view.querySelector("[name=q]");
  if (search !== document.activeElement) search.value = query.get("q") ?? "";
  view.querySelector("[name=rfc]").value = query.get("rfc") ?? "";
  const focused = document.activeElement?.dataset?.key;
  let count = 0;
  const blocks = data.rfcs.flatMap((rfc) => sectionsOf(rfc.clauses).flatMap((section) => {
    const shown = section.clauses.filter((clause) => chosen(clause, query));
    count += shown.length;
    return shown.length ? [block(rfc, section.name, shown, query)] : [];
  }));
  view.querySelector("table").replaceChildren(
    el("caption", { class: "unseen" }, "Verdicts by clause and peer"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Clause"),
      el("th", { scope: "col", class: "text" }, "Promise"),
      data.peers.map((peer) => el("th", { scope: "col", class: "peer" },
        el("span", {}, peer.name))))), ...blocks);
  const said = `${plural(count, "clause")} of ${clauses.size}`;
  view.querySelector("#matrix-count").textContent = count ? said
    : `${said}: nothing matches these filters.`;
  tell(said);
  const first = view.querySelector("tbody a");
  if (first) first.tabIndex = 0;
  stick();
  if (focused) view.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

// The heads of sections stick below the names of the peers, however many lines these take.
function stick() {
  const head = document.querySelector(".matrix thead");
  if (head?.offsetHeight) {
    head.parentNode.style.setProperty("--head", `${head.offsetHeight - 1}px`);
  }
}

// Arrow keys move between the links of the matrix: Tab alone would take thousands of steps. A line
// with fewer links does not make us forget the column.
function walk(event) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const step = steps[event.key];
  if (!step) return;
  const links = (line) => [...line.querySelectorAll("a, button")];
  const lines = [...event.currentTarget.querySelectorAll("tbody tr")];
  const y = lines.findIndex((line) => line.contains(document.activeElement));
  const x = y < 0 ? 0 : links(lines[y]).indexOf(document.activeElement);
  if (step[1]) walk.column = Math.max(0, x + step[1]);
  const line = lines[Math.max(0, Math.min(lines.length - 1, y + step[0]))];
  const targets = line ? links(line) : [];
  const target = targets[Math.min(targets.length - 1, walk.column)];
  if (!target) return;
  event.preventDefault();
  if (target.matches("a")) {
    event.currentTarget.querySelectorAll("a[tabindex='0']").forEach((a) => { a.tabIndex = -1; });
    target.tabIndex = 0;
  }
  target.focus();
}
walk.column = 0;
