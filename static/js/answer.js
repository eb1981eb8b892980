// Takes an answer on to whoever asked, as the button of its form does.

const form = document.querySelector("form[data-sends-itself]");

form?.requestSubmit(form.querySelector("button"));
