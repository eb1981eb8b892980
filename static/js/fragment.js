// Carries the part behind the # through the pages on the way to the portal. Browsers keep it over
// redirects, but forms and links drop it; the portal's own bookmarks are there (see portal.js).

const fragment = location.hash;

if (fragment.startsWith("#/")) {
  for (const form of document.querySelectorAll("form")) {
    form.setAttribute("action", form.getAttribute("action") + fragment);
  }
  for (const link of document.links) {
    if (link.origin === location.origin && !link.hash) link.hash = fragment;
  }
}
