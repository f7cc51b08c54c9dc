// Comfort while typing: suggestions under the search box, and facets that are searched in place. Every page works without this.
(() => {
  const WAIT = 120; // ms after the last key
  const KINDS = { word: "", phrase: "phrase", title: "title", name: "name" };

  // Calls `ask(signal)` once nobody has typed for a moment; what was asked before and is not answered yet is dropped.
  const asking = (ask) => {
    let timer = 0;
    let request = null;
    const drop = () => { clearTimeout(timer); request?.abort(); };
    const later = () => {
      drop();
      timer = setTimeout(() => {
        request = new AbortController();
        ask(request.signal).catch((error) => { if (error.name !== "AbortError") throw error; });
      }, WAIT);
    };
    return { later, drop };
  };

  // The search box is a combobox: the keys stay in it, and the list below says which suggestion is meant.
  const box = document.getElementById("q");
  const list = document.createElement("ul");
  Object.assign(list, { id: "q-list", className: "suggested", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  const told = Object.assign(document.createElement("p"), { className: "vh" });
  told.setAttribute("role", "status");
  box.after(list, told);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) {
    box.setAttribute(name, value);
  }

  let typed = box.value;
  let at = -1;
  const close = () => {
    list.hidden = true;
    list.replaceChildren();
    at = -1;
    told.textContent = "";
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const mean = (place) => {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = place;
    const chosen = list.children[at];
    box.value = chosen ? chosen.dataset.text : typed;
    if (!chosen) { box.removeAttribute("aria-activedescendant"); return; }
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", chosen.id);
  };
  const option = ({ text, kind, count }, place) => {
    const item = Object.assign(document.createElement("li"), { id: `q-option-${place}` });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.text = text;
    const part = (name, content) => item.append(Object.assign(document.createElement("span"), { className: name, textContent: content }));
    part("query", text);
    if (KINDS[kind]) part("soft", KINDS[kind]);
    part("n", count.toLocaleString("en"));
    return item;
  };
  const suggestions = asking(async (signal) => {
    const asked = box.value;
    const answer = await fetch(`/api/suggest?${new URLSearchParams({ q: asked })}`, { signal });
    const found = answer.ok ? (await answer.json()).suggestions : [];
    if (signal.aborted || box.value !== asked || document.activeElement !== box) return;
    close();
    typed = asked;
    if (!found.length) return;
    list.replaceChildren(...found.map(option));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    told.textContent = found.length === 1 ? "1 suggestion" : `${found.length} suggestions`;
  });
  const dismiss = () => { suggestions.drop(); close(); };
  const changed = () => {
    typed = box.value;
    if (!typed.trim()) dismiss(); else suggestions.later();
  };

  // While an input method composes, its keys and its half-made text are its own.
  box.addEventListener("input", (event) => { if (!event.isComposing) changed(); });
  box.addEventListener("compositionend", changed);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const count = list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!count) { changed(); return; }
      // One place more than there are suggestions: that of what was typed.
      const step = event.key === "ArrowDown" ? 1 : -1;
      mean(((at + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Escape" && count) {
      event.preventDefault();
      mean(-1);
      dismiss();
    } else if (event.key === "Enter" || event.key === "Tab") dismiss();
  });
  box.addEventListener("blur", dismiss);
  box.form.addEventListener("submit", dismiss);
  addEventListener("pageshow", dismiss);
  // A press keeps the focus in the box; the click that follows searches.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const chosen = target.closest("[role=option]");
    if (!chosen) return;
    box.value = chosen.dataset.text;
    box.form.requestSubmit();
  });

  // A facet's own box: the list is that of the facet's page, which has the same controls.
  for (const form of document.querySelectorAll(".facet-find")) {
    const input = form.elements.prefix;
    const shown = form.parentElement.querySelector(":scope > ul");
    const field = input.id.slice("find-".length);
    const values = asking(async (signal) => {
      // What is ticked and not sent yet goes along: chosen values are always listed.
      const ticked = [...shown.querySelectorAll(":checked")].map(({ name, value }) => [name, value]);
      const own = ["facet_size", field, `exclude_${field}`];
      const kept = [...[...new FormData(form)].filter(([name]) => !own.includes(name)), ...ticked];
      const answer = await fetch(`${form.getAttribute("action")}?${new URLSearchParams([...kept, ["facet_size", "20"]])}`, { signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!signal.aborted) shown.replaceChildren(...page.querySelectorAll(".facet-page ul > li"));
    });
    input.addEventListener("input", (event) => { if (!event.isComposing) values.later(); });
    input.addEventListener("compositionend", values.later);
  }
})();
