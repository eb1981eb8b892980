// Helps with typing a password: a button that shows it, a word about Caps Lock, and one answer per
// form however often the button is pressed. Pasting, dropping and password managers are left alone.

for (const button of document.querySelectorAll("button[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = shown ? button.dataset.hide : button.dataset.show;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    show(field.type === "password");
    field.focus();
  });
  // Browsers offer to keep what was typed as text as if it were a word; never send it shown.
  field.form.addEventListener("submit", () => show(false));
}

for (const hint of document.querySelectorAll("[data-caps-lock-of]")) {
  const field = document.getElementById(hint.dataset.capsLockOf);
  const look = (event) => {
    const isOn = event.getModifierState?.("CapsLock") ?? false;
    hint.textContent = isOn ? hint.dataset.text : "";
  };
  field.addEventListener("keydown", look);
  field.addEventListener("keyup", look);
  field.addEventListener("blur", () => (hint.textContent = ""));
}

for (const form of document.querySelectorAll("form[data-step]")) {
  const buttons = form.querySelectorAll("button:not([type=button])");
  form.addEventListener("submit", () => {
    // Later, because a button that is off already wouldn't be sent with the form.
    setTimeout(() => buttons.forEach((button) => (button.disabled = true)));
  });
  // The page may come back as it was left, by the browser's Back button.
  addEventListener("pageshow", () => buttons.forEach((button) => (button.disabled = false)));
}
