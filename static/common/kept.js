// Keeps in this browser tab what a person types into a form, by person and address, so that it survives a session that ends meanwhile.
// Offered back with one click; forgotten once the form was taken, at logout, and when another person logs in. Never passwords, codes or files.
"use strict";
(() => {
  const PREFIX = "qf:typed:";
  const LONGEST_MS = 24 * 60 * 60 * 1000;
  const NEVER_TYPES = ["password", "file", "hidden", "submit", "button", "reset", "image"];
  const NEVER_FILLED = ["one-time-code", "current-password", "new-password"];

  const content = (name) => document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") || "";
  const all = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  const forget = (keys) => keys.forEach((key) => sessionStorage.removeItem(key));
  const keyOf = (person, address) => `${PREFIX}${person}:${new URL(address, location.href).pathname}`;

  const isKept = (field) =>
    field.name &&
    !NEVER_TYPES.includes(field.type) &&
    !NEVER_FILLED.includes(field.getAttribute("autocomplete")) &&
    !field.closest("[data-never-kept]");
  const fieldsOf = (form) => [...form.elements].filter(isKept);

  // Return what stands in the form: for each name the values that would be sent.
  const read = (form) => {
    const found = {};
    fieldsOf(form).forEach((field) => {
      const values = (found[field.name] ??= []);
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked) values.push(field.value);
      } else if (field.multiple) values.push(...[...field.selectedOptions].map((one) => one.value));
      else values.push(field.value);
    });
    return found;
  };

  const write = (form, typed) => {
    fieldsOf(form).forEach((field) => {
      const values = typed[field.name];
      if (!Array.isArray(values)) return;
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else if (field.multiple) [...field.options].forEach((one) => (one.selected = values.includes(one.value)));
      else field.value = values[0] ?? "";
      ["input", "change"].forEach((kind) => field.dispatchEvent(new Event(kind, { bubbles: true })));
    });
  };

  const load = (key) => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(key));
      return kept && Date.now() - kept.at < LONGEST_MS ? kept : null;
    } catch {
      return null;
    }
  };

  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  const offer = (form, key, kept) => {
    const bar = document.createElement("div");
    bar.className = "qf-kept";
    bar.setAttribute("role", "status");
    const said = document.createElement("span");
    said.textContent = `您于 ${new Date(kept.at).toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }).slice(0, 16)} 在本页填写的内容尚未提交，浏览器已为您保留。`;
    const button = (words, act) => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = "qf-button";
      one.textContent = words;
      one.addEventListener("click", () => {
        act();
        bar.remove();
      });
      return one;
    };
    bar.append(said, button("恢复填写内容", () => write(form, kept.typed)), button("不再保留", () => forget([key])));
    form.before(bar);
  };

  const watch = (form, person) => {
    const key = keyOf(person, form.getAttribute("action") || location.href);
    const first = read(form);
    const kept = load(key);
    const isNew = kept && Object.entries(kept.typed).some(([name, values]) => name in first && !same(first[name], values));
    if (isNew && !form.hasAttribute("data-sent")) offer(form, key, kept);
    const keep = () => {
      const now = read(form);
      const typed = { ...load(key)?.typed };
      Object.keys(now).forEach((name) => {
        if (!same(now[name], first[name])) typed[name] = now[name];
        else if (!form.hasAttribute("data-sent") && !form.previousElementSibling?.matches(".qf-kept")) delete typed[name];
      });
      try {
        if (Object.keys(typed).length) sessionStorage.setItem(key, JSON.stringify({ at: Date.now(), typed }));
        else forget([key]);
      } catch {
        // the browser keeps nothing for us: the form works as before
      }
    };
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
  };

  const begin = () => {
    document.addEventListener("submit", (event) => {
      if (/\/logout\/$/.test(event.target.getAttribute("action") || "")) forget(all());
    });
    const person = content("qf-person");
    if (!person) return;
    forget(all().filter((key) => !key.startsWith(`${PREFIX}${person}:`)));
    content("qf-taken")
      .split(" ")
      .filter(Boolean)
      .forEach((address) => forget([keyOf(person, address)]));
    document.querySelectorAll("form[data-kept]").forEach((form) => watch(form, person));
  };
  try {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
    else begin();
  } catch {
    // no storage in this browser: nothing is kept
  }
})();
