// Comfort only: every page works without this.
(() => {
  const root = document.documentElement;
  const form = document.getElementById("s");
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  // A tick or a choice applies at once, unless the filters are open as a drawer, which has its own button.
  const drawer = document.getElementById("filters");
  const inDrawer = (control) => drawer?.contains(control) && drawer.matches(":popover-open");
  root.classList.add("js");
  addEventListener("change", ({ target }) => {
    if (target.form !== form || !target.matches("[type=checkbox], select") || inDrawer(target)) return;
    try { sessionStorage.setItem("focus", JSON.stringify([target.name, target.value])); } catch { /* storage may be off */ }
    form.requestSubmit();
  });

  // Back and forward show the page as its address says, not as it was left.
  addEventListener("pageshow", ({ persisted }) => { if (persisted) form.reset(); });

  // What was ticked keeps the focus on the page that follows.
  const refocus = () => {
    try {
      const [name, value] = JSON.parse(sessionStorage.getItem("focus")) ?? [];
      sessionStorage.removeItem("focus");
      const same = (control) => control.name === name && (control.tagName === "SELECT" || control.value === value);
      [...(form.elements ?? [])].find(same)?.focus({ preventScroll: true });
    } catch { /* as above */ }
  };

  // Excluding a value takes its own tick away; empty fields stay out of the address.
  form.addEventListener("submit", ({ submitter }) => {
    if (submitter?.name.startsWith("exclude_")) {
      const tick = submitter.parentElement.querySelector("[type=checkbox]");
      if (tick) tick.checked = false;
    }
  });
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "" && name !== "q") formData.delete(name);
  });

  // The theme changes without a new page; the cookie is the one that the server would set.
  const theme = document.querySelector(".theme");
  theme.addEventListener("submit", (event) => {
    event.preventDefault();
    const { value } = event.submitter;
    if (value === "auto") delete root.dataset.theme; else root.dataset.theme = value;
    const age = value === "auto" ? 0 : 31536000;
    document.cookie = `theme=${value}; path=/; max-age=${age}; samesite=lax`;
    for (const button of theme.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === event.submitter));
  });

  // In a document: which hit is the current one, and the way to its neighbours.
  const count = document.getElementById("hit-count");
  const next = document.getElementById("hit-next");
  const hits = [...document.querySelectorAll(".is-hit")];
  let back = null;
  const aim = () => {
    const current = document.getElementById(location.hash.slice(1));
    const at = hits.indexOf(current);
    const after = at >= 0 ? at + 1 : current ? hits.findIndex((hit) => current.compareDocumentPosition(hit) & 4) : 0;
    const before = at >= 0 ? at - 1 : (after < 0 ? hits.length : after) - 1;
    if (at >= 0) count.textContent = `${at + 1} of ${hits.length} ${hits.length === 1 ? "hit" : "hits"}`;
    const point = (link, hit) => { link.hidden = !hit; if (hit) link.href = `#${hit.id}`; };
    point(back, hits[before]);
    point(next, hits[after]);
  };
  if (next) {
    back = next.cloneNode();
    back.id = "hit-back";
    const label = (link, text, key) => { link.textContent = `${text} `; link.append(Object.assign(document.createElement("kbd"), { textContent: key })); };
    label(back, "Previous", "p");
    label(next, "Next", "n");
    next.before(back);
    addEventListener("hashchange", aim);
    aim();
  }

  // Set, not clicked: the place changes at once, so that a quick second key goes on from there.
  const go = (link) => {
    location.hash = link.hash;
    aim();
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      event.preventDefault();
      document.getElementById("q").select();
    } else if (event.key === "n" && next && !next.hidden) go(next);
    else if (event.key === "p" && back && !back.hidden) go(back);
  });
  refocus();
})();
