// Which part is shown: the fragment alone decides.
let lastMatrix = "";
let scrolled = 0;

function draw(moved) {
  const { view, rest, query } = route();
  const part = { matrix: "matrix", clause: "detail", case: "detail", suite: "suite" }[view]
    ?? "cover";
  const before = document.querySelector("main > section:not([hidden])");
  if (before?.id === "part-matrix" && part !== "matrix") scrolled = window.scrollY;
  if (part === "cover") drawWheels(query);
  if (part === "matrix") drawMatrix(query);
  if (part === "detail") drawDetail(view, rest, query);
  if (part === "suite") drawSuite();
  if (part === "matrix") lastMatrix = location.hash;
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = section.id !== `part-${part}`;
  }
  stick();
  for (const each of document.querySelectorAll("nav a")) {
    const here = each.hash.slice(1) === (part === "detail" ? "matrix" : part);
    if (here) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
    if (each.hash.startsWith("#matrix") && lastMatrix) each.href = "#matrix";
  }
  const title = document.querySelector("main > section:not([hidden]) h1");
  document.title = `${title?.textContent ?? "Report"} · Zeroproof`;
  if (moved && before?.id !== `part-${part}`) {
    window.scrollTo(0, part === "matrix" ? scrolled : 0);
    document.getElementById("main").focus({ preventScroll: true });
  } else if (moved && part === "detail") {
    window.scrollTo(0, 0);
  }
}

window.addEventListener("hashchange", () => draw(true));
window.addEventListener("resize", stick);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    if (route().view !== "matrix") location.hash = lastMatrix || "#matrix";
    draw(false);
    document.querySelector("#part-matrix [name=q]").focus();
  } else if (event.key === "Escape" && !document.getElementById("part-detail").hidden) {
    location.hash = lastMatrix || "#matrix";
  }
});
// On paper nothing can be opened.
window.addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("section:not([hidden]) details")) each.open = true;
});
// The fragment is ours, so this link moves the focus instead.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
draw(false);
