// Elements from values. Text becomes text nodes, never markup: peers choose much of it.
const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";

const SIGNS = {
  pass: "✓", info: "i", lenient: "~", fail: "✗", hang: "∞", crash: "!", flaky: "?",
  "not-applicable": "–", blocked: "⊘", "not-run": "·", none: "",
};
const RANK = ["none", "not-run", "not-applicable", "blocked", "info", "pass", "lenient", "flaky",
  "fail", "hang", "crash"];
const BAD = new Set(["flaky", "fail", "hang", "crash"]);
const IDLE = new Set(["none", "not-run", "not-applicable", "blocked"]);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) {
      node.addEventListener(name.slice(2), value);
    } else if (value !== undefined && value !== null && value !== false) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const child of children.flat(9)) {
    if (child !== undefined && child !== null && child !== false && child !== "") {
      node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
  return node;
}

const el = (name, attributes, ...children) =>
  fill(document.createElement(name), attributes, children);
const svg = (name, attributes, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

// A link only where it leads to the web; a peer's words are no address.
function issue(text) {
  const short = /^([\w.-]+\/[\w.-]+)#(\d+)$/.exec(text ?? "");
  if (short) {
    return el("a", { href: `https://github.com/${short[1]}/issues/${short[2]}`,
      rel: "noreferrer" }, text);
  }
  return /^https:\/\/\S+$/.test(text ?? "")
    ? el("a", { href: text, rel: "noreferrer" }, text) : text;
}

const worst = (verdicts) => verdicts.reduce(
  (most, verdict) => RANK.indexOf(verdict) > RANK.indexOf(most) ? verdict : most, "none");

// What a peer came to on a case: its worst group comes first.
const groupsOf = (id, peer) => data.cases[id]?.peers[peer] ?? [];
const caseVerdict = (id, peer) => groupsOf(id, peer)[0]?.verdict ?? "none";
const isUnexpected = (id, peer) => groupsOf(id, peer).some((group) => group.unexpected);
const clauseVerdict = (clause, peer) =>
  worst(clause.cases.map((id) => caseVerdict(id, peer)));

const clauses = new Map();
for (const rfc of data.rfcs) {
  for (const clause of rfc.clauses) {
    clause.rfc = rfc;
    clauses.set(clause.id, clause);
  }
}

function mark(verdict, words) {
  return el("span", { class: `mark v-${verdict}` },
    el("span", { "aria-hidden": "true" }, SIGNS[verdict]), " ", words ?? verdict);
}

const rfcName = (rfc) => rfc.number ? `RFC ${rfc.number}` : "libzmq's documents";

function time(us) {
  if (us >= 1e6) return `${(us / 1e6).toFixed(2)} s`;
  return us >= 1000 ? `${(us / 1000).toFixed(1)} ms` : `${us} µs`;
}

const plural = (count, one, many) => `${count} ${count === 1 ? one : many ?? `${one}s`}`;

function copyable(text) {
  const said = el("output", { class: "unseen" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "selected";
    }
    said.textContent = button.textContent;
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  };
  const code = el("code", {}, text);
  const button = el("button", { type: "button", onclick: copy }, "copy");
  return el("div", { class: "replay" }, code, button, said);
}

// Says something to those who do not see what changed.
function tell(text) {
  document.getElementById("told").textContent = text;
}

// The fragment: `#matrix?level=must&q=frame`, `#clause/37-FRAME-001?peer=1`.
function route() {
  const [path, query] = location.hash.slice(1).split("?");
  let parts;
  try {
    parts = (path || "cover").split("/").map(decodeURIComponent);
  } catch {
    parts = ["cover"];
  }
  return { view: parts[0], rest: parts.slice(1).join("/"), query: new URLSearchParams(query) };
}

function link(view, rest, query) {
  const words = Object.entries(query ?? {}).filter(([, value]) => value !== "");
  const tail = words.length ? `?${new URLSearchParams(words)}` : "";
  const path = rest ? `/${rest.split("/").map(encodeURIComponent).join("/")}` : "";
  return `#${view}${path}${tail}`;
}
