// Copies what a button names, or the text of the element that it names. The buttons are hidden in the page as it is sent: where this
// doesn't run, or the browser keeps the clipboard to itself, there is nothing to press in vain.

if (navigator.clipboard) {
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  document.querySelector("main").append(said);

  for (const button of document.querySelectorAll("button.copy")) {
    const label = button.firstChild;
    const text = label.data;
    let timer;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const named = document.getElementById(button.dataset.copies);
      await navigator.clipboard.writeText(named?.textContent ?? button.dataset.copy);
      clearTimeout(timer);
      button.classList.add("done");
      label.data = said.textContent = button.dataset.copied;
      timer = setTimeout(() => {
        button.classList.remove("done");
        label.data = text;
        said.textContent = "";
      }, 2000);
    });
  }
}
