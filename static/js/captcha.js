// Plays the sound of a security check in the page. Without this the link opens the sound by itself,
// and the person has to find the way back to the form.

for (const link of document.querySelectorAll("a[data-plays]")) {
  let current;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    current?.pause();
    const sound = (current = new Audio(link.href));
    // The sound that was pressed last says whether one is playing.
    const show = () => link.classList.toggle("playing", !current.paused);
    for (const name of ["play", "pause", "ended"]) sound.addEventListener(name, show);
    sound.play().catch((problem) => {
      // A press that begins the sound anew ends the old one; anything else is for the browser.
      if (problem.name !== "AbortError") location.assign(link.href);
    });
  });
}
