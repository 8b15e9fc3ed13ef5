// Loads the behaviours. Each module looks for its own data-kc-… marks and does without them if they are not there;
// every page works without JavaScript. `start` runs on the page and on every part that htmx brings.
import { start as drops } from "./drops.js";
import { start as errors } from "./errors.js";
import { start as grid } from "./grid.js";
import { start as keep } from "./keep.js";
import { start as keys } from "./keys.js";
import { start as leave } from "./leave.js";
import { start as lines } from "./lines.js";
import { start as money } from "./money.js";
import { start as once } from "./once.js";
import { start as photos } from "./photos.js";
import { start as pick } from "./pick.js";
import { start as print } from "./print.js";

const behaviours = [drops, errors, grid, keep, keys, leave, lines, money, once, photos, pick, print];
const run = (root) => behaviours.forEach((behaviour) => behaviour(root));

run(document);
// What asks again by itself rests while nobody looks at the page.
document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden && event.target.matches?.("[data-kc-while-seen]")) event.preventDefault();
});
document.addEventListener("htmx:after:swap", (event) => run(event.target ?? document));
