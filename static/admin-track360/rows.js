// Rows and components of a form are added and taken away on the page; without this script the server does it.
// While one writes, the form is read back in sentences beside it.
(() => {
  "use strict";
  const WAIT = 500; // milliseconds after the last change
  const halted = (why) => `<p class="notice notice-warn" data-halted>${why} in another tab, then go on.</p>`;
  const SIGNED_OUT = halted("You were signed out. Sign in");
  const OTHER_BRAND = halted("You work in another brand now. Change back to this one");

  function highest(root, pattern) {
    let found = -1;
    for (const field of root.querySelectorAll("[name]")) {
      const match = pattern.exec(field.name);
      if (match) found = Math.max(found, Number(match[1]));
    }
    return found;
  }

  function insert(template, before, mark, number) {
    const box = document.createElement("div");
    box.innerHTML = template.innerHTML.replaceAll(mark, String(number));
    const added = box.firstElementChild;
    before.before(added);
    added.querySelector("input:not([type=hidden]), select")?.focus();
  }

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  function addRow(button) {
    const rows = button.closest("[data-rows]");
    const pattern = new RegExp(`^${escaped(button.value)}-(\\d+)-`);
    insert(rows.querySelector(":scope > [data-row-template]"), button, "__row__", highest(rows, pattern) + 1);
  }

  function addPart(button) {
    const template = document.querySelector(`[data-part-template="${button.dataset.addPart}"]`);
    const parts = document.querySelector("[data-parts]");
    const end = document.createElement("span");
    parts.append(end);
    insert(template, end, "__part__", highest(document, /^c-(\d+)-kind$/) + 1);
    end.remove();
    document.querySelector("[data-no-parts]")?.remove();
  }

  // Whoever works with the keyboard goes on beside what he has taken away.
  function remove(button, box, add) {
    const gone = button.closest(`[data-${box}]`);
    const near = [gone.nextElementSibling, gone.previousElementSibling].find((one) => one?.matches(`[data-${box}]`));
    gone.remove();
    (near?.querySelector(`[data-remove-${box}]`) ?? add).focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("addRow" in button.dataset) addRow(button);
    else if ("addPart" in button.dataset) addPart(button);
    else if ("removeRow" in button.dataset) remove(button, "row", button.closest("[data-rows]").lastElementChild);
    else if ("removePart" in button.dataset) remove(button, "part", document.querySelector("[data-add-part]"));
    else if ("readBack" in button.dataset) readBack(button.form);
    else return;
    event.preventDefault();
    if (!("readBack" in button.dataset)) later(document.querySelector("[data-reading]"));
  });

  let timer = 0;
  let latest = 0;

  function later(reading) {
    if (!reading) return;
    clearTimeout(timer);
    timer = setTimeout(() => readBack(document.querySelector("[data-read-back]").form), WAIT);
  }

  function send(form) {
    const body = new FormData(form);
    body.set("_read_back", "part");
    return fetch(location.href, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  }

  // Tells whether somebody is signed in. Who signed in again has another token, without which his form is refused.
  async function renew(form) {
    const page = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
    const token = fresh.querySelector("[name=csrfmiddlewaretoken]");
    if (token && !page.redirected) form.elements.csrfmiddlewaretoken.value = token.value;
    return !page.redirected;
  }

  async function readBack(form) {
    const reading = document.querySelector("[data-reading]");
    const number = (latest += 1);
    let answer = await send(form);
    if (answer.redirected || answer.status === 403) answer = (await renew(form)) && (await send(form));
    if (number !== latest) return;
    if (!answer) reading.innerHTML = SIGNED_OUT;
    else if (answer.status === 409) reading.innerHTML = OTHER_BRAND;
    else if (answer.ok) reading.innerHTML = await answer.text();
  }

  window.addEventListener("focus", () => {
    const reading = document.querySelector("[data-reading]");
    if (reading?.querySelector("[data-halted]")) later(reading);
  });

  document.addEventListener("input", (event) => {
    if (event.target.form?.querySelector("[data-read-back]")) later(document.querySelector("[data-reading]"));
  });
})();
