// Who binds x who connects, and what each pair did, cell by cell.
const MARKS = { ok: "✓", known: "~", fails: "✗", refuses: "⊘", dies: "!", flaky: "?",
  "not-applicable": "–", "not-run": "·" };
const SHOWN = ["flaky", "fails", "refuses", "dies"];
const SHOWS = [["", "every cell"], ["bad", "what goes wrong"], ["new", "unexpected only"]];

const CELLS = data.cells.map(([first, second, turned, pattern, mech, ipc, outcome, talks, group,
  reason], at) => ({
  at, first, second, bind: turned ? "second" : "first", pattern: data.patterns[pattern],
  mech: data.mechs[mech], transport: ipc ? "ipc" : "tcp", outcome: data.outcomes[outcome],
  talks: talks === 1, group, reason: reason === null ? "" : data.reasons[reason],
  binder: turned ? second : first, connector: turned ? first : second,
}));
const isBad = (cell) => SHOWN.includes(cell.outcome);
const isKnown = (cell) => isBad(cell) && Boolean(data.groups[cell.group]?.known);
const isNew = (cell) => isBad(cell) && !isKnown(cell);
const look = (cell) => isKnown(cell) ? "known" : cell.outcome;

function chosen(cell, query) {
  const fits = (name, value) => !query.get(name) || query.get(name) === value;
  const show = query.get("show");
  return fits("pattern", cell.pattern) && fits("mech", cell.mech)
    && fits("transport", cell.transport)
    && (show !== "bad" || isBad(cell)) && (show !== "new" || isNew(cell));
}

// The worst of some cells, and how many there are of it.
function worstOf(cells) {
  for (const [name, is] of [["fails", isNew], ["not-run", (c) => c.outcome === "not-run"],
    ["known", isKnown], ["ok", (c) => c.outcome === "ok"]]) {
    const count = cells.filter(is).length;
    if (count) return [name, count];
  }
  return ["not-applicable", 0];
}

function words(cells) {
  const counts = {};
  for (const cell of cells) counts[look(cell)] = (counts[look(cell)] ?? 0) + 1;
  return Object.entries(counts).map(([name, count]) => `${count} ${name.replace("-", " ")}`)
    .join(", ") || "no cell";
}

const kept = (query) => Object.fromEntries(
  [...query].filter(([name]) => ["pattern", "mech", "transport", "show"].includes(name)));

function change(values) {
  const query = route().query;
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const { view, rest } = route();
  history.replaceState(null, "", link(view, rest, Object.fromEntries(query)));
  draw(false);
}

function select(name, label, options) {
  return el("label", {}, el("span", { class: "unseen" }, label),
    el("select", { name, onchange: (event) => change({ [name]: event.target.value }) },
      options.map(([value, said]) => el("option", { value }, said))));
}

function controls() {
  const all = (list) => list.map((each) => [each, each]);
  return el("form", { class: "controls", role: "search", "aria-label": "Filter the cells",
    onsubmit: (event) => event.preventDefault() },
  select("pattern", "Pattern", [["", "every pattern"], ...all(data.patterns)]),
  select("mech", "Mechanism", [["", "every mechanism"], ...all(data.mechs)]),
  select("transport", "Transport", [["", "tcp and ipc"], ...all(["tcp", "ipc"])]),
  select("show", "Show", SHOWS));
}

function drawGrid(query) {
  document.getElementById("plain")?.remove();
  const view = document.getElementById("pairs");
  if (!view.firstChild) {
    view.append(controls(), el("p", { class: "hint", id: "grid-count" }),
      el("div", { class: "scroll grid", tabindex: 0, role: "region", onkeydown: walk,
        "aria-label": "Pairs: arrow keys move between them" },
      el("table", { class: "pairs" })),
      el("ul", { class: "legend", "aria-label": "Signs" },
        Object.entries(MARKS).map(([name, sign]) => el("li", {},
          el("span", { class: `mark v-${name}` }, sign), ` ${name.replace("-", " ")}`))),
      el("p", { class: "hint" }, "A row binds, and is the server of PLAIN and CURVE; a column ",
        "connects. A sign is the worst of the pair, the number how often it came. Some cells must ",
        "not talk: other mechanisms, socket types that do not go together."));
  }
  const cells = CELLS.filter((cell) => chosen(cell, query));
  const rows = data.peers.map((binder, y) => el("tr", {},
    el("th", { scope: "row" }, binder.name),
    data.peers.map((connector, x) => {
      const here = cells.filter((cell) => cell.binder === y && cell.connector === x);
      const [name, count] = worstOf(here);
      const title = `${binder.name} binds, ${connector.name} connects: ${words(here)}`;
      return el("td", { class: `cell v-${name}` }, el("a", { title, "aria-label": title,
        href: link("pair", `${binder.name}/${connector.name}`, kept(query)),
        tabindex: x + y ? -1 : 0 }, MARKS[name], count > 0 && el("small", {}, ` ${count}`)));
    })));
  view.querySelector("table").replaceChildren(
    el("caption", { class: "unseen" }, "Results by who binds and who connects"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "binds ↓ connects →"),
      data.peers.map((peer) => el("th", { scope: "col" }, peer.name,
        el("small", {}, [peer.version, peer.language].filter(Boolean).join(", ")))))),
    el("tbody", {}, rows));
  for (const name of ["pattern", "mech", "transport", "show"]) {
    view.querySelector(`[name=${name}]`).value = query.get(name) ?? "";
  }
  const said = `${plural(cells.length, "cell")} of ${CELLS.length}: ${words(cells)}`;
  view.querySelector("#grid-count").textContent = said;
  tell(said);
}

// Arrow keys move from pair to pair.
function walk(event) {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[
    event.key];
  if (!step) return;
  const lines = [...event.currentTarget.querySelectorAll("tbody tr")]
    .map((line) => [...line.querySelectorAll("a")]);
  const y = lines.findIndex((line) => line.includes(document.activeElement));
  const x = y < 0 ? 0 : lines[y].indexOf(document.activeElement);
  const bound = (value, most) => Math.max(0, Math.min(most, value));
  const line = lines[bound(y + step[0], lines.length - 1)];
  const target = line?.[bound(x + step[1], line.length - 1)];
  if (!target) return;
  event.preventDefault();
  event.currentTarget.querySelectorAll("a[tabindex='0']").forEach((a) => { a.tabIndex = -1; });
  target.tabIndex = 0;
  target.focus();
}

function role(cell, side) {
  const kind = cell.pattern.split("-")[side === "first" ? 0 : 1].toUpperCase();
  return cell.bind === side ? `${kind} binds` : kind;
}

// The command that tries a cell again.
function replay(cell) {
  const [first, second] = [data.peers[cell.first].name, data.peers[cell.second].name];
  const bind = first === second ? cell.bind : data.peers[cell.binder].name;
  const yours = [first, second].includes("yours") ? data.rest : "";
  return `zeroproof matrix ${first}:${second} --bind ${bind} --pattern ${cell.pattern} ` +
    `--mech ${cell.mech} --transport ${cell.transport}${yours}`;
}

function evidence(number, cells, open) {
  const group = data.groups[number];
  const [cell] = cells;
  return el("details", { class: "result", id: `group-${number}`, open },
    el("summary", {}, el("span", { class: `mark v-${look(cell)}` }, MARKS[look(cell)], " ",
      cell.outcome), ` at ${group.step}: ${group.got}`,
    group.known ? el("span", { class: "tag known" }, "known")
      : el("span", { class: "tag" }, "unexpected")),
    el("div", { class: "evidence" },
      el("p", { class: "evidence-of" }, plural(cells.length, "cell"), ": ",
        [...new Set(cells.map((each) => `${each.pattern} ${each.mech} ${each.transport}`))]
          .join(", ")),
      el("dl", { class: "differ" },
        el("div", { class: "expected" }, el("dt", {}, "expected"), el("dd", {}, group.expected)),
        el("div", { class: "got" }, el("dt", {}, "got"), el("dd", {}, group.got, " ",
          el("code", { class: "signature" }, group.signature)))),
      el("dl", { class: "facts" },
        group.known && [el("dt", {}, "known"), el("dd", {}, group.known,
          group.issue && [" (", issue(group.issue), ")"])],
        [el("dt", {}, "attempts"), el("dd", {}, group.attempts.join(", "))],
        [el("dt", {}, "replay"), el("dd", {}, copyable(replay(cell)))]),
      group.lines.length ? dialogue(group, 0, group.names)
        : el("p", { class: "hint" }, "Its octets are in the JSON of the run.")));
}

function tableOf(cells) {
  const rows = new Map();
  const columns = [...new Set(cells.map((cell) => `${cell.mech} ${cell.transport}`))];
  for (const cell of cells) {
    const key = `${cell.pattern}|${cell.bind}|${cell.first}`;
    if (!rows.has(key)) rows.set(key, []);
    rows.get(key).push(cell);
  }
  const square = (cell) => {
    if (!cell) return el("td", {});
    const name = look(cell);
    const title = `${cell.mech} ${cell.transport}: ${name.replace("-", " ")}` +
      `${cell.talks ? "" : ", must not talk"}${cell.reason ? `, ${cell.reason}` : ""}`;
    const inner = cell.group === null
      ? el("span", { class: "inert", title, role: "img", "aria-label": title }, MARKS[name])
      : el("a", { href: "#", title, "aria-label": title, onclick: (event) => {
        event.preventDefault();
        reveal(cell.group);
      } }, MARKS[name]);
    return el("td", { class: `cell v-${name}` }, inner);
  };
  return el("div", { class: "scroll" }, el("table", { class: "table-of-cells" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Sends first > receives first"),
      columns.map((column) => el("th", { scope: "col" }, column)))),
    el("tbody", {}, [...rows.values()].map((row) => el("tr", {},
      el("th", { scope: "row" }, `${data.peers[row[0].first].name} ${role(row[0], "first")} > ` +
        `${data.peers[row[0].second].name} ${role(row[0], "second")}`),
      columns.map((column) => square(
        row.find((cell) => `${cell.mech} ${cell.transport}` === column))))))));
}

function reveal(group) {
  const target = document.getElementById(`group-${group}`);
  document.querySelectorAll(".lit-result").forEach((n) => n.classList.remove("lit-result"));
  target.open = true;
  target.classList.add("lit-result");
  target.querySelector("summary").focus();
  target.scrollIntoView({ block: "start" });
}

function drawPair(rest, query) {
  const [binder, connector] = rest.split("/");
  const index = (name) => data.peers.findIndex((peer) => peer.name === name);
  const here = CELLS.filter((cell) => cell.binder === index(binder)
    && cell.connector === index(connector) && chosen(cell, query));
  const groups = new Map();
  for (const cell of here.filter((each) => each.group !== null)) {
    if (!groups.has(cell.group)) groups.set(cell.group, []);
    groups.get(cell.group).push(cell);
  }
  const found = index(binder) >= 0 && index(connector) >= 0;
  const body = found ? [
    el("h1", { id: "pair-title" }, `${binder} binds, ${connector} connects`),
    el("p", { class: "promise" }, words(here)),
    tableOf(here),
    [...groups].map(([number, cells], at) => evidence(number, cells, at === 0))]
    : [el("h1", { id: "pair-title" }, "Not in this matrix"), el("p", {}, rest)];
  document.getElementById("part-pair").replaceChildren(
    el("p", { class: "back" }, el("a", { href: link("grid", "", kept(query)) }, "← All pairs")),
    ...body.flat(9).filter(Boolean));
}
