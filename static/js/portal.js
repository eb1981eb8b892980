// Takes up bookmarks of AWS's portal, whose pages are behind the #: the server never sees that part
// of an address. Other fragments are left alone.

const NAMES = ["account_id", "role_name", "destination"];

const [path, query] = location.hash.slice(1).split(/\?(.*)/);
const asked = new URLSearchParams(query);

if (path === "/console") {
  const kept = NAMES.filter((name) => asked.has(name)).map((name) => [name, asked.get(name)]);
  location.replace(`/start/console?${new URLSearchParams(kept)}`);
} else if (path === "/device") {
  location.replace(`/start/device?${new URLSearchParams({ user_code: asked.get("user_code") ?? "" })}`);
} else if (path === "/" && asked.get("tab") === "applications") {
  location.replace("/start/applications");
}
