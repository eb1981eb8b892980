// Keeps a phone current: the codes and how long they last, a call that rings, new messages. What
// is the same stays in place, so that focus and what is being typed aren't lost. Between two looks
// the seconds are counted here; where the server's clock stands still, nothing is.

const EVERY = 2000;
const phone = document.querySelector("[data-now]");

let isLooking = false;

async function look() {
  // One at a time: an older answer must not take the place of a newer one.
  if (isLooking) return;
  isLooking = true;
  try {
    const response = await fetch(phone.dataset.now);
    if (response.ok) put(await response.text());
  } finally {
    isLooking = false;
  }
}

function put(text) {
  const fresh = document.createElement("template");
  fresh.innerHTML = text;
  const [mine, theirs] = [phone, fresh.content].map((root) => root.querySelector("#devices"));
  // A new device comes with a button that another module has to see.
  if (names(mine) !== names(theirs)) location.replace(location.pathname);
  else show(mine, theirs);
  renew(fresh.content, "#telephone", (section) => section.dataset.state);
  renew(fresh.content, "#newest-messages", (section) => section.innerHTML);
}

function show(mine, theirs) {
  mine.dataset.left = theirs.dataset.left;
  mine.toggleAttribute("data-stands", theirs.hasAttribute("data-stands"));
  const pairs = [...mine.querySelectorAll("li")].map((card) => [
    card,
    theirs.querySelector(`#${card.id}`),
  ]);
  for (const [card, now] of pairs) {
    for (const part of [".digits", ".kind", ".next", ".mark"]) {
      const [old, other] = [card, now].map((each) => each.querySelector(part));
      if (!old.isEqualNode(other)) old.replaceWith(other);
    }
    card.querySelector(".copy").dataset.copy = now.querySelector(".copy").dataset.copy;
    card.querySelector("progress").value = theirs.dataset.left;
  }
}

function renew(fresh, selector, key) {
  const [old, now] = [phone, fresh].map((root) => root.querySelector(selector));
  if (old && now && key(old) !== key(now)) old.replaceWith(now);
}

function names(devices) {
  return [...devices.querySelectorAll("li")].map((card) => card.id).join();
}

function count() {
  const devices = phone.querySelector("#devices");
  if ("stands" in devices.dataset) return;
  const left = devices.dataset.left - 1;
  if (left < 1) {
    look().catch(() => {});
    return;
  }
  devices.dataset.left = left;
  for (const bar of devices.querySelectorAll("progress")) bar.value = left;
  for (const text of devices.querySelectorAll(".left")) text.textContent = `${left} s`;
}

async function watch() {
  // A hidden page needs no news; it gets them when it is looked at.
  if (!document.hidden) await look().catch(() => {});
  setTimeout(watch, EVERY);
}

document.addEventListener("visibilitychange", () => document.hidden || look().catch(() => {}));
setInterval(count, 1000);
setTimeout(watch, EVERY);
