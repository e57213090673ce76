// How good is the suite itself: what it covers, what it costs, what decided, what it can catch.
function table(caption, heads, rows) {
  return el("div", { class: "scroll" }, el("table", { class: "plain" }, el("caption", {}, caption),
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, rows)));
}

function coverage() {
  const kinds = ["judged", "unit", "unobservable", "later"];
  const rows = data.rfcs.map((rfc) => {
    const counts = kinds.map((kind) =>
      rfc.clauses.filter((clause) => clause.cover === kind).length);
    let x = 0;
    const parts = counts.map((count, at) => {
      const width = count * 160 / rfc.clauses.length;
      x += width;
      return svg("rect", { class: `c-${kinds[at]}`, x: x - width, y: 0, width, height: 12 });
    });
    return el("tr", {}, el("th", { scope: "row" }, rfcName(rfc), el("small", {}, rfc.title)),
      el("td", {}, rfc.clauses.length), counts.map((count) => el("td", {}, count)),
      el("td", {}, svg("svg", { class: "cover", width: 160, height: 12, "aria-hidden": "true" },
        parts)));
  });
  return table("Clauses by RFC, and what stands behind each",
    ["RFC", "clauses", ...["judged", "unit test", "not observable", "not yet"].map((words, at) =>
      [el("span", { class: `swatch c-${kinds[at]}`, "aria-hidden": "true" }), ` ${words}`]), ""],
    rows);
}

const allGroups = () => Object.entries(data.cases).flatMap(([id, told]) =>
  told.peers.flatMap((groups, peer) => groups.map((group) => ({ id, peer, group }))));

function costs(groups) {
  const slow = groups.sort((a, b) => b.group.cost_us - a.group.cost_us).slice(0, 15);
  return table("The slowest cases", ["case", "peer", "cost", "verdict"],
    slow.map(({ id, peer, group }) => el("tr", {},
      el("th", { scope: "row" }, el("a", { href: link("case", id, { peer }) }, id)),
      el("td", {}, data.peers[peer].name), el("td", {}, time(group.cost_us)),
      el("td", {}, mark(group.verdict)))));
}

function quiet(groups) {
  const rows = data.peers.map((peer, at) => {
    const waited = groups.filter((each) => each.peer === at && each.group.windows > 0);
    const windows = waited.reduce((sum, each) => sum + each.group.windows, 0);
    const cases = new Set(waited.map((each) => each.id)).size;
    return el("tr", {}, el("th", { scope: "row" }, peer.name), el("td", {}, cases),
      el("td", {}, windows), el("td", {}, `${peer.quiet_ms.toFixed(0)} ms`),
      el("td", {}, `${peer.wall_ms.toFixed(0)} ms`), el("td", {}, peer.results));
  });
  return table("Quiet windows: where nothing must happen, and only a wait can tell",
    ["peer", "cases that wait", "windows", "waited in all", "run", "results"], rows);
}

function unsteady(groups) {
  const flaky = groups.filter(({ group }) => group.verdict === "flaky");
  if (!flaky.length) return el("p", {}, "No result came out differently when it was run again.");
  return table("Results that came out differently when run again", ["case", "peer", "attempts"],
    flaky.map(({ id, peer, group }) => el("tr", {},
      el("th", { scope: "row" }, el("a", { href: link("case", id, { peer }) }, id)),
      el("td", {}, data.peers[peer].name), el("td", {}, (group.attempts ?? []).join(", ")))));
}

function kills() {
  if (!data.kills) return [];
  const { mutants } = data.kills;
  const dead = mutants.filter((mutant) => mutant.killed_by.length > 0).length;
  return [el("h2", {}, "Mutants"),
    table(`${dead} of ${mutants.length} mutants of the engine are caught`,
      ["mutant", "what is wrong with it", "caught by"], mutants.map((mutant) => el("tr", {},
        el("th", { scope: "row" }, mutant.id), el("td", {}, mutant.title),
        el("td", {}, mutant.killed_by.length === 0
          ? mark("fail", "lives") : mutant.killed_by.map((id, at) => [at > 0 && ", ",
            Object.hasOwn(data.cases, id) ? el("a", { href: link("case", id) }, id) : id])))))];
}

function drawSuite() {
  const view = document.getElementById("part-suite");
  if (view.firstChild) return;
  const groups = allGroups();
  view.append(el("h1", { id: "suite-title" }, "How good is the suite?"),
    el("p", {}, `zeroproof ${data.suite}; ${plural(Object.keys(data.cases).length, "case")} in `,
      `these reports.`),
    el("h2", {}, "Coverage"), coverage(), el("h2", {}, "Cost"), costs(groups),
    el("h2", {}, "What decided"), quiet(groups), unsteady(groups), ...kills());
}
