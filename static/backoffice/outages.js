// Says what came of a request that htmx made and was not answered with 200: it swaps nothing in then, and nobody would see the sentence.
"use strict";
(() => {
  const UNANSWERED = "没有收到系统的答复，本次操作是否办理尚不确定。请刷新本页查看后再办理。";
  const PLACE = "qf-outage";

  // The sentences of a page like templates/refused.html; of any other answer its status.
  const sentenceOf = (answer) => {
    const page = new DOMParser().parseFromString(answer.responseText || "", "text/html");
    const said = [...page.querySelectorAll("[data-said] p")].map((one) => one.textContent.trim()).filter(Boolean);
    return said.join("") || `本次操作没有办理（${answer.status}），请刷新本页后重试。`;
  };

  const say = (sentence) => {
    document.getElementById(PLACE)?.remove();
    const place = document.createElement("div");
    place.id = PLACE;
    place.className = "qf-outage";
    place.setAttribute("role", "alert");
    const text = document.createElement("p");
    text.textContent = sentence;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "关闭";
    close.addEventListener("click", () => place.remove());
    place.append(text, close);
    // On top of an open dialog, which stands in the browser's top layer.
    (document.querySelector("dialog[open]") || document.body).append(place);
  };

  document.addEventListener("htmx:responseError", (event) => say(sentenceOf(event.detail.xhr)));
  for (const lost of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(lost, () => say(UNANSWERED));
})();
