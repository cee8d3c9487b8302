// Counts the characters of a text as the server does (common/texts.py), and says so before it is sent; nothing is ever cut.
"use strict";
(() => {
  const UNSEEN = new RegExp(
    "[\\u0000-\\u0008\\u000e-\\u001f\\u007f-\\u0084\\u0086-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b-\\u200f" +
      "\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e00ff}" +
      "\\ufdd0-\\ufdef\\ufffe\\uffff]",
    "gu",
  );
  const TOLD_FROM = 0.9; // of what a field holds

  const meant = (field) => {
    const text = field.value
      .replace(/\r\n?/g, "\n")
      .replace(UNSEEN, "")
      .normalize("NFC")
      .trim();
    return field.matches("[data-code]") ? text.normalize("NFKC").replace(/\s/g, "") : text;
  };

  const placeOf = (field) => {
    const next = field.nextElementSibling;
    if (next && next.matches(".qf-counted")) return next;
    const place = document.createElement("p");
    place.className = "qf-counted";
    place.setAttribute("aria-live", "polite");
    field.after(place);
    return place;
  };

  const count = (field) => {
    const most = Number(field.dataset.most);
    const written = Array.from(meant(field)).length;
    const over = written > most;
    field.setCustomValidity(over ? `最多 ${most} 字，已填 ${written} 字，请删减。` : "");
    if (written > most * TOLD_FROM || field.nextElementSibling?.matches(".qf-counted")) {
      placeOf(field).textContent = written > most * TOLD_FROM ? `已填 ${written} 字，最多 ${most} 字` : "";
      placeOf(field).classList.toggle("qf-over", over);
    }
  };

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-most]")) count(event.target);
  });
  const all = () => document.querySelectorAll("[data-most]").forEach(count);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
  window.addEventListener("pageshow", all);
})();
