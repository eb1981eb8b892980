// Says which programs have called. Rows that are the same stay in place, so that only what is new
// is read out. Without this the page has a link to look again.

const EVERY = 2000;
const programs = document.querySelector("[data-seen]");

async function look() {
  const response = await fetch(programs.dataset.seen);
  if (!response.ok) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await response.text();
  for (const now of fresh.content.querySelectorAll("tbody tr")) {
    const old = document.getElementById(now.id);
    if (old && !old.isEqualNode(now)) old.replaceWith(now);
  }
}

async function watch() {
  // A hidden page needs no news; it gets them when it is looked at.
  if (!document.hidden) await look().catch(() => {});
  setTimeout(watch, EVERY);
}

document.addEventListener("visibilitychange", () => document.hidden || look().catch(() => {}));
setTimeout(watch, EVERY);
