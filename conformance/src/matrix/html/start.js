// Which part is shown: the fragment alone decides.
function draw(moved) {
  const { view, rest, query } = route();
  const part = view === "pair" ? "pair" : "grid";
  if (part === "pair") drawPair(rest, query);
  else drawGrid(query);
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = section.id !== `part-${part}`;
  }
  const title = document.querySelector("main > section:not([hidden]) h1");
  document.title = `${title.textContent} · Zeroproof`;
  if (moved) {
    window.scrollTo(0, 0);
    document.getElementById("main").focus({ preventScroll: true });
  }
}

window.addEventListener("hashchange", () => draw(true));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { view, query } = route();
  if (event.key === "Escape" && view === "pair") location.hash = link("grid", "", kept(query));
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
