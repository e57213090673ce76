// The steps of a case: a sequence diagram, and beside each arrow its octets with their fields.
const LANES = { tester: 78, peer: 322, width: 400 };

// Octets as spans by field; a run of one value is written once, with how often it comes.
function octets(unit) {
  const values = unit.hex.match(/../g) ?? [];
  const fieldAt = (at) => unit.fields.findIndex(([from, size]) => at >= from && at < from + size);
  const spans = [];
  for (let at = 0; at < values.length;) {
    const field = fieldAt(at);
    let run = 1;
    while (values[at + run] === values[at] && fieldAt(at + run) === field) run += 1;
    const [size, text] = run > 6 ? [run, `${values[at]}×${run}`] : [1, values[at]];
    const names = { class: "o", "data-f": field < 0 ? undefined : field };
    const last = spans.at(-1);
    if (last && last.field === field) last.node.append(` ${text}`);
    else spans.push({ field, node: el("span", names, text) });
    at += size;
  }
  const rest = unit.len - values.length;
  return el("code", { class: "hex" }, spans.map((span) => [span.node, " "]),
    rest > 0 && el("span", { class: "rest" }, `… ${unit.len} octets`));
}

function fields(unit) {
  const shown = unit.fields.filter(([, size]) => size > 0);
  if (!shown.length) return [];
  return el("ul", { class: "fields" }, unit.fields.map(([, size, text], at) => size > 0 &&
    el("li", { "data-f": at, title: plural(size, "octet") }, text)));
}

const short = (text, most) => text.length > most ? `${text.slice(0, most - 1)}…` : text;

// One stretch of the diagram, as high as the octets beside it.
function arrow(line, unit, many, first, last) {
  const [connection, at, speaker] = line;
  const [from, to] = speaker ? [LANES.peer, LANES.tester] : [LANES.tester, LANES.peer];
  const lanes = [LANES.tester, LANES.peer].map((x) =>
    svg("line", { class: "lane", x1: x, x2: x, y1: first ? 6 : 0, y2: last ? 34 : "100%" }));
  const middle = (LANES.tester + LANES.peer) / 2;
  const label = (text, x = middle) => svg("text", { class: "label", x, y: 17 }, short(text, 34));
  const event = unit.len === 0;
  const shapes = [];
  if (event && unit.title === "closed") {
    const end = from + (to - from) * 0.5;
    shapes.push(svg("line", { class: "close", x1: from, x2: end, y1: 25, y2: 25 }),
      svg("path", { class: "cross", d: `M${end - 5} 20l10 10m0 -10l-10 10` }), label("closed"));
  } else if (event) {
    shapes.push(svg("circle", { class: "event", cx: from, cy: 23, r: 5 }), label(unit.title));
  } else {
    const head = to > from ? -8 : 8;
    shapes.push(svg("line", { class: "arrow", x1: from, x2: to, y1: 25, y2: 25 }),
      svg("path", { class: "tip", d: `M${to} 25l${head} -5v10z` }), label(unit.title));
  }
  return svg("svg", { class: "flow", width: LANES.width, "aria-hidden": "true" }, lanes,
    svg("text", { class: "when", x: 62, y: 29 }, time(at)), shapes,
    many && svg("text", { class: "conn", x: LANES.width - 62, y: 29 }, `conn ${connection + 1}`));
}

function step(line, at, lines, marked, names) {
  const unit = data.units[line[3]];
  const lane = line[2] ? "peer" : "tester";
  const who = names[line[2]];
  const many = lines.some(([connection]) => connection > 0);
  const here = at === marked;
  const said = unit.len ? `${who} sends ${unit.title}` : `${who}: ${unit.title}`;
  return el("li", { class: `step ${lane}${here ? " here" : ""}`, tabindex: 0,
    "aria-label": `${time(line[1])}${many ? `, connection ${line[0] + 1}` : ""}, ${said}` +
      `${here ? ", here" : ""}` },
  arrow(line, unit, many, at === 0, at === lines.length - 1),
  el("div", { class: "said" },
    unit.title.length > 34 && el("p", { class: "whole" }, unit.title),
    unit.len > 0 && octets(unit), fields(unit),
    here && el("p", { class: "place" }, "◀ here")));
}

// `names` are those of the two lanes; between two peers no line is the place of the finding.
function dialogue(group, peer, names) {
  const { lines } = group;
  if (!lines?.length) return [];
  const marked = names ? -1 : lines.map(([, , speaker]) => speaker).lastIndexOf(1);
  const who = names ?? ["tester", "peer"];
  const steps = lines.map((line, at) => step(line, at, lines, marked, who));
  if (group.left_out) {
    const middle = Math.ceil(lines.length / 2);
    steps.splice(middle, 0, el("li", { class: "gap" }, `${plural(group.left_out, "step")} more`));
  }
  const list = el("ol", { class: "steps", "aria-label": "Steps", onmouseover: light,
    onfocusin: light, onmouseleave: dark, onkeydown: nextField }, steps);
  return el("div", { class: "dialogue" },
    el("p", { class: "lanes", "aria-hidden": "true" },
      el("span", {}, short(names?.[0] ?? "tester", 20)),
      el("span", {}, short(names?.[1] ?? data.peers[peer].name, 20))),
    list, el("p", { class: "hint" },
      "Point at a field and its octets light up; on a step, ← and → do the same."));
}

function dark(event) {
  event.currentTarget.querySelectorAll(".lit").forEach((node) => node.classList.remove("lit"));
}

function light(event) {
  const field = event.target.closest("[data-f]");
  dark(event);
  if (field) show(field.closest(".step"), field.dataset.f);
}

function show(step, field) {
  step.querySelectorAll(`[data-f="${field}"]`).forEach((node) => node.classList.add("lit"));
}

function nextField(event) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const step = event.target.closest(".step");
  if (!by || !step) return;
  const all = [...step.querySelectorAll(".fields [data-f]")];
  if (!all.length) return;
  event.preventDefault();
  const now = all.findIndex((node) => node.classList.contains("lit"));
  const next = all[(now + by + all.length + (now < 0 && by < 0 ? 1 : 0)) % all.length];
  dark(event);
  show(step, next.dataset.f);
  tell(`${next.textContent}, ${next.title}`);
}
