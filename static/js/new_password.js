// Ticks off, while somebody types a new password, the rules that it keeps already. Only those that
// can be told by looking at the characters; the server decides about all of them.

const has = (characters) => (password) => [...password].some((each) => characters.includes(each));
const classes = (item) => [/[A-Z]/, /[a-z]/, /[0-9]/, { test: has(item.dataset.symbols) }];
const checks = {
  length: (password, { dataset }) =>
    [...password].length >= dataset.least && [...password].length <= dataset.most,
  uppercase: (password) => /[A-Z]/.test(password),
  lowercase: (password) => /[a-z]/.test(password),
  digits: (password) => /[0-9]/.test(password),
  symbols: (password, item) => has(item.dataset.symbols)(password),
  classes: (password, item) =>
    classes(item).filter((each) => each.test(password)).length >= item.dataset.least,
};

for (const list of document.querySelectorAll("[data-rules-for]")) {
  const field = document.getElementById(list.dataset.rulesFor);
  const look = () => {
    const password = field.value.normalize("NFC"); // as the server counts
    for (const item of list.querySelectorAll("[data-rule]")) {
      const isKept = checks[item.dataset.rule]?.(password, item) ?? false;
      item.toggleAttribute("data-kept", isKept);
    }
  };
  field.addEventListener("input", look);
  addEventListener("pageshow", look);
}
