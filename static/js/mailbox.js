// Keeps the mailbox current. Rows that stand already stay in place, so that focus, selection and
// what a screen reader is at aren't lost, and only new mail is read out. Without this the page
// reloads itself.

const EVERY = 2000;
const list = document.querySelector("[data-live]");
let last = "";

async function look() {
  const response = await fetch(list.dataset.live + location.search);
  if (!response.ok) return;
  const text = await response.text();
  if (text === last) return;
  last = text;
  const fresh = document.createElement("template");
  fresh.innerHTML = text;
  if (fresh.innerHTML !== list.innerHTML) put(fresh);
}

function put(fresh) {
  const [old, rows] = [list, fresh.content].map((root) => root.querySelector("tbody"));
  if (!old || !rows) {
    list.replaceChildren(fresh.content);
    return;
  }
  for (const row of [...old.rows]) {
    if (![...rows.children].some((other) => other.id === row.id)) row.remove();
  }
  let next = old.firstElementChild;
  for (const row of [...rows.children]) {
    if (next?.id === row.id) next = next.nextElementSibling;
    else old.insertBefore(row, next);
  }
  list.querySelector(".hint").replaceWith(fresh.content.querySelector(".hint"));
}

async function watch() {
  // A hidden page needs no news; it gets them when it is looked at.
  if (!document.hidden) await look().catch(() => {});
  setTimeout(watch, EVERY);
}

document.addEventListener("visibilitychange", () => document.hidden || look().catch(() => {}));
watch();
