// Lets a passkey or a security key answer the challenge in a form, and sends the answer with it.
// The server checks all of it; here nothing is decided.

const run = {
  get: (options) =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
    }),
  create: (options) =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
    }),
};

for (const field of document.querySelectorAll("input[data-ceremony]")) {
  const form = field.form;
  const [failed, unknown] = ["passkey-failed", "passkey-unknown"].map((id) =>
    document.getElementById(id),
  );
  if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    unknown.hidden = false;
    continue;
  }
  // Off until now: pressed before this runs, it would send the form without an answer.
  const button = document.getElementById("passkey_button");
  button.disabled = false;
  let isAsking = false;
  form.addEventListener("submit", async (event) => {
    // A button that does something else than answering goes its own way.
    if (event.submitter?.name === "act" || field.value) return;
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    failed.hidden = true;
    try {
      const credential = await run[field.dataset.ceremony](JSON.parse(field.dataset.options));
      field.value = JSON.stringify(credential.toJSON());
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    } finally {
      isAsking = false;
    }
  });
  // The page may come back as it was left, by the browser's Back button: the answer is used up.
  addEventListener("pageshow", () => (field.value = ""));
}
