// Uses the page as a person does, and writes down what it found: a line a promise, `ok` or not.
(async () => {
  const lines = [];
  const check = (what, holds) => lines.push(`${holds ? "ok" : "BROKEN"} ${what}`);
  const $ = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const go = async (hash) => {
    location.hash = hash;
    await new Promise((done) => { setTimeout(done, 0); });
    await new Promise((done) => { setTimeout(done, 0); });
  };
  const key = (target, name) => target.dispatchEvent(
    new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  const rows = () => all(".matrix tbody tr:not(.head)").length;
  const visible = () => all("main > section:not([hidden])").map((section) => section.id).join();
  try {
    await go("#cover");
    check("the cover has wheels", all(".wheel svg path").length > 10);
    check("each wheel says in words what it shows", all(".wheel svg[role=img]").every(
      (wheel) => /\d+ \w/.test(wheel.getAttribute("aria-label"))));

    await go("#matrix");
    const everything = rows();
    check("the matrix has rows", everything >= 2 && visible() === "part-matrix");
    check("every verdict has words", all(".cell a").every((cell) =>
      cell.getAttribute("aria-label").length > 10));
    $("[name=open]").click();
    check("a filter filters", rows() >= 1 && rows() < everything);
    check("a filter is in the address", location.hash === "#matrix?open=1");
    $("[name=open]").click();
    $("[name=differs]").click();
    check("what differs is found", rows() >= 1 && rows() < everything);
    $("[name=differs]").click();
    $("[name=q]").value = "no such words";
    $("[name=q]").dispatchEvent(new Event("input"));
    check("an empty search says so", rows() === 0 &&
      $("#matrix-count").textContent.includes("nothing matches"));
    await go("#matrix?all=1&must=1&q=ttl");
    check("a link brings its filters", $("[name=must]").checked && $("[name=all]").checked &&
      $("[name=q]").value === "ttl" && rows() >= 1);

    await go("#matrix?shut=");
    const button = $(".matrix .head button");
    button.focus();
    button.click();
    check("a section closes", $(".matrix .head button").getAttribute("aria-expanded") === "false");
    check("the focus stays on it", document.activeElement === $(".matrix .head button"));
    check("closed sections are in the address", location.hash.includes("shut="));
    $(".matrix .head button").click();
    const first = $(".matrix tbody tr:not(.head) a");
    first.focus();
    key(first, "ArrowRight");
    const second = document.activeElement;
    check("arrows move to the right", second !== first && second.closest("tr") === first.closest("tr"));
    key(second, "ArrowUp");
    check("arrows move up", document.activeElement.closest("tr") !== first.closest("tr"));
    check("one link takes the tab", all(".matrix a[tabindex='0']").length === 1);
    await go("#suite");
    key(document.body, "/");
    check("a slash leads to the search", document.activeElement === $("[name=q]"));
    document.activeElement.blur();

    await go("#case/37/heartbeat/long-ttl?peer=0");
    check("a case opens", visible() === "part-detail" && $("#detail-title").textContent.includes("long-ttl"));
    check("its steps are there", all("details[open] .step").length >= 3);
    check("its arrows are drawn", all("details[open] .flow .arrow").length >= 2);
    check("its evidence is marked", all("details[open] .step.here").length === 1);
    const field = $("details[open] .fields [data-f]");
    field.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
    check("octets light up", all(".hex .lit").length === 1 &&
      $(".hex .lit").dataset.f === field.dataset.f);
    const step = $("details[open] .step");
    key(step, "ArrowRight");
    check("keys light the next field", $(".hex .lit").dataset.f !== field.dataset.f);
    check("and it is said", $("#told").textContent.length > 3);
    check("the replay can be copied", $(".replay button") !== null);
    check("it can be saved", all("article button").some((each) => /JSON/.test(each.textContent)));
    key(document.body, "Escape");
    await go(location.hash);
    check("escape leads back", visible() === "part-matrix");
    await go("#clause/37-HB-003");
    check("a clause opens", $("#detail-title").textContent.includes("37-HB-003"));
    await go("#case/toString");
    check("what is not there is told", $("#detail-title").textContent.includes("Not in this"));
    await go("#%E0%A4%A");
    check("a broken address is the cover", visible() === "part-cover");

    check("nothing of a peer runs", !document.title.includes("owned"));
    check("nothing of a peer is an element", all("img").length === 0 &&
      all("script:not([data-driver])").length === 2);
    check("nothing comes from elsewhere",
      performance.getEntriesByType("resource").length === 0);
  } catch (error) {
    lines.push(`BROKEN by ${error.stack}`);
  }
  document.body.append(Object.assign(document.createElement("pre"),
    { id: "driven", textContent: `${lines.join("\n")}\nend` }));
})();
