// One clause or one case: what is asked, how we read it, what each peer did, and the evidence.
function row2(name, ...value) {
  return value.some((each) => each && each.length !== 0)
    ? [el("dt", {}, name), el("dd", {}, value)] : [];
}

function clauseText(id) {
  const clause = clauses.get(id);
  if (!clause) return el("p", {}, id);
  return el("blockquote", { class: "clause" },
    el("p", {}, el("a", { href: link("clause", id) }, id), " ",
      el("span", { class: "level" }, clause.level), " ", clause.text),
    clause.reading && el("p", {}, el("strong", {}, "Our reading. "), clause.reading));
}

function onAxes(group) {
  const names = group.axes.map((axis) => data.axes[axis]);
  if (names.length === 1) return el("span", { class: "axes" }, names[0]);
  return el("details", { class: "axes" }, el("summary", {}, plural(names.length, "time")),
    names.join(", "));
}

// What a peer did, in a line.
function summary(group) {
  return group.finding?.got ?? group.info?.join("; ") ?? group.reason ?? "";
}

// The case as JSON, with its octets: made here, so that the folder holds each octet once.
function download(id) {
  const whole = data.cases[id];
  const told = { id, ...whole, peers: whole.peers.map((groups, peer) => ({
    peer: data.peers[peer].name,
    results: groups.map((group) => ({ ...group,
      axes: group.axes.map((axis) => data.axes[axis]),
      lines: (group.lines ?? []).map(([connection, t_us, speaker, unit]) => ({
        connection, t_us, dir: speaker ? "received" : "sent", ...data.units[unit] })),
    })),
  })) };
  const file = new Blob([JSON.stringify(told, null, 2)], { type: "application/json" });
  const to = el("a", { href: URL.createObjectURL(file),
    download: `${id.replace(/[^a-z0-9.-]+/gi, "-")}.json` });
  to.click();
  setTimeout(() => URL.revokeObjectURL(to.href), 10000);
}

function evidence(group, peer, open) {
  const { finding } = group;
  const title = el("summary", {}, mark(group.verdict), " ",
    el("strong", {}, data.peers[peer].name), finding && ` ${finding.got}`,
    group.unexpected && el("span", { class: "tag" }, "unexpected"),
    group.known && el("span", { class: "tag known" }, "known"));
  const body = el("div", { class: "evidence" },
    finding && el("dl", { class: "differ" },
      el("div", { class: "expected" }, el("dt", {}, "expected"), el("dd", {}, finding.expected)),
      el("div", { class: "got" }, el("dt", {}, "got"), el("dd", {}, finding.got,
        " ", el("code", { class: "signature" }, finding.signature)))),
    el("dl", { class: "facts" },
      row2("on", onAxes(group)),
      row2("known", group.known?.why, group.known?.issue && [" (", issue(group.known.issue), ")"]),
      row2("attempts", group.attempts?.join(", ")),
      row2("replay", group.replay && copyable(group.replay))),
    dialogue(group, peer));
  return el("details", { class: "result", open }, title, body);
}

function peersTable(id, focus) {
  const rows = data.peers.flatMap((peer, at) => groupsOf(id, at).map((group, nth) =>
    el("tr", { class: at === focus ? "focus" : "" },
      nth === 0 && el("th", { scope: "row", rowspan: groupsOf(id, at).length }, peer.name),
      el("td", {}, mark(group.verdict)), el("td", {}, summary(group)),
      el("td", {}, onAxes(group)), el("td", { class: "cost" }, time(group.cost_us)))));
  return el("div", { class: "scroll" }, el("table", { class: "did" },
    el("caption", {}, "What each peer does"),
    el("thead", {}, el("tr", {}, ["Peer", "Verdict", "What it does", "On", "Cost"].map((name) =>
      el("th", { scope: "col" }, name)))),
    el("tbody", {}, rows)));
}

function caseView(id, focus, alone) {
  const told = data.cases[id];
  const shown = data.peers.flatMap((_, peer) => groupsOf(id, peer)
    .filter((group) => group.lines?.length || group.finding)
    .map((group) => ({ group, peer })));
  const opened = shown.find(({ peer }) => peer === focus)
    ?? shown.find(({ group }) => BAD.has(group.verdict)) ?? shown[0];
  return el("article", { class: "case" },
    el(alone ? "h1" : "h2", { id: alone ? "detail-title" : undefined },
      alone ? id : el("a", { href: link("case", id) }, id), " ",
      el("span", { class: "level" }, told.level)),
    el("p", { class: "promise" }, told.promise),
    alone && told.clauses.map(clauseText),
    el("dl", { class: "facts" },
      row2("effect", told.effect),
      row2("our reading", told.reading),
      row2("seen in", told.seen.flatMap((each, at) => [at > 0 && ", ", issue(each)])),
      !alone && row2("judges", told.clauses.flatMap((each, at) => [at > 0 && ", ",
        el("a", { href: link("clause", each) }, each)]))),
    peersTable(id, focus),
    shown.map((each) => evidence(each.group, each.peer, each === opened)),
    el("p", {}, el("button", { type: "button", onclick: () => download(id) },
      "Download this case as JSON")));
}

function clauseView(clause, focus) {
  return [
    el("h1", { id: "detail-title" }, clause.id, " ",
      el("span", { class: "level" }, clause.level)),
    el("p", { class: "promise" }, clause.text),
    el("dl", { class: "facts" },
      row2("our reading", clause.reading),
      row2("from", `${rfcName(clause.rfc)} ${clause.rfc.title}, ${clause.section}`,
        clause.rfc.number > 0 && [" (", el("a", { rel: "noreferrer",
          href: `https://rfc.zeromq.org/spec/${clause.rfc.number}/` }, "text"), ")"]),
      row2("no case", clause.cover !== "judged" && (clause.why || "not yet"))),
    clause.cases.length === 0 && el("p", {}, "No report here judges it."),
    clause.cases.map((id) => caseView(id, focus, false)),
  ];
}

function drawDetail(view, id, query) {
  const focus = query.has("peer") ? Number(query.get("peer")) : -1;
  const clause = view === "clause" && clauses.get(id);
  const known = view === "case" && Object.hasOwn(data.cases, id);
  const back = el("p", { class: "back" },
    el("a", { href: link("matrix", "", {}), onclick: backToMatrix }, "← Matrix"));
  const body = clause ? clauseView(clause, focus)
    : known ? caseView(id, focus, true)
      : [el("h1", { id: "detail-title" }, "Not in this report"), el("p", {}, id)];
  document.getElementById("part-detail").replaceChildren(back, ...[body].flat(9).filter(Boolean));
}

// The matrix as it was left, filters and place.
function backToMatrix(event) {
  if (lastMatrix) {
    event.preventDefault();
    location.hash = lastMatrix;
  }
}
